import * as Effect from "effect/Effect"
import type { Event } from "../domain/Event.ts"

/**
 * The commands to enter and to leave rooms that are not answered yet: until they are, it is not known in which rooms one is. They have
 * no receipt, so a refusal of an earlier command without one may be taken for an answer; none is waited for in vain.
 */
export class Moving {
  readonly #answered = Effect.unsafeMakeLatch(true)
  #unanswered = 0

  /** Waits until all of them are answered. */
  get answered(): Effect.Effect<void> {
    return this.#answered.await
  }

  /** One is about to be sent. */
  sent(): void {
    this.#unanswered += 1
    this.#answered.unsafeClose()
  }

  /** One was not sent after all. */
  unsent(): void {
    this.#wait(this.#unanswered - 1)
  }

  /** Takes an event that may be the answer to one, or tell anew in which rooms one is. */
  heard(event: Event): void {
    if (event._tag === "Welcome" || event._tag === "Resumed") this.#wait(0)
    else if (event._tag === "Entered" || event._tag === "Exited" || (event._tag === "Refused" && event.ref === undefined)) this.#wait(this.#unanswered - 1)
  }

  #wait(unanswered: number): void {
    this.#unanswered = Math.max(0, unanswered)
    if (this.#unanswered === 0) this.#answered.unsafeOpen()
  }
}
