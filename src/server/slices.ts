/** Work that would block the event loop for long, cut into slices: others have a turn in between. */
import * as Effect from "effect/Effect"
import { monotonicMillis } from "../net/clock.ts"
import { endOfTurn } from "./chat/Hub.ts"

/** How long work goes on before others have a turn, ms. */
const slice = 5

/** The slices of some work that comes in steps. Microtasks and fibers that yield do not end a turn of the event loop, so it counts for how long work has gone on in this one. */
export class Slices {
  #since: number | undefined

  /** Whether others are to have a turn before the next step; `now` is monotonic, ms. */
  isOver(now: number): boolean {
    if (this.#since !== undefined) return now - this.#since >= slice
    this.#since = now
    setImmediate(() => {
      this.#since = undefined
    })
    return false
  }

  /** Lets others have a turn if it is time: before each step. */
  readonly breath: Effect.Effect<void> = Effect.flatMap(monotonicMillis, (now) => (this.isOver(now) ? Effect.zipRight(endOfTurn, this.breath) : Effect.void))
}

/** Folds a sequence in slices. */
export const foldInSlices = <A, B>(all: Iterable<A>, begin: B, step: (before: B, each: A) => B): Effect.Effect<B> =>
  Effect.gen(function* () {
    const slices = new Slices()
    let result = begin
    for (const each of all) {
      yield* slices.breath
      result = step(result, each)
    }
    return result
  })
