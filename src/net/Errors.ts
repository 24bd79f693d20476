import * as Data from "effect/Data"
import type { LeaveCode } from "../domain/LeaveCode.ts"

// How a connection's reading ends. These are plain values and no `Error`s: to
// capture a stack trace for each would be expensive when thousands end at once.

/** The peer has ended its half of the connection, with a FIN; all it had sent has been read. */
export class EndOfInput extends Data.TaggedClass("EndOfInput") {}

/** The connection broke, with a RST or an error of the system, or was closed without a FIN of the peer. `code` is the system's, such as `ECONNRESET`. */
export class ConnectionLost extends Data.TaggedClass("ConnectionLost")<{
  readonly code: string
  /** How it was lost, in words for people; absent where there is nothing more to say than that it was. */
  readonly reason?: string
}> {}

/** This side has decided to end the connection: `code` says why, and `reason` says so in words for people. */
export class CutOff extends Data.TaggedClass("CutOff")<{ readonly code: LeaveCode; readonly reason: string }> {}

/** Why nothing more can be read. */
export type ReadError = EndOfInput | ConnectionLost | CutOff
