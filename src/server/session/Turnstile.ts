import * as Effect from "effect/Effect"

/**
 * Lets so many through in one turn of the event loop, in the order in which they
 * came; whoever is beyond that waits for a turn to come. Thousands may go at
 * once: with a bound on what one turn does for them, all others are heard in between.
 */
export class Turnstile {
  readonly #perTurn: number
  #left: number
  #waiting: Array<() => void> = []
  #isTurning = false

  constructor(perTurn: number) {
    this.#perTurn = perTurn
    this.#left = perTurn
  }

  /** Goes on in this turn, or in the first that has room. It is for what is never interrupted, such as a finalizer. */
  get pass(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#turn()
      if (this.#left > 0) {
        this.#left -= 1
        return Effect.void
      }
      return Effect.async<void>((resume) => {
        this.#waiting.push(() => {
          resume(Effect.void)
        })
      })
    })
  }

  #turn(): void {
    if (this.#isTurning) return
    this.#isTurning = true
    setImmediate(() => {
      this.#isTurning = false
      const next = this.#waiting.slice(0, this.#perTurn)
      this.#waiting = this.#waiting.slice(this.#perTurn)
      this.#left = this.#perTurn - next.length
      if (next.length > 0) this.#turn()
      for (const go of next) go()
    })
  }
}
