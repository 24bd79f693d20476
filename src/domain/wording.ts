import * as Text from "./Text.ts"
import type { Acted, Goodbye, Joined, Left, Members, Notice, Presence, Renamed, Said, Whispered } from "./Event.ts"

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
export const names = ({ here, members, more }: Pick<Members, "here" | "members" | "more">): string =>
  `${members.map(({ name }) => name).join(", ")}${more ? ", ..." : ""} (${here})`

/** What the room is told of a name that could be taken for another's. */
export const lookalikes = (name: string, other: string): Text.Text =>
  Text.clean(`The name ${name} looks like ${other}: they are not the same person.`)

/** What one is told who sends too fast. */
export const throttled = (perSecond: number): Text.Text =>
  Text.clean(`You are sending more than ${perSecond} messages a second: they are taken up at that pace. Nothing is lost.`)

/** The last words to the one who goes. */
export const goodbye = ({ code, reason }: Goodbye): string => {
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
