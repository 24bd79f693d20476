import * as Data from "effect/Data"
import type { LeaveCode } from "../domain/Event.ts"

// Every client's end is one of these. They are plain values: an `Error` would
// take a stack trace of each, which thousands at once pay for dearly.

/** The other side has ended its half of the connection; all it had sent has been read. */
export class EndOfInput extends Data.TaggedClass("EndOfInput") {}

/** The connection broke, or was gone without an orderly end. `code` is the system's, such as `ECONNRESET`. */
export class ConnectionLost extends Data.TaggedClass("ConnectionLost")<{
  readonly code: string
  /** Whether what had come before is read first. */
  readonly isHeardOut?: boolean
}> {}

/** This side has decided to end the connection, for a reason that is neither's quit. */
export class CutOff extends Data.TaggedClass("CutOff")<{ readonly code: LeaveCode; readonly reason: string }> {}

/** Why nothing more can be read. */
export type ReadError = EndOfInput | ConnectionLost | CutOff
