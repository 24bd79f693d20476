import type * as Effect from "effect/Effect"
import type { ConnectionLost, ReadError } from "./Errors.ts"
import type { silence } from "./Inbox.ts"
import type { Wait } from "./Wait.ts"

/** The result of a read: bytes, a silence, or why nothing more can be read. */
export type Read = Uint8Array | typeof silence | ReadError

/**
 * A peer on a byte stream, whatever carries the bytes: in, pulled by one reader;
 * out, in order. The two halves end apart (half-close): a peer that has ended
 * its half, with a FIN, can still be told goodbye.
 */
export interface Connection {
  /** `host:port` of the peer. */
  readonly address: string
  /** The peer's address without its port. */
  readonly host: string
  /** Whether the bytes are encrypted on their way. */
  readonly secure: boolean
  /** For how long nothing has come from the peer, ms; 0 for a peer that back-pressure makes wait, or that has ended its half. */
  readonly silentFor: number
  /** How many bytes have come from the peer and have not been read yet, with the overhead of each chunk; 0 when nothing has. */
  readonly unreadBytes: number
  /** Whether the peer can still be written to. */
  readonly writable: boolean
  /** How many bytes are written that the system has not taken yet. */
  readonly backlog: number
  /**
   * The next bytes, or `silence` after `patience` ms without any, or why nothing
   * more can be read. What had come before the end is read before the end is.
   */
  readonly read: (patience?: number) => Effect.Effect<Read>
  /**
   * Reads nothing while it waits, but fails at once when this side stops the reading. A
   * silence of `quiet` ms meanwhile is kept, in its place between the bytes.
   */
  readonly pause: (wait: Wait, quiet?: number) => Effect.Effect<void, ReadError>
  /** Reads nothing while it waits either, but fails at once when nothing is left to be read, and nothing more can come: for a peer that has not been taken in yet. */
  readonly attend: (wait: Wait) => Effect.Effect<void, ReadError>
  /** What has come and was not read, in order, with the silences in between. */
  readonly unread: ReadonlyArray<Uint8Array | typeof silence>
  /**
   * Bounds how long what had come is still read once the connection has ended,
   * whoever ended it, ms: after that, the end is read in place of it. Unbounded
   * without this call.
   */
  readonly hearOut: (ms: number) => void
  /** Ends the reading as a break of the connection does: what had come is still read. For a peer that is taken for gone. */
  readonly presumeLost: (error: ConnectionLost) => void
  /** Ends the reading with this error, at once: what was not read never is. This side has decided to end the connection. */
  readonly stopReading: (error: ReadError) => void
  /** Hands bytes to the system, in order and without waiting. */
  readonly write: (bytes: Uint8Array | string) => void
  /** Waits until the system has taken all that was written, or the connection is gone. */
  readonly drained: Effect.Effect<void>
  /** Half-close: ends this side's half, with a FIN, after all that was written. Does not wait. */
  readonly finish: () => void
  /**
   * Ends this side's half after all that was written, and waits until the peer
   * has ended its own, `grace` ms at most. After that the connection is destroyed.
   */
  readonly close: (grace: number) => Effect.Effect<void>
  /** Closes as `close` does, without waiting for it. */
  readonly linger: (grace: number) => void
  /** Ends both halves now; what is on its way may be lost. */
  readonly destroy: Effect.Effect<void>
}
