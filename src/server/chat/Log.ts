import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Chat } from "../../domain/Chat.ts"
import type { Happening } from "../../domain/Entry.ts"
import type { Text } from "../../domain/Text.ts"
import type { Envelope } from "./Registry.ts"
import type { Peer } from "./Peer.ts"

/** Decides one entry at a time, ms since 1970, and hands on what it tells: the atomic step of the Registry. */
export type Decide = (happening: Happening, at: number) => Effect.Effect<ReadonlyArray<Envelope>>

/** What a log is opened with: what decides its entries, and the state that comes of that. */
export interface Decider {
  readonly decide: Decide
  /** The state after the entries decided so far, which a log may copy to another node. */
  readonly chat: Effect.Effect<Chat<Peer>>
  /** Waits while too much of what was decided is still to be handed on. */
  readonly room: Effect.Effect<void>
  /** Tells the people of this node that the rest of the cluster cannot be reached, or, with `over`, that it can again. */
  readonly outage: (over: boolean) => Effect.Effect<void>
  /** Tells that this node may be the eldest now, see `isEldest`. */
  readonly nodesChanged: Effect.Effect<void>
}

/** A node that shares the log, as people read of it. */
export interface Node {
  readonly number: number
  readonly name: string
  /** Whether it is this one. */
  readonly isMe: boolean
  /** How long nothing has been read of it, ms. */
  readonly silentFor: number
  /** The highest language of records that it speaks. */
  readonly language: number
}

/** Why this node closes, in words, and what its clients are told: see `ClosingReason`. */
export interface Last {
  readonly reason: Text
  readonly elsewhere: true | undefined
  readonly restarts: true | undefined
}

/** A log that is open. */
export interface OpenLog {
  /**
   * Appends an entry, and waits until it is decided; succeeds with what it told. Within one process that is at once; where
   * several nodes share the log it takes a round trip, or as long as the others cannot be reached. An interrupt ends the
   * waiting only: the entry stays in the log.
   */
  readonly append: (happening: Happening) => Effect.Effect<ReadonlyArray<Envelope>>
  /** Like `append`, but waits for nothing: succeeds with what waits until the entry is decided. Absent where that is at once. */
  readonly enqueue?: (happening: Happening) => Effect.Effect<Effect.Effect<ReadonlyArray<Envelope>>>
  /** Appends the last entry of this node, which closes for this reason; then everybody who is still here has been told. Bounded in time. */
  readonly close: (last: Last) => Effect.Effect<void>
}

/**
 * The log: the one total order of all entries. The Registry decides them in this
 * order, and is the only one who knows it.
 */
export class Log extends Context.Tag("brusio/Log")<Log, {
  /** The number of this node: no other node has had it. Clients are numbered by it, see `clientOf`. */
  readonly node: number
  /** The state of the chat where this log begins; absent where it begins with an empty one. */
  readonly begin: Chat<Peer> | undefined
  /** The log's time, ms since 1970. It never goes back, also where the system's clock is set. */
  readonly now: () => number
  /** All nodes that share the log, by their numbers; none where it is the log of one process. */
  readonly nodes: () => ReadonlyArray<Node>
  /** How long ago the newest record of the log was read, ms; 0 where it is the log of one process. Each node writes one a second. */
  readonly behind: () => number
  /** Whether this node is the one that submits what comes of itself, see `Expiry.ts`. */
  readonly isEldest: () => boolean
  /** Opens the log; its entries are decided, in their order, as long as the scope is open. */
  readonly open: (decider: Decider) => Effect.Effect<OpenLog>
}>() {}

/** The log of one process: an entry is decided when it is appended. */
export const layer = Layer.effect(
  Log,
  Effect.map(Effect.clock, (clock) => {
    let last = 0
    const now = () => (last = Math.max(last, clock.unsafeCurrentTimeMillis()))
    return Log.of({
      node: 0,
      begin: undefined,
      now,
      nodes: () => [],
      behind: () => 0,
      isEldest: () => true,
      open: ({ decide }) =>
        Effect.succeed({
          append: (happening) => Effect.suspend(() => decide(happening, now())),
          close: (last) => Effect.asVoid(Effect.suspend(() => decide({ _tag: "Close", ...last }, now())))
        })
    })
  })
)
