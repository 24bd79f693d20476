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

/**
 * Which line this is of a message of several lines: each is told by an event of its own, one behind the other and at the same
 * time. The lines are numbered from 0 on, without the empty ones.
 */
export const Part = Schema.Struct({
  /** The `n` of the event of the first line. */
  first: Schema.Number,
  index: Schema.Number,
  /** How many lines the message has. */
  of: Schema.Number,
  /** How many empty lines stand before this one. Absent where none does. */
  blanks: Schema.optional(Schema.Number),
  /** Where its author has cut the line to send it, in UTF-16 code units from its start: some programs cannot send long ones in one piece. Absent where it was not cut. */
  cuts: Schema.optional(Schema.Array(Schema.Number))
})
export type Part = typeof Part.Type

/** What identifies something that was said: its number, and when that was, ms since 1970. */
export const MessageId = Schema.Struct({ n: Schema.Number, at: Schema.Number })
export type MessageId = typeof MessageId.Type

/** The fields of all that a whole room is told. */
export const inRoom = { n, seq, at, room: RoomName }
