import type { Event, Goodbye, KeySet, Members, Resumed, Welcome } from "./Event.ts"
import type { Member } from "./Member.ts"
import type { Detached, Left, Presence } from "./PresenceEvent.ts"
import { isResumption, type Reply, type Resumption } from "./Reply.ts"
import { lengthOf } from "./lengths.ts"
import * as people from "./personWording.ts"
import * as rooms from "./roomWording.ts"
import { company, crowd, dim, type Line, name, sign, strong, text } from "./spans.ts"

/**
 * An event in words, wherever people read it: line by line, without time and
 * colours. No line at all for what is not shown.
 *
 * In a line with somebody's own words, all spans before these say who speaks and
 * how. When such a line is cut into several, each repeats them: see {@link prefix}.
 */
export const words = (event: Reply): ReadonlyArray<Line> => {
  switch (event._tag) {
    case "Welcome":
      return [welcome(event), ...rooms.about(event), ...rooms.keeping(event)]
    case "Resumed":
      return isResumption(event) ? [resumed(event), ...event.replay.flatMap(words)] : [resumed(event)]
    case "Admitted":
      return [[dim("Welcome "), name(event.you), dim("! You are in no room: enter one, with /join ROOM.")]]
    case "Said":
      if (event.notice === true) return [[sign("-"), name(event.from), sign("- "), text(event.text)]]
      return [[name(event.from), sign(": "), text(event.text)]]
    case "Acted":
      return [[sign("* "), name(event.from), sign(" "), text(event.text)]]
    case "Whispered":
      return [[sign("["), name(event.from), sign(" -> "), event.among === undefined ? name(event.to) : dim(rooms.amongWords(event.among)), sign("] "), text(event.text)]]
    case "Notice":
      return [[sign("[server] "), text(event.text)]]
    case "Joined":
      return [joined(event.member)]
    case "Left":
      // The room has read that before.
      return event.detached === true ? [] : [left(event)]
    case "Detached":
      return [detached(event)]
    case "Returned":
      return [returned(event.member)]
    case "DutySet":
      return [[dim(event.operates ? "You are an operator of the server." : "You are no operator of the server.")]]
    case "Proclaimed":
      return [[sign("[operators] "), name(event.by), sign(": "), text(event.text)]]
    case "AccountSet":
      return [[dim(`You have said the words of the claimed name ${event.account}.`)]]
    case "KeySet":
      return [keySet(event)]
    case "AwaySet":
      return [people.awaySet(event)]
    case "Profile":
      return people.profile(event)
    case "Presence":
      return presence(event)
    case "Renamed":
      return [[{ as: "name", text: event.was }, dim(" is now called "), name(event.member), dim(".")]]
    case "Entered":
      return rooms.entered(event)
    case "Exited":
      return [rooms.exited(event)]
    case "TopicSet":
      return [rooms.topicSet(event)]
    case "Moderated":
      return [rooms.moderated(event)]
    case "Removed":
      return rooms.removed(event)
    case "Invited":
      return [rooms.invited(event)]
    case "RoomList":
      return rooms.roomList(event)
    case "Past":
      return rooms.past(event, "What was said here before:", "Nothing was said here before.")
    case "Found":
      return rooms.past(event, "What was found:", "Nothing was found.")
    case "Members":
      return [page(event)]
    case "Lines":
      return event.lines.map((line) => [dim(line)])
    case "Refused":
    case "Throttled":
    case "Outage":
      return [[strong(event.message)]]
    case "Goodbye":
      return [[strong(goodbye(event))]]
    case "Ping":
    case "Pong":
    case "Verbatim":
    case "Away":
    case "Described":
    case "Watched":
    case "Signalled":
      return []
  }
}

/** A line as it reads without colours. */
export const textOf = (line: Line): string => {
  let all = ""
  for (const span of line) all += span.text
  return all
}

/** What a line says before somebody's own words; empty where nobody speaks. */
export const prefix = (line: Line): string => {
  const start = line.findIndex(({ as }) => as === "text")
  return start > 0 ? textOf(line.slice(0, start)) : ""
}

/** Whether an event tells the reader's own words. */
export const isOwn = (event: Reply, reader: Member): boolean => "from" in event && event.from.id === reader.id

const welcome = (event: Welcome): Line => [
  dim("Welcome "),
  name(event.you),
  dim("! "),
  ...company(event),
  dim(" To leave, type {quit}. "),
  dim(help)
]

const help = "For help, type /help."

/** What a person is told in lines of their own, where the welcome has to be as short as programs want it. */
export const introduction = (welcome: Pick<Welcome, "here" | "members" | "topic" | "you">): ReadonlyArray<string> => [
  `${textOf(company(welcome))} ${help}`,
  ...rooms.about(welcome).map(textOf)
]

const joined = (member: Member): Line => [name(member), dim(" has joined the chat!")]

const left = ({ code, member, reason }: Pick<Left, "code" | "member" | "reason">): Line => [
  name(member),
  dim((code === "quit" || code === "exited") && reason === undefined ? " has left the chat." : ` has left the chat. (${reason ?? code})`)
]

// Old programs keep their lists of who is here by how these lines begin, so who is lost leaves, and who is back joins.
const detached = ({ code, member, reason }: Pick<Detached, "code" | "member" | "reason">): Line => [
  name(member),
  dim(` has left the chat. (${reason ?? code}, may come back)`)
]

const returned = (member: Member): Line => [name(member), dim(" has joined the chat! (back)")]

const resumed = ({ gaps, you }: Resumed): Line => [
  dim("You are "),
  name(you),
  dim(gaps ? " again. Some of what you have missed is lost." : " again.")
]

/** That so many messages were missed and are not kept any more. */
export const lostWords = (count: number): string => (count === 1 ? "1 message is lost." : `${count} messages are lost.`)

/**
 * What somebody is told who is back and has to read all of it in lines: what was
 * missed, but for its own coming and going, stands behind these.
 */
export const away = ({ gaps, lost = 0, replay, was, you }: Resumption): { readonly opening: ReadonlyArray<Line>; readonly missed: ReadonlyArray<Event> } => {
  const missed = replay.filter((event) => !("member" in event) || (event.member.id !== you.id && event.member.id !== was) || event._tag === "Renamed")
  const again = [dim("You are "), name(you), dim(missed.length > 0 ? " again. While you were away:" : " again.")]
  const gone = lost > 0 ? lostWords(lost) : gaps ? "Some of what you have missed is lost." : undefined
  return { opening: [again, ...(gone === undefined ? [] : [[dim(gone)]])], missed }
}

const keySet = ({ keep, name: called }: KeySet): Line => [
  dim(`Your place is kept for ${lengthOf(keep)} if the connection is lost. Then: /back ${called} WORDS`)
]

// A crowd is counted, a few are named.
const presence = (event: Presence): ReadonlyArray<Line> => {
  const came = [...event.joined.map(joined), ...(event.returned ?? []).map(returned)]
  const gone = [
    ...event.left.flatMap((each) => (each.detached === true ? [] : [left(each)])),
    ...(event.detached ?? []).map((member) => detached({ member, code: "lost", reason: undefined }))
  ]
  return [
    ...(came.length > crowd ? [[dim(`${came.length} people have joined the chat!`)]] : came),
    ...(gone.length > crowd ? [[dim(`${gone.length} people have left the chat.`)]] : gone)
  ]
}

type Page = Pick<Members, "here" | "members" | "more" | "remarks">

const page = ({ here, more, ...members }: Page): Line => [dim("Here: "), ...people.remarked(members), dim(`${more ? ", ..." : ""} (${here})`)]

/** The answer to `/who`: one line. */
export const here = (members: Page): string => textOf(page(members))

// The last words to a client.
const goodbye = ({ unsaid = 0, ...words }: Pick<Goodbye, "code" | "reason" | "unsaid">): string =>
  unsaid === 0 ? parting(words) : `${parting(words)} ${unsaid} of your messages ${unsaid === 1 ? "was" : "were"} not said.`

const parting = ({ code, reason }: Pick<Goodbye, "code" | "reason">): string => {
  switch (code) {
    case "closing":
      return `The server is closing: ${sentence(reason)}`
    case "restarting":
      return `The server is restarting: ${sentence(reason)} It will be back in a moment.`
    case "quit":
    case "closed":
      return "Goodbye!"
    default:
      return `You have been disconnected: ${sentence(reason)}`
  }
}

const sentence = (words: string): string => (/[.!?]$/u.test(words) ? words : `${words}.`)
