import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Refusal, RefusalCode } from "../Refusal.ts"
import { Event, LeaveCode, MemberId } from "../Event.ts"
import { clean } from "../Text.ts"

/** The version of the native dialect that this program speaks. */
export const version = 1

/** The most bytes of UTF-8 that a client's mark on a message may have. */
export const maxRefBytes = 64

/** How deep arrays and objects of a line may be nested. */
const maxDepth = 32

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder("utf-8")

// It goes to everybody in the room as it is.
const Ref = Schema.String.pipe(
  Schema.filter((ref) => utf8Encoder.encode(ref).length <= maxRefBytes || `at most ${maxRefBytes} bytes`),
  Schema.filter((ref) => clean(ref) === ref || "nothing that could steer a terminal")
)

/** Whether this can be a client's mark on a message. */
export const isRef = Schema.is(Ref)

/** The first message of a client: the dialect's version, the name it wants, and the room's password where there is one. */
export const Hello = Schema.TaggedStruct("Hello", {
  v: Schema.Number,
  nickname: Schema.optional(Schema.String),
  password: Schema.optional(Schema.String)
})
/** Say a line to the room. */
export const Say = Schema.TaggedStruct("Say", { text: Schema.String, ref: Schema.optional(Ref) })
/** Say what one does. */
export const Act = Schema.TaggedStruct("Act", { text: Schema.String, ref: Schema.optional(Ref) })
/** Say a line to one member only. */
export const Whisper = Schema.TaggedStruct("Whisper", { to: MemberId, text: Schema.String, ref: Schema.optional(Ref) })
/** Bear another name. */
export const Rename = Schema.TaggedStruct("Rename", { nickname: Schema.String })
/** Ask who is here, a page at a time. */
export const Who = Schema.TaggedStruct("Who", { after: Schema.optional(MemberId) })
/** Ask for a sign of life. */
export const Ping = Schema.TaggedStruct("Ping", { ref: Schema.optional(Ref) })
/** The answer to the server's `Ping`. */
export const Pong = Schema.TaggedStruct("Pong", {})
/** Leave, with words for those who stay. */
export const Quit = Schema.TaggedStruct("Quit", { reason: Schema.optional(Schema.String) })

const messages = { Hello, Say, Act, Whisper, Rename, Who, Ping, Pong, Quit }

/** All a client may send, as it travels: strings are not yet names or texts. */
export const ClientMessage = Schema.Union(Hello, Say, Act, Whisper, Rename, Who, Ping, Pong, Quit)
export type ClientMessage = typeof ClientMessage.Type

const json = Schema.decodeUnknownEither(Schema.parseJson())
const decodeClientMessage = Schema.decodeUnknownEither(ClientMessage)
const decodeEvent = Schema.decodeUnknownEither(Event)

/** One message or event as a line of JSON, its line feed included. */
export const encode = (message: ClientMessage | Event): string => `${JSON.stringify(message)}\n`

/** A client's line, or what is wrong with it. */
export const decodeMessage = (line: Uint8Array): ClientMessage | Refusal => {
  const value = parse(line)
  if (!Predicate.hasProperty(value, "_tag") || !Predicate.isString(value._tag)) {
    return new Refusal({ code: "bad-line", message: `A line is one JSON object with a _tag, such as {"_tag":"Say","text":"hi"}, nested at most ${maxDepth} deep.` })
  }
  const tag = value._tag
  if (!Object.hasOwn(messages, tag)) {
    return new Refusal({ code: "unknown-command", message: `There is no command ${clean(tag).slice(0, 64)}.` })
  }
  return Either.getOrElse(decodeClientMessage(value), (error) => badCommand(tag, value, error))
}

/**
 * A server's line. `undefined` for what this program does not know: a client
 * ignores it. Every string in it is made safe to show.
 */
export const decodeLine = (line: Uint8Array): Event | undefined =>
  Either.getOrUndefined(decodeEvent(withKnownCode(cleanAll(parse(line)))))

const isCode = Schema.is(Schema.Union(LeaveCode, RefusalCode))

// A newer server may have reasons of its own: what happened still counts.
const withKnownCode = (value: unknown): unknown =>
  Predicate.isRecord(value) && Predicate.isString(value["code"]) && !isCode(value["code"]) ? { ...value, code: "other" } : value

// `undefined` for what is not JSON, and for what is nested so deeply that only an attack is.
const parse = (line: Uint8Array): unknown => {
  const text = utf8Decoder.decode(line)
  return isShallow(text) ? Either.getOrUndefined(json(text)) : undefined
}

const isShallow = (text: string): boolean => {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted) at += character === "\\" ? 1 : 0
    else if (character === "[" || character === "{") depth += 1
    else if (character === "]" || character === "}") depth -= 1
    if (depth > maxDepth) return false
  }
  return true
}


const badCommand = (tag: string, value: object, error: ParseResult.ParseError): Refusal => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  // Of two ways to be right, the one that the field was not meant to be is of no use.
  const useful = issues.filter(({ message }) => !message.startsWith("Expected undefined"))
  // What was given in place of a password may be one: it is not repeated.
  const words = (message: string, path: string) => (path === "password" ? "Expected string" : message)
  const where = useful
    .map(({ message, path }) => ({ message, path: path.map(String).join(".") }))
    .map(({ message, path }) => `${path}: ${words(message, path)}`)
    .join("; ")
  const ref = Predicate.hasProperty(value, "ref") && isRef(value.ref) ? value.ref : undefined
  return new Refusal({ code: "bad-command", message: `${tag} is not right: ${where}`.slice(0, 300), ref })
}

const cleanAll = (value: unknown): unknown => {
  if (Predicate.isString(value)) return clean(value)
  if (Array.isArray(value)) return value.map(cleanAll)
  if (Predicate.isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, cleanAll(inner)]))
  }
  return value
}
