import type { Event, Welcome } from "../../domain/Event.ts"
import * as wording from "../../domain/wording.ts"
import type { Dialect } from "./Dialect.ts"

/** The longest line that a plain client is sent, in bytes with its line feed. */
export const maxLineBytes = 960

/** The words that ask a plain client's connection to end. */
export const quitWords: ReadonlySet<string> = new Set(["{quit}", "(quit)", "/quit"])

/** What a connection that says nothing is told. */
export const greeting = "Welcome to brusio, a chat room. Type your name and press Enter:\n"

const utf8 = new TextEncoder()

const encode = (event: Event): string => {
  switch (event._tag) {
    case "Welcome":
      return welcome(event)
    case "Said":
      return lines(event.text, `${event.from.name}: `)
    case "Joined":
      return lines(wording.joined(event))
    case "Left":
      return lines(wording.left(event))
    case "Members":
      return lines(`Here now: ${event.here}. ${event.members.map(({ name }) => name).join(", ")}`)
    case "Refused":
      return lines(event.message)
    case "Goodbye":
      return lines(wording.goodbye(event))
    case "Ping":
    case "Pong":
      return ""
  }
}

/** Lines for people and for programs written long before this one: see `docs/wire/plain.md`. */
export const plain: Dialect = { name: "plain", encode }

// The welcome comes first and alone: programs that sent a name wait for just this line.
const welcome = ({ asked, you }: Welcome): string => {
  const first = `Welcome ${you.name}! To leave, type {quit}.\n`
  return asked === undefined ? first : `${first}The name ${asked} is taken: you are ${you.name}.\n`
}

// Many programs read at most 1024 bytes at once and show them as one message:
// a longer one is cut, between characters, into lines that each bear the name.
const lines = (text: string, prefix = ""): string => {
  const whole = `${prefix}${text}\n`
  if (whole.length * 3 <= maxLineBytes || utf8.encode(whole).length <= maxLineBytes) return whole
  const room = maxLineBytes - utf8.encode(`${prefix}\n`).length
  let result = ""
  let line = ""
  let bytes = 0
  for (const { segment } of graphemes.segment(text)) {
    for (const piece of pieces(segment, room)) {
      const length = utf8.encode(piece).length
      if (bytes + length > room) {
        result += `${prefix}${line}\n`
        line = ""
        bytes = 0
      }
      line += piece
      bytes += length
    }
  }
  return `${result}${prefix}${line}\n`
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })

// A character piled up until it does not fit in a line is cut between its code points.
const pieces = (segment: string, room: number): Iterable<string> =>
  utf8.encode(segment).length <= room ? [segment] : segment
