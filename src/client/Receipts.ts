import * as Effect from "effect/Effect"
import type { Event } from "../domain/Event.ts"
import type { MemberId } from "../domain/Member.ts"

/** Back-pressure: how much of what was said may wait for its receipt, UTF-16 code units; then the sender waits. */
const mostUnanswered = 1_048_576

/** What a message counts for besides its text. */
const overhead = 128

const weightOf = (text: string): number => text.length + overhead

/** The messages that wait for their receipt, by correlation id. A receipt is our own event (`Said`, `Acted`, `Whispered`); a `Refused` answers too. */
export class Receipts {
  readonly #pending = new Map<string, { readonly text: string; line: Uint8Array | undefined }>()
  readonly #settled = Effect.unsafeMakeLatch(true)
  readonly #hasRoom = Effect.unsafeMakeLatch(true)
  #held = 0
  #me: MemberId | undefined
  #sent = 0
  #ended = false

  /** Waits until no message is unanswered, or until {@link end}. */
  get settled(): Effect.Effect<void> {
    return this.#settled.await
  }

  /** Waits while more than 1 MiB of text is unanswered, or until {@link end}: what a server that never answers makes us hold is bounded. */
  get room(): Effect.Effect<void> {
    return this.#hasRoom.await
  }

  /** The texts of the messages without an answer, in order. */
  get unanswered(): ReadonlyArray<string> {
    return Array.from(this.#pending.values(), ({ text }) => text)
  }

  /** The messages without an answer as they were sent, in order. */
  get lines(): ReadonlyArray<Uint8Array> {
    return Array.from(this.#pending.values()).flatMap(({ line }) => line ?? [])
  }

  /** The line in which the message with this correlation id was sent, or is to be: it may have to be sent again. */
  sent(ref: string, line: Uint8Array): void {
    const pending = this.#pending.get(ref)
    if (pending !== undefined) pending.line = line
  }

  /** Whose messages these are from now on. */
  me(id: MemberId): void {
    this.#me = id
  }

  /** All messages up to the one with this correlation id were taken: no answer to them is waited for. */
  taken(last: string | undefined): void {
    if (last === undefined || !this.#pending.has(last)) return
    for (const ref of [...this.#pending.keys()]) {
      this.#answered(ref)
      if (ref === last) return
    }
  }

  /** No answer to any message will come. */
  forget(): void {
    for (const ref of [...this.#pending.keys()]) this.#answered(ref)
  }

  /** The correlation id of a message about to be sent: the given one, or a number. The message is unanswered from now on. */
  next(text: string, given?: string): string {
    this.#sent += 1
    const ref = given ?? String(this.#sent)
    this.#answered(ref)
    this.#pending.set(ref, { text, line: undefined })
    this.#held += weightOf(text)
    if (this.#ended) return ref
    this.#settled.unsafeClose()
    if (this.#held > mostUnanswered) this.#hasRoom.unsafeClose()
    return ref
  }

  /** The message with this correlation id was not sent after all: no answer is expected. */
  cancel(ref: string): void {
    this.#answered(ref)
  }

  /** Takes an event that may be the answer to a message. */
  heard(event: Event): void {
    if (event._tag === "Welcome") this.me(event.you.id)
    if (event._tag === "Refused") this.#answered(event.ref)
    if ("from" in event && event.from.id === this.#me) this.#answered(event.ref)
  }

  /** The connection is gone: nobody waits for answers any more. */
  end(): void {
    this.#ended = true
    this.#settled.unsafeOpen()
    this.#hasRoom.unsafeOpen()
  }

  #answered(ref: string | undefined): void {
    const text = ref === undefined ? undefined : this.#pending.get(ref)?.text
    if (ref === undefined || text === undefined) return
    this.#pending.delete(ref)
    this.#held -= weightOf(text)
    if (this.#held <= mostUnanswered) this.#hasRoom.unsafeOpen()
    if (this.#pending.size === 0) this.#settled.unsafeOpen()
  }
}
