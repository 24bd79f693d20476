import * as Schema from "effect/Schema"
import { LeaveCode } from "../domain/Event.ts"

/** The other side has ended its half of the connection; all it had sent has been read. */
export class EndOfInput extends Schema.TaggedError<EndOfInput>()("EndOfInput", {}) {}

/** The connection broke, or was gone without an orderly end. `code` is the system's, such as `ECONNRESET`. */
export class ConnectionLost extends Schema.TaggedError<ConnectionLost>()("ConnectionLost", {
  code: Schema.String
}) {}

/** This side has decided to end the connection, for a reason that is neither's quit. */
export class CutOff extends Schema.TaggedError<CutOff>()("CutOff", {
  code: LeaveCode,
  reason: Schema.String
}) {}

/** Why nothing more can be read. */
export type ReadError = EndOfInput | ConnectionLost | CutOff
