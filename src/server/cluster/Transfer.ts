/** The state of a cluster as one node sends it to a newcomer, beside the log: lines of JSON. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type Chat, empty } from "../../domain/Chat.ts"
import type { Happening } from "../../domain/Entry.ts"
import { noKeep } from "../../domain/Keep.ts"
import type { Refused } from "../../domain/replica/Node.ts"
import type { Bookkeeping } from "../../domain/replica/Replica.ts"
import { decodePart, digestsOf, encodePart, partsOf, sum, withPart } from "../../domain/replica/state.ts"
import type { Codec } from "../../domain/replica/wire.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { endOfTurn } from "../chat/Hub.ts"

/** How long the work on a large state goes on before others have a turn, ms. */
const slice = 8

/** What a node sends to another one alone. */
export type Sent =
  | { readonly _tag: "State"; readonly book: Bookkeeping<Happening>; readonly chat: Chat<never> }
  | { readonly _tag: "Refused"; readonly why: Refused }

const Head = Schema.parseJson(
  Schema.Union(Schema.TaggedStruct("State", {}), Schema.TaggedStruct("Refused", { why: Schema.Literal("too-old", "too-new", "other-settings") }))
)
const encodeHead = Schema.encodeSync(Head)
const decodeHead = Schema.decodeUnknownEither(Head)

const encoder = new TextEncoder()
const decoder = new TextDecoder()

// Folds a sequence, with turns for others in between.
const inSlices = <A, B>(all: Iterable<A>, begin: B, step: (before: B, each: A) => B): Effect.Effect<B> =>
  Effect.gen(function* () {
    let result = begin
    let until = (yield* monotonicMillis) + slice
    for (const each of all) {
      result = step(result, each)
      if ((yield* monotonicMillis) < until) continue
      yield* endOfTurn
      until = (yield* monotonicMillis) + slice
    }
    return result
  })

/** The whole state: what the log's rules know, and the chat. */
export const encode = ({ encodeBook }: Codec<Happening>, book: Bookkeeping<Happening>, chat: Chat<unknown>): Effect.Effect<Uint8Array> =>
  Effect.map(
    inSlices(partsOf(chat), [encodeHead({ _tag: "State" }), decoder.decode(encodeBook(book))], (lines, part) => {
      lines.push(encodePart(part))
      return lines
    }),
    (lines) => encoder.encode(lines.join("\n"))
  )

/** Why a newcomer is not taken in. */
export const encodeRefusal = (why: Refused): Uint8Array => encoder.encode(encodeHead({ _tag: "Refused", why }))

/** Reads what `encode` or `encodeRefusal` has made; fails with words where it is neither. */
export const decode = ({ decodeBook }: Codec<Happening>, bytes: Uint8Array): Effect.Effect<Sent, string> =>
  Effect.gen(function* () {
    const [first = "", second = "", ...parts] = decoder.decode(bytes).split("\n")
    const head = yield* Effect.mapError(decodeHead(first), ({ message }) => message)
    if (head._tag === "Refused") return head
    const book = yield* Effect.mapError(decodeBook(encoder.encode(second)), ({ message }) => message)
    const nobody = empty<never>({ server: "", instance: "", limits: { lineBytes: 0, nameGraphemes: 0, nameBytes: 0 } }, noKeep)
    const begin: Either.Either<Chat<never>, string> = Either.right(nobody)
    const chat = yield* inSlices(parts, begin, (before, line) =>
      Either.flatMap(before, (chat) => Either.mapBoth(decodePart(line), { onLeft: ({ message }) => message, onRight: (part) => withPart(chat, part) }))
    )
    return { _tag: "State" as const, book, chat: yield* chat }
  })

/** A digest of the state: alike on all nodes that have decided the same. */
export const digest = (chat: Chat<unknown>): Effect.Effect<number> => inSlices(digestsOf(chat), 0, sum)
