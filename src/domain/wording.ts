import * as Text from "./Text.ts"
import type { Acted, Goodbye, Joined, Left, Members, Notice, Presence, Renamed, Said, Whispered } from "./Event.ts"

/** Stands for what varies in one of the {@link openings}. */
export const anything = "*"

/** What is said of an event wherever people read it: in the plain dialect and on our own client's screen. */
export const said = ({ from, text }: Said): string => `${from.name}: ${text}`

export const acted = ({ from, text }: Acted): string => `* ${from.name} ${text}`

export const whispered = ({ from, text, to }: Whispered): string => `[${from.name} -> ${to.name}] ${text}`

export const renamed = ({ member, was }: Renamed): string => `${was} is now called ${member.name}.`

export const notice = ({ text }: Notice): string => `[server] ${text}`

export const joined = ({ member }: Pick<Joined, "member">): string => `${member.name} has joined the chat!`

export const left = ({ code, member, reason }: Pick<Left, "code" | "member" | "reason">): string =>
  code === "quit" && reason === undefined
    ? `${member.name} has left the chat.`
    : `${member.name} has left the chat. (${reason ?? code})`

/** How many may come, or go, at once and still be named one by one. */
export const crowd = 10

/** Many came or went at once, line by line: a crowd is counted, a few are named. */
export const presence = ({ joined: came, left: gone }: Pick<Presence, "joined" | "left">): ReadonlyArray<string> => [
  ...(came.length > crowd ? [`${came.length} people have joined the chat!`] : came.map((member) => joined({ member }))),
  ...(gone.length > crowd ? [`${gone.length} people have left the chat.`] : gone.map(left))
]

/** Who is here, as far as a page goes. */
const names = ({ here, members, more }: Pick<Members, "here" | "members" | "more">): string =>
  `${members.map(({ name }) => name).join(", ")}${more ? ", ..." : ""} (${here})`

/** Who is here, as one is told who asks. */
export const here = (page: Pick<Members, "here" | "members" | "more">): string => `Here: ${names(page)}`

/** What a connection that says nothing is told. */
export const greeting = "Welcome to brusio, a chat room. Type your name and press Enter:"

/** What is asked where there is a password. */
export const passwordQuestion = Text.clean("Password:")

/** What is said of a wrong one. */
export const wrongPassword = "Wrong password: try again."

/** A name that somebody else bears, and what comes of it. */
export const nameTaken = (name: string, then: string): string => `The name ${name} is taken: ${then}`

/** A name that nobody may bear, and what comes of it. */
export const nameReserved = (name: string, then: string): string => `The name ${name} is reserved: ${then}`

/** What the room is told of a name that could be taken for another's. */
export const lookalikes = (name: string, other: string): Text.Text =>
  Text.clean(`The name ${name} looks like ${other}: they are not the same person.`)

/** What one is told who sends too fast. */
export const throttled = (perSecond: number | typeof anything): Text.Text =>
  Text.clean(`You are sending more than ${perSecond} messages a second: they are taken up at that pace. Nothing is lost.`)

/** The last words to the one who goes. */
export const goodbye = ({ code, reason }: Pick<Goodbye, "code" | "reason">): string => {
  switch (code) {
    case "closing":
      return `The server is closing: ${sentence(reason)}`
    case "quit":
    case "closed":
      return "Goodbye!"
    default:
      return `You have been disconnected: ${sentence(reason)}`
  }
}

const sentence = (words: string): string => (/[.!?]$/u.test(words) ? words : `${words}.`)

/**
 * How the server's sentences begin, up to the colon. A plain client is told
 * `NAME: text`: who bore one of these as a name could finish the sentence.
 */
export const openings: ReadonlyArray<string> = [
  goodbye({ code: "closing", reason: Text.clean(anything) }),
  goodbye({ code: "other", reason: Text.clean(anything) }),
  here({ here: 0, members: [], more: false }),
  greeting,
  passwordQuestion,
  wrongPassword,
  nameTaken(anything, anything),
  nameReserved(anything, anything),
  throttled(anything)
].map((words) => words.slice(0, words.indexOf(":")))
