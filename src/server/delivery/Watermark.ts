import * as Effect from "effect/Effect"
import type * as Duration from "effect/Duration"

/** A fiber that waits until everything up to a place has been handed over. */
interface Waiter {
  readonly place: number
  readonly wake: () => void
}

/**
 * The watermark of handing over: everything up to this place has been handed
 * over. It only rises, and fibers can wait for a place. A rise wakes those whose
 * place is reached, and nobody else.
 */
export class Watermark {
  #reached = 0
  // Sorted by place; nearly all are added at the end.
  readonly #waiters: Array<Waiter> = []

  /** Raises the watermark to this place, and wakes those who wait for it; a lower place changes nothing. */
  advance(place: number): void {
    if (place <= this.#reached) return
    this.#reached = place
    const due = this.#waiters.findIndex((waiter) => waiter.place > place)
    for (const { wake } of this.#waiters.splice(0, due === -1 ? this.#waiters.length : due)) wake()
  }

  /** Nothing will be handed over any more: nobody waits from now on. */
  end(): void {
    this.advance(Infinity)
  }

  /** Waits until everything up to this place has been handed over, or nothing will be any more; `patience` at most, also inside a finalizer. */
  await(place: number, patience: Duration.DurationInput): Effect.Effect<void> {
    return Effect.suspend(() =>
      place <= this.#reached
        ? Effect.void
        : // Interruptible, so that the time limit holds inside a finalizer.
          this.#wait(place).pipe(Effect.interruptible, Effect.timeoutOption(patience), Effect.asVoid)
    )
  }

  #wait(place: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (place <= this.#reached) {
        resume(Effect.void)
        return
      }
      const waiter: Waiter = {
        place,
        wake: () => {
          resume(Effect.void)
        }
      }
      const before = this.#waiters.findLastIndex((other) => other.place <= place)
      this.#waiters.splice(before + 1, 0, waiter)
      return Effect.sync(() => {
        const at = this.#waiters.indexOf(waiter)
        if (at !== -1) this.#waiters.splice(at, 1)
      })
    })
  }
}
