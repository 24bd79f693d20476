/** Messages of IRC as clients send them: the grammar of the Modern IRC documents, with the message tags of IRCv3. */
import { decodeUtf8 } from "../../../net/utf8.ts"

/** A message that a client has sent. */
export interface Message {
  /** The tags, without those that have no value; what is escaped in them is not. */
  readonly tags: ReadonlyMap<string, string>
  /** The command, in capitals. */
  readonly command: string
  readonly params: ReadonlyArray<string>
  /** Why it is not taken: it is longer than it may be, or it is not in UTF-8. Then its parameters mean nothing. Absent where it is. */
  readonly flaw?: "too-long" | "not-utf8"
}

/** The longest message without its tags and its end, in bytes. */
export const longestBody = 510

/** The longest tags of a client, in bytes, with the `@` and the blank behind them. */
export const longestTags = 4096

const loose = new TextDecoder()
const blank = 0x20
const at = 0x40
const semicolon = 0x3b

/** Reads a line without its end; `undefined` for an empty one, which says nothing. */
export const parse = (line: Uint8Array): Message | undefined => {
  const bytes = line.at(-1) === 0x0d ? line.subarray(0, -1) : line
  const tagsEnd = bytes[0] === at ? bytes.indexOf(blank) : -1
  if (bytes.length - (tagsEnd + 1) > longestBody || tagsEnd + 1 > longestTags) return flawed(bytes, "too-long")
  const text = decodeUtf8(bytes)
  return text === undefined ? flawed(bytes, "not-utf8") : parseText(text)
}

/** Reads the beginning of a line that was too long to be held: its tags, as far as they are whole, and its command. */
export const parseHead = (head: Uint8Array): Message => {
  const hasTags = head[0] !== at || head.includes(blank)
  const end = hasTags ? head.length : Math.max(0, head.lastIndexOf(semicolon))
  return flawed(Buffer.concat([head.subarray(0, end), Buffer.from(" *")]), "too-long")
}

// Whatever it says, its label and its command can be read, so that its sender is told what it is that was not taken.
const flawed = (bytes: Uint8Array, flaw: NonNullable<Message["flaw"]>): Message => ({ ...(parseText(loose.decode(bytes)) ?? nothing), flaw })

const nothing: Message = { tags: new Map(), command: "", params: [] }

// What can be in no message: nobody is told of it.
const forbidden = /[\0\r]/gu

const form = /^(?:@(\S*) +)?(?::\S* +)? *(\S+)(.*)$/su

const parseText = (text: string): Message | undefined => {
  const found = form.exec(text.replace(forbidden, ""))
  if (found === null) return undefined
  const [, tags = "", command = "", rest = ""] = found
  return { tags: parseTags(tags), command: command.toUpperCase(), params: parseParams(rest) }
}

const parseParams = (rest: string): ReadonlyArray<string> => {
  const params: Array<string> = []
  let left = rest
  for (;;) {
    left = left.replace(/^ +/u, "")
    if (left === "") return params
    if (left.startsWith(":")) return [...params, left.slice(1)]
    const end = left.indexOf(" ")
    if (end < 0) return [...params, left]
    params.push(left.slice(0, end))
    left = left.slice(end)
  }
}

const unescapes: Readonly<Record<string, string>> = { ":": ";", s: " ", r: "\r", n: "\n" }

const parseTags = (tags: string): ReadonlyMap<string, string> => {
  const all = new Map<string, string>()
  if (tags === "") return all
  for (const tag of tags.split(";")) {
    const [, key = "", value = ""] = /^([^=]*)(?:=(.*))?$/su.exec(tag) ?? []
    if (key !== "") all.set(key, value.replace(/\\(.?)/gsu, (_, character: string) => unescapes[character] ?? character))
  }
  return all
}

const escapes: Readonly<Record<string, string>> = { ";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n" }

/** Tags as they travel before a message, with the blank behind them; empty where there are none. */
export const formatTags = (tags: ReadonlyArray<readonly [string, string]>): string =>
  tags.length === 0
    ? ""
    : `@${tags.map(([key, value]) => (value === "" ? key : `${key}=${value.replace(/[; \\\r\n]/gu, (character) => escapes[character] ?? character)}`)).join(";")} `
