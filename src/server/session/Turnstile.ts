import * as Effect from "effect/Effect"

/**
 * Lets `perTurn` fibers pass in one turn of the event loop, first come, first
 * served; the rest wait for later turns. Thousands may leave at once: with a bound
 * on the work of one turn, all other clients are read in between.
 */
export class Turnstile {
  readonly #perTurn: number
  #left: number
  #waiting: Array<() => void> = []
  #isTurning = false

  /** `perTurn`: how many pass in one turn. */
  constructor(perTurn: number) {
    this.#perTurn = perTurn
    this.#left = perTurn
  }

  /** Passes in this turn, or waits for the first that has room. Only for what is never interrupted, such as a finalizer: a waiting fiber keeps its place. */
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
