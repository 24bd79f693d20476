import * as Text from "./Text.ts"
import type { Event, Goodbye, KeySet, Members, Resumed, Welcome } from "./Event.ts"
import type { Member } from "./Member.ts"
import type { Detached, Left, Presence } from "./PresenceEvent.ts"
import { isResumption, type Reply, type Resumption } from "./Reply.ts"
import { lengthOf } from "./lengths.ts"
import * as people from "./personWording.ts"
import * as rooms from "./roomWording.ts"
import { company, crowd, dim, type Line, name, sign, strong, text } from "./spans.ts"

export { keeping } from "./roomWording.ts"
export { company, crowd, type Line, type Span } from "./spans.ts"


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

/** What a connection that has said nothing yet is greeted with. */
export const greeting = "Welcome to brusio, a chat room. Type your name and press Enter:"

/** The answer to telnet's question whether anybody is there. */
export const areYouThere = "Yes, brusio is here."

/** What is asked where there is a password. */
export const passwordQuestion = Text.clean("Password:")

// In whole seconds, and never sooner than that.
const inTime = (wait: number): string => `in ${Math.ceil(wait / 1000)} s`

/** The answer to a wrong password; after how many ms the next one is looked at. */
export const wrongPassword = (wait: number): string => `Wrong password: try again${wait > 0 ? ` ${inTime(wait)}` : ""}.`

/** The answer to a password that was not looked at, as it came too soon after wrong ones; after how many ms the next one is. */
export const passwordTooSoon = (wait: number): string => `Too many wrong passwords came from your address: try again ${inTime(wait)}.`

/** The answer to the word of a room that was not looked at, as it came too soon after wrong ones; after how many ms the next one is. */
export const wordTooSoon = (wait: number): string => `Too many wrong words came from your address: try again ${inTime(wait)}.`

/** The answer to words that were not looked at, as too many wrong ones were said for the same room or name; after how many ms the next ones are. */
export const wordsTooSoon = (wait: number): string => `Too many wrong words were said for that: try again ${inTime(wait)}.`

/** Why a connection ends after too many wrong passwords; after how many ms the next one is looked at. */
export const passwordGivenUp = (wait: number): string => `wrong password${wait > 0 ? `: try again ${inTime(wait)}` : ""}`

/** Says that somebody else bears a name; `then` is what follows from that. */
export const nameTaken = (name: string, then: string): string => `The name ${name} is taken: ${then}`

/** Says that nobody may bear a name; `then` is what follows from that. */
export const nameReserved = (name: string, then: string): string => `The name ${name} is reserved: ${then}`

/** What the room is told of a name that could be taken for another's. */
export const lookalikes = (name: string, other: string): Text.Text =>
  Text.Text.make(`The name ${name} looks like ${other}: they are not the same person.`)

/** Stands for what varies in one of the sentences of `sentences.ts`. */
export const anything = "*"

/** What a room is told of somebody who has left with so many messages waiting, one at least. */
export const wereNotSaid = (unsaid: number): string => (unsaid === 1 ? "1 message was not said" : `${unsaid} messages were not said`)

/** What a client above the rate limit is told. */
export const throttled = (perSecond: number | typeof anything): Text.Text =>
  Text.clean(`You are sending more than ${perSecond} messages a second: they are taken up at that pace. Stay until they are.`)

/** What a client is told whose address is above the rate limit for addresses. */
export const throttledAddress = (perSecond: number | typeof anything): Text.Text =>
  Text.clean(`More than ${perSecond} messages a second come from your address: they are taken up at that pace. Stay until they are.`)

/** What people are told whose server cannot reach the rest of its cluster, or can again. */
export const outage = (over: boolean): Text.Text =>
  Text.clean(over ? "The rest of the room can be reached again." : "The rest of the room cannot be reached; what you say waits.")

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

/** How refusals begin that are worded where they are made. */
export const refusals: ReadonlyArray<string> = [
  "A binary message",
  "This kind of message",
  "A line has at most",
  "A name in full",
  "A reason has at most",
  "A line is one",
  "A message is one line",
  "A name cannot",
  "A word has at most",
  "A topic has at most",
  "A name closes",
  "A name has at most",
  "A name needs",
  "A key has at",
  "Nobody here has that name",
  "Nobody here is kept",
  "Nothing is kept",
  "Only the operator of the server",
  "Only the owner",
  "Please type a name",
  "Say hello with",
  "That lasts",
  "That name is",
  "The name of a room",
  "The room",
  "The server is busy",
  "There are",
  "There is no command",
  "There is no such room",
  "There is nothing in this",
  "This room needs",
  "This server keeps",
  "This kind of message",
  "This server speaks version",
  "What is said",
  "What is searched",
  "Type your name",
  "To leave",
  "You are here as",
  "You are in",
  "You bear the",
  "You cannot",
  "You have just come back",
  "You have said",
  "You watch for",
  "Your place is kept"
]

/** The reason that the room is told when somebody is sent away. */
export const removal = (reason: Text.Text | undefined): Text.Text => Text.Text.make(reason === undefined ? "removed" : `removed: ${reason}`)
