import * as Effect from "effect/Effect"
import type { Event, MemberId } from "../domain/Event.ts"

/** The messages that wait for their receipt, by correlation id. A receipt is our own event (`Said`, `Acted`, `Whispered`); a `Refused` answers too. */
export class Receipts {
  readonly #pending = new Map<string, string>()
  readonly #settled = Effect.unsafeMakeLatch(true)
  #me: MemberId | undefined
  #sent = 0
  #ended = false

  /** Waits until no message is unanswered, or until {@link end}. */
  get settled(): Effect.Effect<void> {
    return this.#settled.await
  }

  /** The texts of the messages without an answer, in order. */
  get unanswered(): ReadonlyArray<string> {
    return [...this.#pending.values()]
  }

  /** The correlation id of a message about to be sent: the given one, or a number. The message is unanswered from now on. */
  next(text: string, given?: string): string {
    this.#sent += 1
    const ref = given ?? String(this.#sent)
    this.#pending.set(ref, text)
    if (!this.#ended) this.#settled.unsafeClose()
    return ref
  }

  /** The message with this correlation id was not sent after all: no answer is expected. */
  cancel(ref: string): void {
    this.#answered(ref)
  }

  /** Takes an event that may be the answer to a message. */
  heard(event: Event): void {
    if (event._tag === "Welcome") this.#me = event.you.id
    if (event._tag === "Refused") this.#answered(event.ref)
    if ("from" in event && event.from.id === this.#me) this.#answered(event.ref)
  }

  /** The connection is gone: nobody waits for answers any more. */
  end(): void {
    this.#ended = true
    this.#settled.unsafeOpen()
  }

  #answered(ref: string | undefined): void {
    if (ref === undefined) return
    this.#pending.delete(ref)
    if (this.#pending.size === 0) this.#settled.unsafeOpen()
  }
}
