import * as Schema from "effect/Schema"

/** One process in one life of a node: a node that was given up comes back with another id, and none is used twice. */
export const NodeId = Schema.NonEmptyString.pipe(Schema.brand("NodeId"))
export type NodeId = typeof NodeId.Type

/** The place of a record in the log that all nodes of a cluster read. */
export interface Position {
  /** The creation of the log: a log that was made anew numbers its records from the beginning. */
  readonly epoch: string
  /** The number of the record; grows by one. */
  readonly seq: number
}
