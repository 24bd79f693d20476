/** Commands that go by a word which only some know, such as that of a locked room. */
import * as Effect from "effect/Effect"
import { type ClientId, membershipIn, personOf, roomWith } from "../../domain/Chat.ts"
import type { Enter } from "../../domain/command/enter.ts"
import type { Command } from "../../domain/command/index.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { wordTooSoon } from "../../domain/wording.ts"
import { monotonicMillis } from "../../net/clock.ts"
import type { ReadError } from "../../net/Errors.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import type { Heard } from "../dialect/Dialect.ts"
import type { Allowance, Due } from "./Allowance.ts"
import { Guesses } from "./Guesses.ts"
import { Seal, sealCost } from "../chat/proof.ts"

/** A client that says a word. */
interface Sayer {
  readonly id: ClientId
  readonly allowance: Allowance | undefined
  /** What counts as one address, for what it has guessed. */
  readonly neighbours: string
}

/** What a session does for its client. */
interface Ways<Client> {
  readonly submit: (client: Client, command: Command) => Effect.Effect<ReadonlyArray<Envelope>, ReadError>
  readonly refuse: (client: Client, why: Refusal) => Effect.Effect<void>
  readonly waitForTurn: (client: Client, allowance: Allowance, due: Due) => Effect.Effect<void, ReadError>
}

/**
 * Makes the function that submits a command with the hash of its word in place of
 * the word. Wrong words cost their address a pause, as wrong passwords do, and a
 * hash costs the client more of its allowance than a message does.
 */
export const makeSealed = <Client extends Sayer>({ refuse, submit, waitForTurn }: Ways<Client>) =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const seal = yield* Seal
    // A right word makes no wrong one forgotten: whoever guesses could have a room whose word it knows.
    const guesses = new Guesses(yield* monotonicMillis)

    // Refuses a word that comes during the pause which wrong ones cost; it is not looked at.
    const isTooSoon = Effect.fnUntraced(function* (client: Client) {
      const early = guesses.pauseOf(client.neighbours, yield* monotonicMillis)
      if (early > 0) yield* refuse(client, new Refusal({ code: "password-wait", message: wordTooSoon(early), wait: Math.ceil(early) }))
      return early > 0
    })

    const hash = Effect.fnUntraced(function* (client: Client, word: string, key: string) {
      const { allowance } = client
      if (allowance !== undefined) yield* waitForTurn(client, allowance, allowance.worked(sealCost, yield* monotonicMillis))
      return yield* seal(word, key)
    })

    // Nothing is hashed where there is no word to compare it with. Many may guess at once from one address: the pause that the
    // first wrong word costs holds for those too that are hashed by then.
    const enter = Effect.fnUntraced(function* (client: Client, word: string, command: Enter) {
      const chat = yield* registry.chat
      const { key } = command.room
      const person = personOf(chat, client.id)
      const isIn = person === undefined || membershipIn(person, key) !== undefined
      if (isIn || roomWith(chat, key)?.lock?.word === undefined) {
        yield* submit(client, command)
        return
      }
      if (yield* isTooSoon(client)) return
      const proof = yield* hash(client, word, key)
      if (yield* isTooSoon(client)) return
      const told = yield* submit(client, { ...command, word: proof })
      if (told.some(({ event }) => event._tag === "Refused" && event.code === "locked")) guesses.wrong(client.neighbours, yield* monotonicMillis)
    })

    return Effect.fnUntraced(function* (client: Client, { command, word }: Extract<Heard, { readonly _tag: "Sealed" }>) {
      if (command._tag === "Enter") {
        yield* enter(client, word, command)
        return
      }
      // A command that names no room means the current one, also if that changes meanwhile.
      const chat = yield* registry.chat
      const current = personOf(chat, client.id)?.current
      const room = command.room ?? (current === undefined ? undefined : roomWith(chat, current))
      if (room === undefined) {
        // The chat refuses it, as who is in no room means none.
        yield* submit(client, command)
        return
      }
      const { key, name } = room
      yield* submit(client, { ...command, room: { key, name }, word: yield* hash(client, word, key) })
    })
  })
