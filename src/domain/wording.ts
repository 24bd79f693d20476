import type { Acted, Goodbye, Joined, Left, Members, Notice, Renamed, Said, Whispered } from "./Event.ts"

/** What is said of an event wherever people read it: in the plain dialect and on our own client's screen. */
export const said = ({ from, text }: Said): string => `${from.name}: ${text}`

export const acted = ({ from, text }: Acted): string => `* ${from.name} ${text}`

export const whispered = ({ from, text, to }: Whispered): string => `[${from.name} -> ${to.name}] ${text}`

export const renamed = ({ member, was }: Renamed): string => `${was} is now called ${member.name}.`

export const notice = ({ text }: Notice): string => `[server] ${text}`

export const joined = ({ member }: Joined): string => `${member.name} has joined the chat!`

export const left = ({ code, member, reason }: Left): string =>
  code === "quit" && reason === undefined
    ? `${member.name} has left the chat.`
    : `${member.name} has left the chat. (${reason ?? code})`

/** Who is here, as far as a page goes. */
export const names = ({ here, members, more }: Pick<Members, "here" | "members" | "more">): string =>
  `${members.map(({ name }) => name).join(", ")}${more ? ", ..." : ""} (${here})`

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
