import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/** The wait before the next try to connect, ms: it doubles from the first to the longest, and half of it is by chance, so that not all come back at once. */
const waits = { first: 500, longest: 15_000 } as const

/** The pauses between tries to connect: as long as they are said to be, or else by a backoff of their own. */
export class Retries {
  #wait: number = waits.first
  #now: Deferred.Deferred<void> | undefined

  /** The last try has succeeded: the next pause is the shortest again. */
  reset(): void {
    this.#wait = waits.first
  }

  /** Ends the pause. */
  now(): void {
    if (this.#now !== undefined) Deferred.unsafeDone(this.#now, Effect.void)
  }

  /** Waits for the next try. `told` is called with the time of it, ms of `performance.now()`, and at the end without one. */
  pause(told: (retryAt: number | undefined) => void, given?: number): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const ms = given ?? this.#next()
      this.#now = yield* Deferred.make<void>()
      told(performance.now() + ms)
      yield* Deferred.await(this.#now).pipe(Effect.timeoutOption(ms))
      this.#now = undefined
      told(undefined)
    })
  }

  #next(): number {
    const ms = this.#wait / 2 + Math.random() * (this.#wait / 2)
    this.#wait = Math.min(this.#wait * 2, waits.longest)
    return ms
  }
}
