import * as Schema from "effect/Schema"

/** One life of a node in the cluster. It is never used twice: who was given up comes back as another one. */
export const NodeId = Schema.NonEmptyString.pipe(Schema.brand("NodeId"))
export type NodeId = typeof NodeId.Type

/**
 * Rule 4: a place in the log. The engine may forget everything and count anew, so
 * that a number alone is not a place: it is one in this epoch.
 */
export const Position = Schema.Struct({
  /** The time of the stream's creation; epochs compare as strings in the order in which they began, see {@link epochOf}. */
  epoch: Schema.String,
  /** The number in the stream: 1, 2, 3, without gaps. */
  seq: Schema.Number
})
export type Position = typeof Position.Type

/** The number of the first record of a stream. */
export const firstSeq = 1

/** Whether a place is farther in the log than another one. */
export const isAfter = (one: Position, other: Position): boolean =>
  one.epoch === other.epoch ? one.seq > other.seq : one.epoch > other.epoch

/**
 * The epoch of a stream that was created at this time in UTC, as RFC 3339 writes
 * it: `2026-01-31T12:00:00.1234Z`. Trailing zeros of the fraction may be left out
 * there, which strings do not compare by; here there are always nine digits.
 */
export const epochOf = (created: string): string => {
  const [seconds = "", fraction = ""] = created.replace(/Z$/u, "").split(".")
  return `${seconds}.${fraction.padEnd(9, "0")}Z`
}
