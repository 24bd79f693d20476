import * as Effect from "effect/Effect"
import type { Connection, Read } from "../../src/net/Connection.ts"
import type { ReadError } from "../../src/net/Errors.ts"
import { type Wait, waited } from "../../src/net/Wait.ts"
import { show } from "./bytes.ts"

/** A fake connection that accepts every write at once and records it. */
export class Recorder implements Connection {
  readonly address = "unknown:0"
  readonly host = "unknown"
  readonly secure = false
  silentFor = 0
  readonly unreadBytes = 0
  readonly writable = true
  readonly backlog = 0
  readonly unread = []
  readonly drained = Effect.void
  readonly destroy = Effect.void
  readonly writes: Array<string> = []

  read(): Effect.Effect<Read> {
    return Effect.never
  }

  pause(wait: Wait): Effect.Effect<void, ReadError> {
    return waited(wait)
  }

  hearOut(): void {
    // Nobody reads from it.
  }

  presumeLost(): void {
    // Nobody reads from it.
  }

  attend(wait: Wait): Effect.Effect<void, ReadError> {
    return waited(wait)
  }

  stopReading(): void {
    // Nobody reads from it.
  }

  write(bytes: Uint8Array | string): void {
    this.writes.push(typeof bytes === "string" ? bytes : show(bytes))
  }

  finish(): void {
    // Nobody is at its other end.
  }

  close(): Effect.Effect<void> {
    return Effect.void
  }

  linger(): void {
    // Nobody is at its other end.
  }
}

/** A {@link Recorder} that calls `written` after each write, for example to let time pass. */
export class SlowRecorder extends Recorder {
  readonly #written: () => void

  constructor(written: () => void) {
    super()
    this.#written = written
  }

  override write(bytes: Uint8Array | string): void {
    super.write(bytes)
    this.#written()
  }
}
