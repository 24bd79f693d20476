import type * as Effect from "effect/Effect"
import type { Connection } from "../../net/Connection.ts"
import type { ReadError } from "../../net/Errors.ts"
import type { Full } from "./Admission.ts"
import type { Dialect, Interpreter } from "../dialect/Dialect.ts"
import type { Diverted } from "./Farewell.ts"

/** A connection whose dialect is recognised: how it speaks, and what it has sent so far, read by read. */
export interface Recognised {
  readonly dialect: Dialect
  readonly interpreter: Interpreter
  readonly chunks: ReadonlyArray<Uint8Array>
}

/** Where a connection comes in: what recognises its dialect. */
export interface Door {
  /** The dialect that is spoken to a connection before its own is recognised. */
  readonly unrecognised: Dialect
  /**
   * Waits until the dialect is recognised, or that this is no client's connection.
   * `noRoom`: why there is no place for the connection, where there is none: it is
   * only to be turned away then, and not asked for a name. Fails when the
   * connection ends first.
   */
  readonly recognise: (connection: Connection, noRoom?: Full) => Effect.Effect<Recognised | Diverted, ReadError>
}
