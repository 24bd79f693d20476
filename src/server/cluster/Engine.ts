import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Subscribable from "effect/Subscribable"
import type { NodeId, Position } from "../../domain/replica/Position.ts"

/**
 * The log cannot be read on from where a reader is. `forgot`: the log was made
 * anew, and the position is none of its own. `truncated`: records behind the
 * position are gone, as the log keeps the newest only. `away`: the engine has been
 * closed on this side; one that cannot be reached is waited for instead.
 */
export class EngineLost extends Schema.TaggedError<EngineLost>()("EngineLost", { why: Schema.Literal("away", "forgot", "truncated") }) {
  override get message(): string {
    return words[this.why]
  }
}

const words: Readonly<Record<EngineLost["why"], string>> = {
  away: "The connection to the engine is closed.",
  forgot: "The engine has lost its log.",
  truncated: "The engine has dropped records that were not read yet."
}

/** A record of the log, as all nodes read it. */
export interface Logged {
  readonly at: Position
  /** When the engine took it up, by the engine's clock, ms since 1970. */
  readonly time: number
  readonly bytes: Uint8Array
}

/**
 * What carries a cluster: one log that all its nodes append to and read in one
 * order, and a way from node to node beside it. The engine promises the order, and
 * that a reader is told when records are gone; it may lose what is appended, or
 * write it twice, and may forget the whole log.
 */
export class Engine extends Context.Tag("brusio/Engine")<Engine, {
  /** The most bytes that a record may have. */
  readonly maxRecord: number
  /** Appends a record to the log, without waiting: it counts once it has been read. It may be lost, above all while the engine cannot be reached, or be written twice. */
  readonly unsafeAppend: (bytes: Uint8Array) => void
  /**
   * Reads the log, from the record behind this position or from the oldest that is
   * kept, and waits for more at its end; `recent`: from one of the last seconds, for
   * whom what was before is of no use. From there on a record is never left out: where one would
   * be, the stream fails. It outlives every loss of the connection. What is not
   * taken waits in the engine.
   */
  readonly read: (after: Position | "recent" | undefined) => Stream.Stream<Logged, EngineLost>
  /** Sends bytes of any size to one node. They arrive whole, or not at all. */
  readonly send: (to: NodeId, bytes: Uint8Array) => Effect.Effect<void>
  /** What is sent to this node from now on, as long as the scope: a record that asks for it can be appended once this has succeeded. */
  readonly received: (me: NodeId) => Effect.Effect<Stream.Stream<Uint8Array>, never, Scope.Scope>
  /** Whether the engine is heard: `false` once it has been silent for two seconds. */
  readonly reachable: Subscribable.Subscribable<boolean>
  /** The time of the newest record that was read, by the engine's clock; `undefined` before the first. */
  readonly lastRead: Effect.Effect<number | undefined>
  /** Deletes the log, for the last node that leaves. Does nothing where the engine cannot be reached. */
  readonly erase: Effect.Effect<void>
}>() {}
