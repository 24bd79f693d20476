import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Refusal, RefusalCode } from "../Refusal.ts"
import { type ClientMessage, messages, type Request } from "../command/index.ts"
import { Event } from "../Event.ts"
import { LeaveCode } from "../LeaveCode.ts"
import type { NameLimits } from "../NameLimits.ts"
import { isRef } from "./Ref.ts"
import { clean } from "../Text.ts"

export { isRef, maxRefBytes } from "./Ref.ts"
export { version } from "./version.ts"
export { ClientMessage } from "../command/index.ts"

/** How deep arrays and objects of a line may be nested. */
const maxDepth = 32

const utf8Decoder = new TextDecoder("utf-8")

const json = Schema.decodeUnknownEither(Schema.parseJson())
const decodeEvent = Schema.decodeUnknownEither(Event)

/** One message or event as a line of JSON, its line feed included. */
export const encode = (message: ClientMessage | Event): string => `${JSON.stringify(message)}\n`

/** Reads a client's line: what it asks for, or the refusal that says what is wrong with it; `undefined` for a mere sign of life. */
export const readMessage = (line: Uint8Array, limits: NameLimits): Request | Refusal | undefined => {
  const value = parse(line)
  if (!Predicate.hasProperty(value, "_tag") || !Predicate.isString(value._tag)) {
    return new Refusal({ code: "bad-line", message: `A line is one JSON object with a _tag, such as {"_tag":"Say","text":"hi"}, nested at most ${maxDepth} deep.` })
  }
  const tag = value._tag
  const form = messages.get(tag)
  if (form === undefined) return new Refusal({ code: "unknown-command", message: `There is no command ${clean(tag).slice(0, 64)}.` })
  return Either.getOrElse(form.read(value, limits), (error) => badCommand(tag, value, error))
}

/**
 * Reads a server's line, and makes every string in it safe to show. `undefined`
 * for what this program does not know, which a client ignores.
 */
export const decodeLine = (line: Uint8Array): Event | undefined =>
  Either.getOrUndefined(decodeEvent(withKnownCode(cleanAll(parse(line)))))

const isCode = Schema.is(Schema.Union(LeaveCode, RefusalCode))

// Forward compatibility: a code that only a newer server knows becomes `other`, and the event still counts.
const withKnownCode = (value: unknown): unknown =>
  Predicate.isRecord(value) && Predicate.isString(value["code"]) && !isCode(value["code"]) ? { ...value, code: "other" } : value

// `undefined` for what is not JSON, and for what is nested deeper than `maxDepth`, as only an attack is.
const parse = (line: Uint8Array): unknown => {
  const text = utf8Decoder.decode(line)
  return isShallow(text) ? Either.getOrUndefined(json(text)) : undefined
}

const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

// By code units, as a line of 16 KiB is looked through unit by unit.
const isShallow = (text: string): boolean => {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === quote) isQuoted = !isQuoted
    else if (isQuoted) at += unit === backslash ? 1 : 0
    else if (unit === openBracket || unit === openBrace) depth += 1
    else if (unit === closeBracket || unit === closeBrace) depth -= 1
    if (depth > maxDepth) return false
  }
  return true
}

const badCommand = (tag: string, value: object, error: ParseResult.ParseError): Refusal => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  // An optional field is a union with `undefined`: that it is not `undefined` either helps nobody.
  const useful = issues.filter(({ message }) => !message.startsWith("Expected undefined"))
  // What was given in a hello may be a password or a secret, also in the place of something else: it is not repeated.
  const words = (message: string, path: string) => {
    if (path === "secret") return "Expected a string of 32 to 128 characters that nobody can guess"
    return tag === "Hello" ? message.replace(/, actual .*$/su, "") : message
  }
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
