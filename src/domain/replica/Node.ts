import type { Digest, Self, Speaks } from "./Body.ts"
import type { NodeId } from "./Position.ts"

/** A node as all the others know it. */
export interface Node {
  readonly id: NodeId
  readonly name: string
  /** By the order of coming in, from 1; in the life of a cluster never given again. */
  readonly number: number
  /** The number of its last batch that counted. */
  readonly n: number
  /** When its last record was read, by the log's clock. */
  readonly heard: number
  /** Whether it has the state: it has said so by a batch. */
  readonly full: boolean
  readonly speaks: Speaks
  /** When the state was last sent to it, by the log's clock; absent while it never was. */
  readonly sent?: number | undefined
}

/** The first of those who have the state, but for `except`: who sends it to newcomers, and whose digest is right. */
export const eldest = (nodes: ReadonlyArray<Node>, except?: NodeId): Node | undefined => nodes.find(({ full, id }) => full && id !== except)

/** The language that records are written in: the highest that all nodes speak; `undefined` for no nodes. */
export const language = (nodes: ReadonlyArray<Node>): number | undefined =>
  nodes.length === 0 ? undefined : Math.min(...nodes.map(({ speaks }) => speaks[1]))

/** Why a node is not taken in: it is older or newer than the others can speak to, or has other settings. */
export type Refused = "too-old" | "too-new" | "other-settings"

/** What is in the way of taking in a node; `undefined` where nothing is. */
export const hindrance = (nodes: ReadonlyArray<Node>, settings: string, self: Omit<Self, "id">): Refused | undefined => {
  const [lowest, highest] = self.speaks
  const spoken = language(nodes)
  if (spoken !== undefined && lowest > spoken) return "too-new"
  if (nodes.some(({ speaks }) => highest < speaks[0])) return "too-old"
  return self.settings === settings ? undefined : "other-settings"
}

/** A state as of a checkpoint: what it comes to here, and at the eldest. Two that differ are a bug, and must not go on. */
export interface Checkpoint {
  readonly number: number
  readonly mine: number | undefined
  readonly eldest: number | undefined
}

/** How many checkpoints are kept, at which a digest of the eldest may still come. */
const maxCheckpoints = 6

/** With another checkpoint; the oldest is forgotten. */
export const withCheckpoint = (checkpoints: ReadonlyArray<Checkpoint>, number: number): ReadonlyArray<Checkpoint> => [
  ...checkpoints.slice(-maxCheckpoints + 1),
  { number, mine: undefined, eldest: undefined }
]

/** With a digest at a checkpoint. Where that one is not known any more, or not yet, nothing is compared. */
export const withDigest = (checkpoints: ReadonlyArray<Checkpoint>, whose: "mine" | "eldest", { checkpoint, value }: Digest): ReadonlyArray<Checkpoint> =>
  checkpoints.map((known) => (known.number === checkpoint ? { ...known, [whose]: value } : known))

/** Whether the state here is another one than the eldest's. */
export const differs = (checkpoints: ReadonlyArray<Checkpoint>): boolean =>
  checkpoints.some(({ eldest, mine }) => eldest !== undefined && mine !== undefined && eldest !== mine)
