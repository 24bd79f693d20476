import type { NodeId, Position } from "./Position.ts"

/** The languages of records that a node speaks: the lowest and the highest. */
export type Speaks = readonly [lowest: number, highest: number]

/** What a node says of itself when it asks to come in. */
export interface Self {
  readonly id: NodeId
  /** How people call it. */
  readonly name: string
  readonly speaks: Speaks
  /** A hash of all settings that decide what comes of an entry. They are the same on all nodes. */
  readonly settings: string
}

/** A node asks for the state. It says so until it has it, which is its sign of life as well. */
export interface Hello extends Omit<Self, "id"> {
  readonly _tag: "Hello"
}

/** Rule 3: a node begins with nothing, as nobody who has the state has spoken since the record `after`. Otherwise it is void, as it is in another epoch. */
export interface Found {
  readonly _tag: "Found"
  readonly after: Position
}

/** Entries of a node, in its order. Without entries it is a heartbeat. */
export interface Batch<E> {
  readonly _tag: "Batch"
  /** Rule 1: 1, 2, 3, without gaps. Any other number than the next is void. */
  readonly n: number
  readonly entries: ReadonlyArray<E>
  readonly digest?: Digest | undefined
  /** The node closes: once this counts it is gone. */
  readonly last?: boolean | undefined
}

/** A digest of the state as it was at a checkpoint. */
export interface Digest {
  readonly checkpoint: number
  readonly value: number
}

/** Rule 5: the engine has forgotten the log. How far a node had read it, which nodes had the state as of then, and the last records it has. */
export interface Return<E> {
  readonly _tag: "Return"
  /** The epoch of the log that goes on: in any other it is void, as it has come too late. */
  readonly epoch: string
  readonly at: Position
  readonly nodes: ReadonlyArray<NodeId>
  /** The oldest first. Only the first `Return` of a node in an epoch counts, so whoever writes another one as a sign of life leaves them out. */
  readonly tail: ReadonlyArray<Past<E>>
}

/** What this program cannot read: it never skips a record, so it has to end. */
interface Unknown {
  readonly _tag: "Unknown"
  readonly message: string
}

/** What a record says. `E` is an entry: the rules of the log do not look inside. */
export type Body<E> = Hello | Found | Batch<E> | Return<E> | Unknown

/** A record of the log. */
export interface Written<E> {
  readonly at: Position
  /** The engine's timestamp, ms since 1970. */
  readonly time: number
  readonly from: NodeId
  /** Bytes on the wire. */
  readonly size: number
  readonly body: Body<E>
}

/** A record as it is told to others later: one that all could read, and in which none are told again. */
export interface Past<E> extends Written<E> {
  readonly body: Hello | Found | Batch<E> | (Return<E> & { readonly tail: readonly [] })
}
