import type * as Effect from "effect/Effect"
import type { ReadError } from "./Errors.ts"
import type { silence } from "./Inbox.ts"

/** What came of reading. */
export type Read = Uint8Array | typeof silence | ReadError

/**
 * A peer on a byte stream, whatever carries it: bytes in, pulled by one reader;
 * bytes out, in order. Reading never ends writing: a peer that has ended its
 * half can still be told goodbye.
 */
export interface Connection {
  /** `host:port` of the peer. */
  readonly address: string
  /** The peer's address without its port. */
  readonly host: string
  /** Whether the bytes are encrypted on their way. */
  readonly secure: boolean
  /** For how long nothing has come from the peer, ms. One that has to wait, or has ended, is not silent. */
  readonly silentFor: number
  /** Whether the peer can still be written to. */
  readonly writable: boolean
  /** Bytes written that the system has not taken yet. */
  readonly backlog: number
  /**
   * The next bytes, or `silence` after `patience` ms without any, or why nothing
   * more can be read. What had come before the end is read before the end is.
   */
  readonly read: (patience?: number) => Effect.Effect<Read>
  /**
   * Reads nothing for `ms`, but fails at once when what was said last is of no
   * use any more. A silence of `quiet` ms meanwhile is read in its place.
   */
  readonly pause: (ms: number, quiet?: number) => Effect.Effect<void, ReadError>
  /** Ends the reading with this error, at once: for what this side decides about the peer. */
  readonly stopReading: (error: ReadError) => void
  /** Hands bytes to the system, in order and without waiting. */
  readonly write: (bytes: Uint8Array | string) => void
  /** Waits until the system has taken all that was written, or the connection is gone. */
  readonly drained: Effect.Effect<void>
  /** Ends this side's half after all that was written, without waiting. */
  readonly finish: () => void
  /**
   * Ends this side's half after all that was written, waits until the peer has
   * ended its own, `grace` ms at most, and is gone then in any case.
   */
  readonly close: (grace: number) => Effect.Effect<void>
  /** Closes as `close` does, without waiting for it. */
  readonly linger: (grace: number) => void
  /** Ends both halves now, whatever is on its way. */
  readonly destroy: Effect.Effect<void>
}
