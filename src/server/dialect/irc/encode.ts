/** Events in the words of IRC. What is told to a whole room is encoded once for all who have the same capabilities. */
import type { Event } from "../../../domain/Event.ts"
import type { Member } from "../../../domain/Member.ts"
import type { Moderated } from "../../../domain/RoomEvent.ts"
import type { Signalled, Watched } from "../../../domain/PersonEvent.ts"
import type { Whispered } from "../../../domain/SpeechEvent.ts"
import type { Left, Presence } from "../../../domain/PresenceEvent.ts"
import type { Reply } from "../../../domain/Reply.ts"
import type { RoomName } from "../../../domain/RoomName.ts"
import { textOf, words } from "../../../domain/wording.ts"
import { type Form, tagsOf } from "./eventTags.ts"
import { fitting, line, split } from "./lines.ts"
import { maskOf } from "./masks.ts"
import { draftOf, news, type Subscriptions } from "./metadata.ts"
import { msgidOf } from "./msgid.ts"
import { changesOf, modeLines } from "./modes.ts"
import { speech } from "./speech.ts"
import { channelOf, cloak, nickOf, sourceOf } from "./tokens.ts"

/** An event as a client with this form is told it, whoever it is; empty for what is told to one alone, and for what IRC does not tell. */
export const encodeShared = (event: Reply, form: Form): string => {
  if (event._tag === "Verbatim") return event.words()
  if (event._tag === "Said" || event._tag === "Acted") return speech(sourceOf(event.from), channelOf(event.room), event, form)
  const bodies = bodiesOf(event, form)
  if (bodies.length === 0) return ""
  const tags = tagsOf(event, form)
  let lines = ""
  for (const body of bodies) lines += line(`${tags}${fitting(body)}`)
  return lines
}

const bodiesOf = (event: Reply, form: Form): ReadonlyArray<string> => {
  const { server } = form
  switch (event._tag) {
    case "Notice":
      return split(`:${server} NOTICE ${channelOf(event.room)} :`, event.text)
    case "Joined":
      return [joins(event.member, event.room, form, event.real), ...(event.away === undefined ? [] : isAway(event.member, event.away, form))]
    case "Returned":
      return [joins(event.member, event.room, form)]
    case "Away":
      return isAway(event.member, event.reason, form)
    case "Described":
      if (event.account === true) return hasAccount(event.member, form)
      return event.real === undefined || !form.capabilities.has("setname") ? [] : [`:${sourceOf(event.member)} SETNAME :${event.real}`]
    case "Left":
      return event.detached === true ? [] : leaves(event)
    case "Detached":
      return leaves(event)
    case "Presence":
      return presence(event, form)
    case "Renamed": {
      const { member, was } = event
      return nickOf(was) === nickOf(member.name) ? [] : [`:${sourceOf({ ...member, name: was })} NICK :${nickOf(member.name)}`]
    }
    case "TopicSet":
      return split(`:${event.by === undefined ? server : sourceOf(event.by)} TOPIC ${channelOf(event.room)} :`, event.text).slice(0, 1)
    case "Proclaimed":
      return split(`:${sourceOf(event.by)} WALLOPS :`, event.text)
    case "Moderated":
      return event.deed === "redact" ? redacted(event, form) : moderated(event, server)
    default:
      return []
  }
}

/** Somebody enters a room. */
export const joins = (member: Member, room: RoomName, { capabilities }: Form, real: string = member.name): string =>
  `:${sourceOf(member)} JOIN ${channelOf(room)}${capabilities.has("extended-join") ? ` ${accountWord(member)} :${real}` : ""}`

const accountWord = ({ account }: Member): string => (account === undefined ? "*" : nickOf(account))

/** Somebody is taken for who has claimed a name. */
const hasAccount = (member: Member, { capabilities }: Form): ReadonlyArray<string> => (capabilities.has("account-notify") ? [`:${sourceOf(member)} ACCOUNT ${accountWord(member)}`] : [])

/** Somebody is not there, for this reason; without one, it is there again. */
const isAway = (member: Member, reason: string | undefined, { capabilities }: Form): ReadonlyArray<string> =>
  capabilities.has("away-notify") ? [`:${sourceOf(member)} AWAY${reason === undefined ? "" : ` :${reason}`}`] : []

const leaves = ({ code, member, reason, room }: Pick<Left, "code" | "member" | "reason" | "room">): ReadonlyArray<string> =>
  code === "exited"
    ? [`:${sourceOf(member)} PART ${channelOf(room)}${reason === undefined ? "" : ` :${reason}`}`]
    : split(`:${sourceOf(member)} QUIT :`, reason ?? (code === "quit" ? "" : code)).slice(0, 1)

/** Many come and go: each is told of one by one, in one write. `after`: only what is new to somebody who came as this one of them. */
const presence = ({ detached = [], joined, left, returned = [], room }: Presence, form: Form, after?: Member): ReadonlyArray<string> => {
  const first = after === undefined ? 0 : joined.findIndex(({ id }) => id === after.id) + 1
  return [
    ...[...joined.slice(first), ...returned].map((member) => joins(member, room, form)),
    ...left.flatMap((one) => (one.detached === true || one.member.id === after?.id ? [] : leaves({ ...one, room }))),
    ...detached.map((member) => `:${sourceOf(member)} QUIT :lost`)
  ]
}

// Who does not know of taking something back has no use for the id of a message.
const redacted = ({ by, of, reason, room }: Moderated, { capabilities, server }: Form): ReadonlyArray<string> =>
  of === undefined || !capabilities.has("draft/message-redaction")
    ? []
    : split(`:${by === undefined ? server : sourceOf(by)} REDACT ${channelOf(room)} ${msgidOf(of.at, of.n)}${reason === undefined ? "" : " :"}`, reason ?? "").slice(0, 1)

const moderated = (event: Moderated, server: string): ReadonlyArray<string> => {
  // An event before has told it in its line.
  if (event.told === true) return []
  const { absent, also = [], by, deed, reason, room, target } = event
  const source = by === undefined ? server : sourceOf(by)
  const channel = channelOf(room)
  const kick = `:${source} KICK ${channel} ${target === undefined ? "" : nickOf(target.name)} :${reason ?? (by === undefined ? server : nickOf(by.name))}`
  if (deed === "kick") return [kick]
  const changes = [event, ...also].flatMap((rule) => changesOf(rule))
  if (changes.length === 0) return split(`:${server} NOTICE ${channel} :`, words(event).map(textOf).join(" "))
  return [...modeLines(`:${source} MODE ${channel} `, changes), ...(deed === "ban" && target !== undefined && absent !== true ? [kick] : [])]
}

/** Who is told something alone. */
export interface Reader {
  readonly me: Member
  readonly form: Form
  /** The keys whose values it is told of. */
  readonly subscriptions: Subscriptions
}

/** An event as one client is told it that is told it alone; what is told to several too, it is told in the same way. */
export const encodeFor = (event: Reply, reader: Reader): string => {
  const { form } = reader
  if (event._tag === "Whispered") return whispered(event, reader)
  const bodies = bodiesFor(event, reader)
  if (bodies === undefined) return encodeShared(event, form)
  const tags = tagsOf(event, form)
  return bodies.map((body) => line(`${tags}${fitting(body)}`)).join("")
}

// Who has said something to others is told by its echo, where it wants that.
const whispered = (event: Whispered, { form, me }: Reader): string => {
  const { among, from, to } = event
  if (from.id === me.id && (among !== undefined || to.id !== me.id) && !form.capabilities.has("echo-message")) return ""
  if (among !== undefined) return speech(sourceOf(from), `${among.role === "operator" ? "@" : "+"}${channelOf(among.room)}`, event, form)
  return speech(from.id === "server" ? form.server : sourceOf(from), nickOf(to.name), event, form)
}

const bodiesFor = (event: Reply, { form, me, subscriptions }: Reader): ReadonlyArray<string> | undefined => {
  const { server } = form
  const nick = nickOf(me.name)
  switch (event._tag) {
    case "Entered":
      return [joins(event.you, event.room, form)]
    case "Exited":
      return [`:${sourceOf(me)} PART ${channelOf(event.room)}${event.reason === undefined ? "" : ` :${event.reason}`}`]
    case "Removed": {
      const source = event.by === undefined ? server : sourceOf(event.by)
      const channel = channelOf(event.room)
      return [
        ...(event.deed === "ban" ? [`:${source} MODE ${channel} +b ${maskOf(me.name)}`] : []),
        `:${source} KICK ${channel} ${nick} :${event.reason ?? (event.by === undefined ? server : nickOf(event.by.name))}`
      ]
    }
    // Who speaks to a room that it is not in is told so alone: an echo, like that of a whisper.
    case "Said":
    case "Acted":
      return event.from.id === me.id && !form.capabilities.has("echo-message") ? [] : undefined
    case "Signalled":
      if (event.of !== undefined) return takenBack(event, me, form)
      return event.metadata === undefined ? signalled(event, me, form) : described(event, { form, me, subscriptions })
    case "Watched":
      return watched(event, nick, form)
    case "Invited":
      return event.to.id === me.id || (event.by?.id !== me.id && form.capabilities.has("invite-notify")) ? [`:${event.by === undefined ? server : sourceOf(event.by)} INVITE ${nickOf(event.to.name)} ${channelOf(event.room)}`] : []
    case "Presence":
      return presence(event, form, event.joined.some(({ id }) => id === me.id) ? me : undefined)
    case "Throttled":
    case "Outage":
      return split(`:${server} NOTICE ${nick} :`, event.message)
    default:
      return undefined
  }
}

const signalled = ({ by, notice, room, target: to, words }: Signalled, me: Member, { capabilities }: Form): ReadonlyArray<string> => {
  if (by.id === me.id && to?.id !== me.id && !capabilities.has("echo-message")) return []
  const target = room === undefined ? nickOf((to ?? me).name) : channelOf(room)
  if (words !== undefined) return [`:${sourceOf(by)} ${notice === true ? "NOTICE" : "PRIVMSG"} ${target} :\u0001${words}\u0001`]
  return capabilities.has("message-tags") ? [`:${sourceOf(by)} TAGMSG ${target}`] : []
}

/** Somebody takes back what it has said to one alone. */
const takenBack = ({ by, of, reason, target }: Signalled, me: Member, { capabilities }: Form): ReadonlyArray<string> =>
  of === undefined || !capabilities.has("draft/message-redaction")
    ? []
    : split(`:${sourceOf(by)} REDACT ${nickOf((target ?? me).name)} ${msgidOf(of.at, of.n)}${reason === undefined ? "" : " :"}`, reason ?? "").slice(0, 1)

/** Somebody or a room is described by something else than before: a client is told of the keys that it subscribes to. */
const described = ({ by, metadata = [], room }: Signalled, { form: { capabilities, server }, me, subscriptions }: Reader): ReadonlyArray<string> => {
  const draft = draftOf(capabilities)
  if (draft === undefined || by.id === me.id) return []
  const target = room === undefined ? nickOf(by.name) : channelOf(room)
  return metadata.filter(({ key }) => subscriptions.has(key)).map((entry) => news(draft, server, nickOf(me.name), target, by, entry))
}

/** Somebody that this client watches for: whatever is no coming or going only where it has asked to be told of that, too. */
const watched = ({ account, is, member, real, reason }: Watched, nick: string, form: Form): ReadonlyArray<string> => {
  switch (is) {
    case "here":
      return [`:${form.server} 730 ${nick} :${sourceOf(member)}`]
    case "gone":
      return [`:${form.server} 731 ${nick} :${nickOf(member.name)}`]
    case "away":
    case "back":
      return form.capabilities.has("extended-monitor") ? isAway(member, reason, form) : []
    case "described":
      if (account === true) return form.capabilities.has("extended-monitor") ? hasAccount(member, form) : []
      return form.capabilities.has("extended-monitor") && form.capabilities.has("setname") ? [`:${sourceOf(member)} SETNAME :${real ?? ""}`] : []
  }
}

/** The last words to a client. */
export const encodeGoodbye = (nick: string, { server }: Pick<Form, "server">, event: Extract<Event, { readonly _tag: "Goodbye" }>, quit: string): string => {
  const said = words(event).map(textOf).join(" ")
  const notice = event.code === "quit" || event.code === "closed" ? "" : split(`:${server} NOTICE ${nick} :`, said).map(line).join("")
  const why = event.code === "quit" ? `Quit: ${quit}` : event.code === "restarting" ? `Restarting: ${event.reason}` : event.reason
  return `${notice}${line(fitting(`ERROR :Closing Link: ${cloak} (${why})`))}`
}
