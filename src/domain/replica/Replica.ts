import type { Past, Return, Self, Written } from "./Body.ts"
import type { Checkpoint, Node, Refused } from "./Node.ts"
import type { NodeId, Position } from "./Position.ts"
import * as Recent from "./Recent.ts"

/**
 * What all nodes that have the state know alike once they have read the log up
 * to the same record, besides what the entries have come to.
 */
export interface Bookkeeping<E> {
  /** The last record that is in the state. */
  readonly at: Position
  /** In the order of their numbers. */
  readonly nodes: ReadonlyArray<Node>
  readonly lastNumber: number
  /** The last nodes that had the state and are gone; what still comes from them is void. */
  readonly gone: ReadonlyArray<NodeId>
  /** The log's clock, ms: it moves with the engine's, by 2 s between two records at most. A silence of all is nobody's. */
  readonly clock: number
  /** The time of the last decision, ms since 1970; never goes back. */
  readonly time: number
  /** The timestamp of the last record, which may be earlier: the engine's clock can be set back. */
  readonly stamp: number
  /** The number of the last record of this epoch from somebody who has the state. */
  readonly spoke: number
  /** The hash of the founder's settings. */
  readonly settings: string
  /** The last records, for those who are behind when the engine has forgotten the log. */
  readonly recent: Recent.Recent<Past<E>>
}

/** What a node knows in every phase. */
export interface Common<E> extends Bookkeeping<E> {
  readonly me: Self
  /** The last record that was read, and where to read on; absent before the first. */
  readonly read: Position | undefined
  /** States that are to be compared. */
  readonly checkpoints: ReadonlyArray<Checkpoint>
}

/** A node that has no state yet. Its bookkeeping is empty. */
export interface Asking<E> extends Common<E> {
  readonly phase: "asking"
  /** The number of its own first `Hello` in this epoch; absent until that is read. */
  readonly hello: number | undefined
  /** How long nobody who has the state was heard since then, ms of the log's clock. */
  readonly silence: number
  /** Whether somebody who has the state was ever heard. */
  readonly met: boolean
  /** What was read since its own `Hello`. */
  readonly held: Recent.Recent<Written<E>>
}

/** A node that has the state. */
export interface Full<E> extends Common<E> {
  readonly phase: "full"
}

/** What a node has said of how far it had read the log that the engine has forgotten. */
export interface Returned<E> extends Omit<Return<E>, "_tag" | "epoch"> {
  readonly from: NodeId
}

/** A node that has the state of a log that the engine has forgotten: all of them agree on how far that went. */
export interface Returning<E> extends Common<E> {
  readonly phase: "returning"
  readonly read: Position
  /** What each has said, in the order of the log. */
  readonly returned: ReadonlyArray<Returned<E>>
  /** How long that has taken, ms of the log's clock. */
  readonly waited: number
  /** The timestamp of the last record of the new epoch. */
  readonly heard: number
}

/** A node that must not go on. */
export interface Over<E> extends Common<E> {
  readonly phase: "over"
  readonly why: Ended
}

/** A node's copy of the log's rules: the fold of all records by `fold`. Immutable. */
export type Replica<E> = Asking<E> | Full<E> | Returning<E> | Over<E>

/**
 * Why a node must not go on: it has closed; the others have given it up
 * (`given-up`), or have founded the cluster anew without it (`superseded`); it
 * has missed records (`behind`); it has read a record that it does not know
 * (`unknown`), or a state (`unreadable`); its state is not the eldest's, which is
 * a bug (`differs`); or it was not taken in.
 */
export type Ended = "closed" | "given-up" | "superseded" | "behind" | "unknown" | "unreadable" | "differs" | Refused

/** What a record has come to, in the one order that is the same on all nodes. `at`: ms since 1970; never goes back. */
export type Decided<E> =
  /** An entry counts. `node`: the number of its node. */
  | { readonly _tag: "Entry"; readonly at: number; readonly node: number; readonly mine: boolean; readonly entry: E }
  /** A node has the state from now on. */
  | { readonly _tag: "NodeCame"; readonly at: number; readonly node: Node }
  /** A node that had the state is gone, as it has closed or is given up; nothing of it follows. */
  | { readonly _tag: "NodeGone"; readonly at: number; readonly node: Node; readonly why: "closed" | "lost" }
  /** All nodes compare their states as of here: a digest is to be given to `digested`. */
  | { readonly _tag: "Checkpoint"; readonly at: number; readonly number: number }

/** What this node has to do because of a record. */
export type Want =
  /** Send the state, exactly as it is now, to a newcomer, beside the log. */
  | { readonly _tag: "SendState"; readonly to: NodeId }
  /** Tell a newcomer, beside the log, why it is not taken in. */
  | { readonly _tag: "Refuse"; readonly to: NodeId; readonly why: Refused }
  /** Write the own batches from this number on once more: the engine has lost one. */
  | { readonly _tag: "Resend"; readonly from: number }
  /** End: nothing of this node counts any more. `message`: which record is not known. */
  | { readonly _tag: "End"; readonly why: Ended; readonly message?: string | undefined }

/** What a record has come to. */
export interface Folded<E> {
  readonly replica: Replica<E>
  readonly decided: ReadonlyArray<Decided<E>>
  readonly wants: ReadonlyArray<Want>
}

const nowhere: Position = { epoch: "", seq: 0 }

/** A node that begins: it asks for the state. */
export const asking = <E>(me: Self): Asking<E> => ({
  me,
  phase: "asking",
  read: undefined,
  checkpoints: [],
  hello: undefined,
  silence: 0,
  met: false,
  held: Recent.empty,
  at: nowhere,
  nodes: [],
  lastNumber: 0,
  gone: [],
  clock: 0,
  time: 0,
  stamp: 0,
  spoke: 0,
  settings: me.settings,
  recent: Recent.empty
})

/** What this node knows in every phase: all but what it knows in this one alone. */
export const common = <E>({ at, checkpoints, clock, gone, lastNumber, me, nodes, read, recent, settings, spoke, stamp, time }: Replica<E>): Common<E> => ({
  at, checkpoints, clock, gone, lastNumber, me, nodes, read, recent, settings, spoke, stamp, time
})

/** A node that must not go on. */
export const over = <E>(replica: Replica<E>, why: Ended): Over<E> => ({ ...common(replica), phase: "over", why })

/** A record that has come to nothing but this. */
export const folded = <E>(replica: Replica<E>): Folded<E> => ({ replica, decided: [], wants: [] })

/** The record after which the node must not go on. */
export const ended = <E>(replica: Replica<E>, why: Ended, decided: ReadonlyArray<Decided<E>> = [], message?: string): Folded<E> => ({
  replica: over(replica, why),
  decided,
  wants: [{ _tag: "End", why, message }]
})

/** The node itself as the others know it; `undefined` where it has not been taken in. */
export const myself = <E>({ me, nodes }: Replica<E>): Node | undefined => nodes.find(({ id }) => id === me.id)
