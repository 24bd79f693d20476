/** The state of a cluster as one node sends it to a newcomer, beside the log: lines of JSON. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type Chat, empty } from "../../domain/Chat.ts"
import type { Happening } from "../../domain/Entry.ts"
import { noKeep } from "../../domain/Keep.ts"
import type { Refused } from "../../domain/replica/Node.ts"
import type { Bookkeeping } from "../../domain/replica/Replica.ts"
import { partsOf, withPart } from "../../domain/replica/state.ts"
import { decodePart, encodePart } from "../../domain/replica/Part.ts"
import { digestsOf, sum } from "../../domain/replica/digest.ts"
import { type Codec, isSpoken, speaks, words } from "../../domain/replica/wire.ts"
import { endOfTurn } from "../chat/Hub.ts"
import { foldInSlices } from "../slices.ts"

/** What a node sends to another one alone. */
export type Sent =
  | { readonly _tag: "State"; readonly book: Bookkeeping<Happening>; readonly chat: Chat<never> }
  | { readonly _tag: "Refused"; readonly why: Refused }
  /** A state that this program cannot read, and why: another version may have it in another form. */
  | { readonly _tag: "Unreadable"; readonly message: string }

const Head = Schema.parseJson(
  Schema.Union(Schema.TaggedStruct("State", { v: Schema.Number }), Schema.TaggedStruct("Refused", { why: Schema.Literal("too-old", "too-new", "other-settings") }))
)
const encodeHead = Schema.encodeSync(Head)
const decodeHead = Schema.decodeUnknownEither(Head)

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const lineFeed = 0x0a
const nothing = new Uint8Array()

/** The whole state: what the log's rules know, and the chat, in this language: whoever changes the form of either raises the language of the log. */
export const encode = ({ encodeBook }: Codec<Happening>, book: Bookkeeping<Happening>, chat: Chat<unknown>, v: number): Effect.Effect<Uint8Array> =>
  Effect.gen(function* () {
    yield* endOfTurn
    const lines = [encoder.encode(encodeHead({ _tag: "State", v })), encodeBook(book)]
    yield* endOfTurn
    const all = yield* foldInSlices(partsOf(chat), lines, (lines, part) => {
      lines.push(encoder.encode(encodePart(part)))
      return lines
    })
    yield* endOfTurn
    return joined(all)
  })

// The lines, with a line feed between two.
const joined = (lines: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(lines.reduce((sum, { length }) => sum + length + 1, -1)).fill(lineFeed)
  let at = 0
  for (const line of lines) {
    all.set(line, at)
    at += line.length + 1
  }
  return all
}

// The lines again, one by one as they are asked for: all at once, they would be one long step.
function* linesOf(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at <= bytes.length; ) {
    const next = bytes.indexOf(lineFeed, at)
    const end = next < 0 ? bytes.length : next
    yield bytes.subarray(at, end)
    at = end + 1
  }
}

/** Why a newcomer is not taken in. */
export const encodeRefusal = (why: Refused): Uint8Array => encoder.encode(encodeHead({ _tag: "Refused", why }))

/** Reads what `encode` or `encodeRefusal` has made; fails with words where it is neither. */
export const decode = (codec: Codec<Happening>, bytes: Uint8Array): Effect.Effect<Sent, string> =>
  Effect.gen(function* () {
    const lines = linesOf(bytes)
    const head = yield* Effect.mapError(decodeHead(decoder.decode(lines.next().value ?? nothing)), ({ message }) => message)
    if (head._tag === "Refused") return head
    if (!isSpoken(head.v)) return { _tag: "Unreadable" as const, message: `it is in the language ${head.v}, and this program speaks ${speaks[0]} to ${speaks[1]}` }
    // To take in the last pieces was long already.
    yield* endOfTurn
    return yield* Effect.catchAll(stateIn(codec, lines), (message) => Effect.succeed({ _tag: "Unreadable" as const, message }))
  })

const stateIn = ({ decodeBook }: Codec<Happening>, lines: Generator<Uint8Array, void>): Effect.Effect<Sent, string> =>
  Effect.gen(function* () {
    const book = yield* Effect.mapError(decodeBook(lines.next().value ?? nothing), ({ message }) => message)
    yield* endOfTurn
    const nobody = empty<never>({ server: "", instance: "", limits: { lineBytes: 0, nameGraphemes: 0, nameBytes: 0 } }, noKeep)
    const begin: Either.Either<Chat<never>, string> = Either.right(nobody)
    const chat = yield* foldInSlices(lines, begin, (before, line) =>
      Either.flatMap(before, (chat) => Either.mapBoth(decodePart(decoder.decode(line)), { onLeft: (error) => words(error), onRight: (part) => withPart(chat, part) }))
    )
    return { _tag: "State" as const, book, chat: yield* chat }
  })

/** A digest of the state: alike on all nodes that have decided the same. */
export const digest = (chat: Chat<unknown>): Effect.Effect<number> => Effect.suspend(() => foldInSlices(digestsOf(chat), 0, sum))
