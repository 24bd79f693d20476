import * as Effect from "effect/Effect"
import type { Event, MemberId } from "../domain/Event.ts"

/** Keeps count of what was said and not yet answered, by our own `Said` or a `Refused`. */
export class Receipts {
  readonly #pending = new Map<string, string>()
  readonly #settled = Effect.unsafeMakeLatch(true)
  #me: MemberId | undefined
  #sent = 0
  #ended = false

  /** Waits until nothing is unanswered, or no answer can come any more. */
  get settled(): Effect.Effect<void> {
    return this.#settled.await
  }

  /** What was said and has no answer, in order. */
  get unanswered(): ReadonlyArray<string> {
    return [...this.#pending.values()]
  }

  /** A mark for what is about to be said: the given one, or one of our own. */
  next(text: string, given?: string): string {
    this.#sent += 1
    const ref = given ?? String(this.#sent)
    this.#pending.set(ref, text)
    if (!this.#ended) this.#settled.unsafeClose()
    return ref
  }

  /** It was not sent after all. */
  cancel(ref: string): void {
    this.#answered(ref)
  }

  heard(event: Event): void {
    if (event._tag === "Welcome") this.#me = event.you.id
    if (event._tag === "Refused") this.#answered(event.ref)
    if ("from" in event && event.from.id === this.#me) this.#answered(event.ref)
  }

  /** The connection is gone: nobody has to wait. */
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
