import type { Body } from "../../src/domain/replica/Body.ts"
import type { NodeId } from "../../src/domain/replica/Position.ts"
import type { Ended } from "../../src/domain/replica/Replica.ts"

/** Random numbers from 0 to 1: the seed decides everything. */
export const random = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** What happens in a story. */
export const kinds = ["forgets", "kills", "pauses", "cuts", "joins", "closes", "truncations", "skews", "snapshots", "decided", "expired", "founded", "resent"] as const
type Counts = Record<(typeof kinds)[number], number>

export const noCounts = (): Counts => ({
  forgets: 0, kills: 0, pauses: 0, cuts: 0, joins: 0, closes: 0, truncations: 0, skews: 0, snapshots: 0, decided: 0, expired: 0, founded: 0, resent: 0
})

export interface Outcome {
  /** What must not happen, in words. */
  readonly violations: ReadonlyArray<string>
  /** How many nodes are neither over nor have the state, once all is well again. */
  readonly stuck: number
  readonly live: number
  readonly counts: Counts
  readonly ended: Readonly<Partial<Record<Ended, number>>>
}

export interface Settings {
  readonly forgets?: boolean
  /** In seconds. */
  readonly length?: number
  /** What a record looks like once it has been written and read. */
  readonly through?: (from: NodeId, body: Body<string>) => Body<string>
}

/** What came of many stories. */
export interface Outcomes extends Omit<Outcome, "live"> {
  /** How many end without a node that has the state. */
  readonly nobody: number
}

/** Why nodes end. */
export const reasons = ["closed", "given-up", "superseded", "behind", "unknown", "differs", "too-old", "too-new", "other-settings"] as const
