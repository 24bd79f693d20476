import type { Welcome } from "../../domain/Event.ts"
import { isResumption, type Reply } from "../../domain/Reply.ts"
import { isReserved } from "../../domain/reserved.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import * as phrases from "../../domain/phrases.ts"
import { segmenter } from "../../domain/segmenter.ts"
import * as roomWording from "../../domain/roomWording.ts"
import type * as spans from "../../domain/spans.ts"
import * as wording from "../../domain/wording.ts"
import { squeezed } from "./blanks.ts"
import type { Dialect } from "./Dialect.ts"
import { PlainInterpreter } from "./PlainInterpreter.ts"

/** The longest line that a plain client is sent, in bytes with its line feed: below the 1024 that many programs read at once. */
export const maxLineBytes = 960

/** What a connection that has said nothing yet is sent. */
export const greeting = `${phrases.greeting}\n`

/** Lines for people and for programs written long before this one: see `docs/wire/plain.md`. */
export const plain: Dialect = {
  name: "plain",
  client: "plain",
  encode: (event) => encode(event, "\n"),
  open: (hearing, greeted) => new PlainInterpreter(hearing, greeted, { telnet, among })
}

/** The same lines, ended by CR LF, as telnet and terminals in raw mode want them. */
const telnet: Dialect = {
  ...plain,
  name: "telnet",
  encode: (event) => encode(event, "\r\n")
}

// What those are told who are in several rooms: each line begins with the room that it is of, so nobody's words can be taken for that.
const several: Dialect = { ...plain, name: "plain, in several rooms", encode: (event) => encode(event, "\n", ofItsRoom) }
const severalTelnet: Dialect = { ...telnet, name: "telnet, in several rooms", encode: (event) => encode(event, "\r\n", ofItsRoom) }

/** The dialect of one who is in these rooms, several: what is of none of them bears the current one. What whole rooms are told is encoded once for all of these. */
const among = (rooms: ReadonlySet<RoomName>, current: RoomName, isByKey: boolean): Dialect => {
  const ofRooms = isByKey ? severalTelnet : several
  const mark = (event: Reply): string => markOf(isOfRoom(event) && rooms.has(event.room) ? event.room : current)
  return { ...ofRooms, ofRooms, encode: (event) => encode(event, isByKey ? "\r\n" : "\n", mark) }
}

const markOf = (room: RoomName): string => `#${room} `

// What is told of a room to somebody who is not in it is not of that room for the reader.
const isOfRoom = (event: Reply): event is Extract<Reply, { readonly room: RoomName }> =>
  "room" in event && event.room !== undefined && event._tag !== "Exited" && event._tag !== "Removed" && event._tag !== "Invited"

const ofItsRoom = (event: Reply): string => (isOfRoom(event) ? markOf(event.room) : "")

const unmarked = (): string => ""

type LineEnd = "\n" | "\r\n"

// `markOf`: what each line of an event begins with.
const encode = (event: Reply, end: LineEnd, markOf: (event: Reply) => string = unmarked): string => {
  if (isResumption(event)) {
    const { missed, opening } = wording.away(event)
    return [...opening.map((line) => fitted(line, end, markOf(event))), ...missed.map((each) => encode(each, end, markOf))].join("")
  }
  if (event._tag === "Welcome") return welcome(event, end)
  // People are asked for the password, and answer with the next line.
  if (event._tag === "Refused" && event.code === "password-required") return `${phrases.passwordQuestion}${end}`
  let encoded = ""
  const mark = markOf(event)
  // The help is in columns, and nobody else's words are in it.
  for (const line of wording.words(event)) encoded += fitted(event._tag === "Lines" ? line : line.map(narrow), end, mark)
  return encoded
}

// The welcome is a line of its own, before all else: programs that sent a name wait for just this line.
const welcome = ({ asked, claimed, history, you }: Welcome, end: LineEnd): string => {
  const first = `Welcome ${you.name}! To leave, type {quit}.${end}`
  const kept = roomWording.keeping({ history }).map((line) => `${wording.textOf(line)}${end}`).join("")
  if (asked === undefined) return `${first}${kept}`
  const why = isReserved(asked) ? phrases.nameReserved : phrases.nameTaken
  return `${first}${why(asked, `you are ${you.name}.${claimed === true ? ` If it is yours, type /back ${asked} WORDS` : ""}`)}${end}${kept}`
}

const narrow = ({ as, text }: spans.Span): spans.Span => ({ as, text: squeezed(text) })

// Many programs read at most 1024 bytes at once and show them as one message, so
// a longer line is cut, between grapheme clusters, into lines that each bear the mark and the name.
const fitted = (line: spans.Line, lineEnd: LineEnd, mark: string): string => {
  const whole = `${mark}${wording.textOf(line)}`
  // A UTF-16 code unit is three bytes at most: most lines fit without being measured.
  if ((whole.length + 1) * 3 <= maxLineBytes) return `${whole}${lineEnd}`
  const prefix = `${mark}${wording.prefix(line)}`
  const room = maxLineBytes - Buffer.byteLength(prefix) - lineEnd.length
  let result = ""
  let start = prefix.length
  do {
    const end = cut(whole, start, room)
    result += `${prefix}${whole.slice(start, end)}${lineEnd}`
    start = end
  } while (start < whole.length)
  return result
}

// Where a line ends that starts at `start` and has at most `room` bytes.
const cut = (text: string, start: number, room: number): number => {
  if ((text.length - start) * 3 <= room) return text.length
  let bytes = 0
  let end = start
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    // At least one code point for each line, however little room there is.
    if (bytes > room) return Math.max(atCharacter(text, start, end), start + String.fromCodePoint(text.codePointAt(start) ?? 0).length)
    end += code < 0x10000 ? 1 : 2
  }
  return end
}

/** How many UTF-16 code units before a cut the start of its grapheme cluster is looked for; looking costs time in proportion. */
const maxLookBack = 64

// The start of the grapheme cluster at the cut. A cluster longer than `maxLookBack` is cut between code points.
const atCharacter = (text: string, start: number, end: number): number => {
  if (text.charCodeAt(end) < 0x80) return end
  const from = Math.max(start, end - maxLookBack)
  const begin = segmenter().segment(text.slice(from, end + maxLookBack)).containing(end - from)?.index ?? 0
  return begin === 0 ? end : from + begin
}
