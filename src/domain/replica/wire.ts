import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { Body, Speaks, Written } from "./Body.ts"
import { NodeId, Position } from "./Position.ts"
import * as Recent from "./Recent.ts"
import type { Bookkeeping } from "./Replica.ts"
import { validator } from "./validator.ts"

/**
 * The languages that this program speaks. All that nodes tell each other is in one: the records of the log with the entries in them, and the
 * state that a newcomer is sent (`state.ts`). Whoever changes the form of any of it, by a new field too, raises the highest, and reads
 * and writes those before as they were.
 */
export const speaks: Speaks = [1, 1]

/** What came from another node is not what it should be. */
class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", { message: Schema.String }) {}

/** How records look to the engine, and bookkeeping to another node: JSON in UTF-8. */
export interface Codec<E> {
  /** A record in this language, without what the engine adds to it. */
  readonly encode: (from: NodeId, body: Exclude<Body<E>, { readonly _tag: "Unknown" }>, language: number) => Uint8Array
  /** Reads a record. What is none, or is in a language that this program does not speak, is `Unknown`: it is not skipped. */
  readonly decode: (logged: { readonly at: Position; readonly time: number; readonly bytes: Uint8Array }) => Written<E>
  /** How many bytes an entry takes. */
  readonly sizeOf: (entry: E) => number
  readonly encodeBook: (book: Bookkeeping<E>) => Uint8Array
  readonly decodeBook: (bytes: Uint8Array) => Either.Either<Bookkeeping<E>, Unreadable>
}

const number = Schema.Number
const speaking = Schema.Tuple(number, number)

const Hello = Schema.TaggedStruct("Hello", { name: Schema.String, speaks: speaking, settings: Schema.String })
const Found = Schema.TaggedStruct("Found", { after: Position })
const batchOf = <E, I>(entry: Schema.Schema<E, I>) =>
  Schema.TaggedStruct("Batch", {
    n: number,
    entries: Schema.Array(entry),
    digest: Schema.optional(Schema.Struct({ checkpoint: number, value: number })),
    last: Schema.optional(Schema.Boolean)
  })
const returnOf = <T, I>(tail: Schema.Schema<T, I>) => Schema.TaggedStruct("Return", { epoch: Schema.String, at: Position, nodes: Schema.Array(NodeId), tail })

/** The envelope, which is the same in all languages. */
const Envelope = Schema.parseJson(Schema.Struct({ v: number, from: NodeId, body: Schema.Struct({ _tag: Schema.String }, { key: Schema.String, value: Schema.Unknown }) }))

const unknown = NodeId.make("unknown")

/** The wire form of records with such entries, and of bookkeeping. */
export const codec = <E, I>(entry: Schema.Schema<E, I>): Codec<E> => {
  const batch = batchOf(entry)
  // In a list of records there are no lists again: see `record.ts`.
  const written = Schema.Struct({ at: Position, time: number, from: NodeId, size: number, body: Schema.Union(Hello, Found, batch, returnOf(Schema.Tuple())) })
  const body = Schema.Union(Hello, Found, batch, returnOf(Schema.Array(written)))
  const node = Schema.Struct({
    id: NodeId, name: Schema.String, number, n: number, heard: number, full: Schema.Boolean, speaks: speaking, sent: Schema.optional(number)
  })
  const book = Schema.Struct({
    at: Position,
    nodes: Schema.Array(node),
    lastNumber: number,
    gone: Schema.Array(NodeId),
    clock: number,
    time: number,
    stamp: number,
    spoke: number,
    settings: Schema.String,
    recent: Schema.Array(written)
  })
  const encodeBody = Schema.encodeSync(body)
  const encodeBook = Schema.encodeSync(book)
  const decodeEnvelope = Schema.decodeUnknownEither(Envelope)
  // A field that is not known may change what the record means: to leave it out would be to skip it.
  const decodeBody = Schema.decodeUnknownEither(body, { onExcessProperty: "error" })
  const decodeHello = Schema.decodeUnknownEither(Hello)
  const decodeBook = Schema.decodeUnknownEither(book, { onExcessProperty: "error" })
  // Most is as it should be: the schemas are asked where it is not, or has to be understood otherwise.
  const isBody = validator(body)
  const isBook = validator(book)
  const isRecord = validator(Schema.Struct({ v: number, from: NodeId, body }))

  const read = (bytes: Uint8Array): { readonly from: NodeId; readonly body: Body<E> } => {
    const text = utf8.decode(bytes)
    const record = parse(text)
    if (Either.isLeft(record) || !isRecord(record.right) || !isSpoken(record.right.v)) return readBySchema(text)
    const { body, from } = record.right
    return { from, body }
  }
  const readBySchema = (text: string): { readonly from: NodeId; readonly body: Body<E> } =>
    Either.match(decodeEnvelope(text), {
      onLeft: (error) => ({ from: unknown, body: { _tag: "Unknown", message: `A record is none of a cluster: ${words(error)}` } }),
      onRight: ({ body, from, v }) => {
        // A newcomer has to be understood whatever it speaks, or it could not be told so.
        const isHello = body._tag === "Hello"
        if (!isHello && !isSpoken(v)) {
          return { from, body: { _tag: "Unknown", message: `The node ${from} has written a record in the language ${v}. This program speaks ${speaks[0]} to ${speaks[1]}: all nodes need versions of it that have a language in common.` } }
        }
        return {
          from,
          body: Either.getOrElse(isHello ? decodeHello(body) : decodeBody(body), (error) => ({
            _tag: "Unknown" as const,
            message: `The node ${from} has written a record that is not right: ${words(error)}`
          }))
        }
      }
    })

  return {
    encode: (from, said, v) => encoder.encode(JSON.stringify({ v, from, body: isBody(said) ? said : encodeBody(said) })),
    decode: ({ at, bytes, time }) => ({ at, time, size: bytes.length, ...read(bytes) }),
    sizeOf: (entry) => encoder.encode(JSON.stringify(entry)).length,
    encodeBook: ({ recent, ...rest }) => {
      const whole = { ...rest, recent: Recent.toArray(recent) }
      return encoder.encode(JSON.stringify(isBook(whole) ? whole : encodeBook(whole)))
    },
    decodeBook: (bytes) =>
      parse(utf8.decode(bytes)).pipe(
        Either.flatMap((value) => (isBook(value) ? Either.right(value) : decodeBook(value))),
        Either.map(({ recent, ...rest }) => ({ ...rest, recent: Recent.fromArray(recent) })),
        Either.mapLeft((error) => new Unreadable({ message: words(error) }))
      )
  }
}

const parse = Schema.decodeUnknownEither(Schema.parseJson())

/** Whether this program speaks a language. */
export const isSpoken = (language: number): boolean => language >= speaks[0] && language <= speaks[1]

const utf8 = new TextDecoder("utf-8")
const encoder = new TextEncoder()

/** What is wrong, in words: not the data themselves, which may be long. */
export const words = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map(({ message, path }) => (path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`))
    .join("; ")
    .slice(0, 300)
