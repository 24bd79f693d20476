import * as Schema from "effect/Schema"
import { type Chat, type Decision, type Membership, membershipIn, type Person, roomOf, withRoom } from "../Chat.ts"
import { andThen, nothing, tellFew, tellRoom } from "../Decision.ts"
import { type Member, server } from "../Member.ts"
import * as membership from "../membership.ts"
import type { NameLimits } from "../NameLimits.ts"
import { Refusal } from "../Refusal.ts"
import { isAbove, isAtLeast } from "../Role.ts"
import { type Deed, Deed as DeedSchema, type Moderated } from "../RoomEvent.ts"
import type { Room } from "../Room.ts"
import { AskedRoom } from "../RoomName.ts"
import { added, defaultLength, lasting, longest, mostSanctions, sanctionOf } from "../sanctions.ts"
import * as Text from "../Text.ts"
import { command, type CommandForm, type LineForm, messageForm, type Request } from "./Definition.ts"
import { by, denied, noChange, notAllowed, type Ruling, type Ruler } from "./ruling.ts"
import { fieldsOf, find, type Found, sent, Target, targetFields, typed } from "./target.ts"
import { inRoom } from "./text.ts"

/** Do something to somebody in a room. `forMs`: how long a ban or a mute lasts, ms. */
export const Moderate = Schema.TaggedStruct("Moderate", {
  room: Schema.optional(AskedRoom),
  deed: DeedSchema,
  target: Target,
  forMs: Schema.optional(Schema.Number),
  reason: Schema.optional(Text.Text)
})
export type Moderate = typeof Moderate.Type

/** A `Moderate` as programs send it: the reason is not checked yet. */
export const ModerateMessage = Schema.TaggedStruct("Moderate", {
  room: Schema.optional(Schema.String),
  deed: DeedSchema,
  ...targetFields,
  forMs: Schema.optional(Schema.Number.pipe(Schema.between(1000, longest))),
  reason: Schema.optional(Schema.String)
})

/** What each deed is, for people. */
interface Words {
  readonly args: string
  readonly help: string
  /** What it does, as a refusal says it. */
  readonly what: string
  readonly takes: "nothing" | "reason" | "length"
}

const deeds: Readonly<Record<Deed, Words>> = {
  op: { args: "NAME", help: "makes somebody an operator of the room", what: "make somebody an operator", takes: "nothing" },
  deop: { args: "NAME", help: "makes an operator a member again", what: "make an operator a member", takes: "nothing" },
  kick: { args: "NAME [REASON]", help: "puts somebody out of the room", what: "put somebody out", takes: "reason" },
  ban: { args: "NAME [MINUTES] [REASON]", help: "keeps somebody out, for 10 minutes if not said", what: "ban somebody", takes: "length" },
  unban: { args: "NAME", help: "lets somebody in again", what: "lift a ban", takes: "nothing" },
  mute: { args: "NAME [MINUTES] [REASON]", help: "lets somebody say nothing, for 10 minutes if not said", what: "mute somebody", takes: "length" },
  unmute: { args: "NAME", help: "lets somebody speak again", what: "lift a mute", takes: "nothing" }
}

const usageOf = (deed: Deed): string => `/${deed} ${deeds[deed].args}`

const read = (deed: Deed, rest: string, limits: NameLimits): Request | Refusal => {
  const target = typed(rest, usageOf(deed), limits)
  return target instanceof Refusal ? target : command({ _tag: "Moderate", deed, target })
}

const lineOf = (deed: Deed): LineForm => ({
  name: `/${deed}`,
  args: deeds[deed].args,
  help: deeds[deed].help,
  takesName: true,
  read: (rest, limits) => read(deed, rest, limits)
})

/** How people type the deeds, in the order of the help. */
export const moderationLines: ReadonlyArray<LineForm> = DeedSchema.literals.map(lineOf)

/** What is done to somebody in a room: one command, typed as one of several. Somebody acts only on who is lower, and gives at most what it has. */
export const moderate: CommandForm<Moderate> = {
  message: messageForm("Moderate", ModerateMessage, ({ deed, forMs, reason, room, ...who }, limits) => {
    const target = sent(who, limits)
    if (target instanceof Refusal) return target
    return inRoom(room, undefined, (room) => command({ _tag: "Moderate", ...room, deed, target, forMs, reason: reason === undefined ? undefined : Text.lenient(reason) }))
  }),
  send: ({ deed, forMs, reason, room, target }) => {
    const who = fieldsOf(target)
    return who === undefined ? undefined : { _tag: "Moderate", room: room?.name, deed, ...who, forMs, reason }
  }
}

/** What comes of it. */
export const ruleModerate: Ruling<Moderate> = {
  what: "do that",
  least: "member",
  rule: (chat, ruler, room, { deed, forMs, reason, target }) => {
    const sanctions = deed === "unban" ? lasting(room.bans, chat.at) : deed === "unmute" ? lasting(room.mutes, chat.at) : []
    const found = find(chat, target, sanctions)
    if (found instanceof Refusal) return denied(chat, ruler, found)
    const said = behind(deed, found.rest)
    if (said instanceof Refusal) return denied(chat, ruler, said)
    return decide(chat, ruler, room, found, { deed, forMs: forMs ?? said.forMs, reason: reason ?? said.reason })
  }
}

/** What is said of a deed besides whom it is done to. */
export interface Said {
  readonly forMs: number | undefined
  readonly reason: Text.Text | undefined
}

/** What was typed behind a name; or the refusal that shows how the deed is typed. */
export const behind = (deed: Deed, rest: string): Said | Refusal => {
  const { takes } = deeds[deed]
  if (takes === "nothing") return rest.trim() === "" ? { forMs: undefined, reason: undefined } : new Refusal({ code: "bad-command", message: `Type ${usageOf(deed)}` })
  // Another number than of whole minutes is no reason either.
  const [, minutes, words = ""] = (takes === "length" ? /^([-+]?\d[\d.,]*)(?=\s|$)\s*(.*)$/su.exec(rest) : undefined) ?? ["", undefined, rest]
  const forMs = minutes === undefined ? undefined : Number(minutes) * 60_000
  if (minutes !== undefined && forMs !== undefined && (!/^\d+$/u.test(minutes) || forMs === 0 || forMs > longest)) {
    return new Refusal({ code: "bad-command", message: `That lasts 1 to ${longest / 60_000} minutes: type ${usageOf(deed)}` })
  }
  // The rest of a safe text is safe too.
  return { forMs, reason: words.trim() === "" ? undefined : Text.Text.make(words.trim()) }
}

const decide = <Peer>(chat: Chat<Peer>, ruler: Ruler<Peer>, room: Room<Peer>, { person, sanction }: Found<Peer>, { deed, forMs, reason }: Said & { readonly deed: Deed }): Decision<Peer> => {
  const known = person === undefined ? undefined : membershipIn(person, room.key)
  const why = hindrance(ruler, room, person, known, deed)
  if (why !== undefined) return denied(chat, ruler, why)
  const told = (chat: Chat<Peer>, target: Member, more: Pick<Moderated, "absent" | "until" | "reason"> = {}) =>
    tellRoom(chat, ruler.origin, room.key, ({ at, n, room, seq }) => ({ _tag: "Moderated", n, seq, at, room, ...by(ruler), deed, target, ...more }))
  const because = reason === undefined ? {} : { reason }
  const until = chat.at + (forMs ?? defaultLength)
  switch (deed) {
    case "op":
    case "deop":
      if (person === undefined || known === undefined) return nothing(chat)
      return told(membership.withRole(chat, person, room, deed === "op" ? "operator" : "member"), person.member)
    case "kick":
      return person === undefined || known === undefined ? nothing(chat) : putOut(chat, ruler, person, known, { deed, ...because }, (chat) => told(chat, person.member, because))
    case "unban":
    case "unmute": {
      if (sanction === undefined) return denied(chat, ruler, noChange(`${person?.member.name ?? "That person"} is not ${deed === "unban" ? "banned from" : "muted in"} #${room.name}.`))
      const others = lasting(deed === "unban" ? room.bans : room.mutes, chat.at).filter((one) => one !== sanction)
      return told(withRoom(chat, { ...room, ...(deed === "unban" ? { bans: others } : { mutes: others }) }), sanction.member)
    }
    case "ban":
    case "mute": {
      if (person === undefined) return nothing(chat)
      const one = sanctionOf(chat, person, until)
      const all = added(deed === "ban" ? room.bans : room.mutes, one, chat.at)
      if (all === "full") return denied(chat, ruler, new Refusal({ code: "not-allowed", message: `#${room.name} has ${mostSanctions} of these already: lift one first.` }))
      const next = withRoom(chat, { ...room, ...(deed === "ban" ? { bans: all } : { mutes: all }) })
      const absent = deed === "mute" || known !== undefined ? {} : { absent: true as const }
      const then = (chat: Chat<Peer>) => andThen(told(chat, person.member, { ...absent, until, ...because }), (chat) => (one.host === undefined ? tellShared(chat, ruler, person.member) : nothing(chat)))
      return deed === "mute" || known === undefined ? then(next) : putOut(next, ruler, person, known, { deed: "ban", until, ...because }, then)
    }
  }
}

/** Why this cannot be done; `undefined` where it can. */
export const hindrance = <Peer>(ruler: Ruler<Peer>, room: Room<Peer>, person: Person<Peer> | undefined, known: Membership | undefined, deed: Deed): Refusal | undefined => {
  const isOneself = person !== undefined && person.member.id === ruler.person?.member.id
  if (!isAtLeast(ruler.rank, "operator")) return notAllowed(room, deeds[deed].what)
  if (deed === "unban" || deed === "unmute") return undefined
  if (person === undefined) return new Refusal({ code: "no-such-member", message: "Nobody here has that name." })
  const { name } = person.member
  if (known === undefined && (deed === "op" || deed === "deop" || deed === "kick")) return new Refusal({ code: "no-such-member", message: `${name} is not in #${room.name}.` })
  const role = known?.role ?? "member"
  if (deed === "op") return !isAtLeast(role, "operator") ? undefined : noChange(`${name} rules #${room.name} already.`)
  if (deed === "deop") {
    if (role !== "operator") return noChange(`${name} is no operator of #${room.name}.`)
    return isOneself || isAbove(ruler.rank, role) ? undefined : new Refusal({ code: "not-allowed", message: `Only the owner of #${room.name} can do that to another operator.` })
  }
  return isAbove(ruler.rank, role)
    ? undefined
    : new Refusal({ code: "not-allowed", message: isOneself ? (deed === "kick" ? `To leave #${room.name} yourself, type /leave.` : "You cannot do that to yourself.") : `You cannot do that to ${name}, who rules #${room.name} too.` })
}

// Who is put out is told, then the room; and it gets another owner where that was its.
const putOut = <Peer>(
  before: Chat<Peer>,
  ruler: Ruler<Peer>,
  person: Person<Peer>,
  known: Membership,
  how: { readonly deed: "kick" | "ban"; readonly until?: number; readonly reason?: Text.Text },
  told: (chat: Chat<Peer>) => Decision<Peer>
): Decision<Peer> => {
  const { chat, person: after } = membership.without(before, person, known.room)
  const { name } = roomOf(before, known.room)
  const removed = tellFew(chat, ruler.origin, [person.seat], ({ at, n }) => ({ _tag: "Removed", n, at, room: name, ...by(ruler), ...how, now: membership.currentOf(chat, after) }))
  return andThen(andThen(removed, told), (chat) => membership.settle(chat, known))
}

// Who bans is told where the address does not count: nobody else is to be hit.
const tellShared = <Peer>(chat: Chat<Peer>, { origin, person }: Ruler<Peer>, { name }: Member): Decision<Peer> =>
  person === undefined
    ? nothing(chat)
    : tellFew(chat, origin, [person.seat], ({ at, n }) => ({
        _tag: "Whispered",
        n,
        at,
        from: server,
        to: person.member,
        text: Text.Text.make(`Others come from the address of ${name}: this goes by name only, and not by address.`)
      }))
