/** The fields that many events have. */
import * as Schema from "effect/Schema"
import { RoomName } from "./RoomName.ts"

/** Milliseconds since 1970, taken when the event was decided; never decreasing. */
export const at = Schema.Number.pipe(Schema.between(0, 8.64e15))

/** The number of this event in its room, without gaps: a gap means something was missed. */
const seq = Schema.Number

/**
 * The number of what entries of the log told, in the one order of all; absent in
 * what no entry told, such as an answer. A client is told only some of these, so
 * it sees gaps; what it is told rises, and the last number is how far it has heard.
 */
export const n = Schema.optional(Schema.Number)

/** The fields of all that a whole room is told. */
export const inRoom = { n, seq, at, room: RoomName }
