/** What the server says that is no event's words: its greeting, its questions, and how it refuses. */
import * as Text from "./Text.ts"

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
