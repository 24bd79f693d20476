/** What it costs to say words, and to say wrong ones. */
import * as Effect from "effect/Effect"
import type { Proof } from "../../domain/Place.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { wordsTooSoon, wordTooSoon } from "../../domain/phrases.ts"
import { monotonicMillis } from "../../net/clock.ts"
import type { ReadError } from "../../net/Errors.ts"
import { Seal, sealCost } from "../chat/proof.ts"
import type { Allowance, Due } from "./Allowance.ts"
import { atOneThing, Guesses } from "./Guesses.ts"

/** A client that says words. */
export interface Guesser {
  readonly allowance: Allowance | undefined
  /** What counts as one address, for what it has guessed. */
  readonly neighbours: string
}

interface Ways<Client> {
  readonly refuse: (client: Client, why: Refusal) => Effect.Effect<void>
  readonly waitForTurn: (client: Client, allowance: Allowance, due: Due) => Effect.Effect<void, ReadError>
}

/**
 * Wrong words cost their address a pause, as wrong passwords do, and whatever they are said for a short one, wherever they come
 * from. A hash costs its client more of its allowance than a message does.
 */
export interface Guessing<Client> {
  /** Refuses words that come during a pause: they are not looked at. `thing` is what they are said for. */
  readonly isTooSoon: (client: Client, thing: string) => Effect.Effect<boolean>
  /** Notes that words were wrong. A right word makes no wrong one forgotten: whoever guesses could have something whose words it knows. */
  readonly wrong: (client: Client, thing: string) => Effect.Effect<void>
  /** Hashes words, which belong to something. */
  readonly hash: (client: Client, words: string, belongsTo: string) => Effect.Effect<Proof, ReadError>
}

/** Makes the guard of all words of one server, but for its password. */
export const makeGuessing = <Client extends Guesser>({ refuse, waitForTurn }: Ways<Client>) =>
  Effect.gen(function* () {
    const seal = yield* Seal
    const guesses = new Guesses(yield* monotonicMillis)
    const guessesAt = new Guesses(yield* monotonicMillis, atOneThing)
    const guessing: Guessing<Client> = {
      isTooSoon: Effect.fnUntraced(function* (client, thing) {
        const now = yield* monotonicMillis
        const early = guesses.pauseOf(client.neighbours, now)
        const wait = Math.max(early, guessesAt.pauseOf(thing, now))
        if (wait > 0) yield* refuse(client, new Refusal({ code: "password-wait", message: early > 0 ? wordTooSoon(wait) : wordsTooSoon(wait), wait: Math.ceil(wait) }))
        return wait > 0
      }),
      wrong: Effect.fnUntraced(function* (client, thing) {
        const now = yield* monotonicMillis
        guesses.wrong(client.neighbours, now)
        guessesAt.wrong(thing, now)
      }),
      hash: Effect.fnUntraced(function* (client, words, belongsTo) {
        const { allowance } = client
        if (allowance !== undefined) yield* waitForTurn(client, allowance, allowance.worked(sealCost, yield* monotonicMillis))
        return yield* seal(words, belongsTo)
      })
    }
    return guessing
  })
