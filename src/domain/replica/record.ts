import type { Batch, Hello, Written } from "./Body.ts"
import { differs, eldest, hindrance, language, type Node, withCheckpoint, withDigest } from "./Node.ts"
import * as Recent from "./Recent.ts"
import { type Decided, ended, folded, type Folded, type Full, type Want } from "./Replica.ts"
import { checkpoint, resend, step, ttl } from "./timing.ts"

/** How many of those who are gone are known. What they have written is long read when they are forgotten. */
const maxGone = 256

/**
 * Folds the next record into the state. This is what all nodes do alike: with the
 * same state before, they have the same after, and have decided the same.
 */
export const record = <E>(before: Full<E>, written: Written<E>): Folded<E> => {
  const { body, from } = written
  if (body._tag === "Unknown") return ended(before, "unknown", [], body.message)
  const clock = before.clock + step(before.stamp, written.time)
  const read = {
    ...before,
    at: written.at,
    clock,
    time: Math.max(before.time, written.time),
    stamp: written.time,
    recent: Recent.append(before.recent, { ...written, body: body._tag === "Return" ? { ...body, tail: [] } : body }),
    // Whatever a node writes is a sign of life.
    nodes: before.nodes.map((node) => (node.id === from ? { ...node, heard: clock } : node))
  }
  const { decided, replica, wants } = said(read, written)
  if (replica.phase !== "full") return { replica, decided, wants }
  const lost = replica.nodes.filter(({ heard, id }) => id !== from && clock - heard > ttl)
  const after = lost.reduce<Folded<E>>((folded, node) => without(folded, node, "lost"), { replica, decided, wants })
  return after.replica.phase === "full" ? atCheckpoint(before.clock, after.replica, after) : after
}

// What the record says, to the state that has read it.
const said = <E>(read: Full<E>, { body, from, ...written }: Written<E>): Folded<E> => {
  switch (body._tag) {
    case "Hello":
      return hello(read, { body, from, ...written })
    case "Batch":
      return batch(read, body, read.nodes.find(({ id }) => id === from))
    default:
      return folded(read)
  }
}

// Takes in a newcomer. The eldest of those who have the state sends it, as it is at this record. All write in the newcomer's language
// from there on: one that does not speak the language of before gets the state a little later, when no record in that is on its way.
const hello = <E>(read: Full<E>, { body, from }: { readonly body: Hello; readonly from: Node["id"] }): Folded<E> => {
  const { clock, me } = read
  const known = read.nodes.find(({ id }) => id === from)
  if (known?.full === true || read.gone.includes(from)) return folded(read)
  const sender = eldest(read.nodes, from)
  const why = known === undefined ? hindrance(read.nodes, read.settings, body) : undefined
  if (why !== undefined) return { ...folded(read), wants: sender?.id === me.id ? [{ _tag: "Refuse", to: from, why }] : [] }
  const { name, speaks } = body
  const node: Node = known ?? { id: from, name, number: read.lastNumber + 1, n: 0, heard: clock, full: false, speaks }
  const isTooEarly = known === undefined && speaks[1] < (language(read.nodes) ?? 0)
  const isDue = sender !== undefined && !isTooEarly && (node.sent === undefined || clock - node.sent >= resend)
  const replica = withNode(read, isDue || isTooEarly ? { ...node, sent: clock } : node)
  return { ...folded(replica), wants: isDue && sender.id === me.id ? [{ _tag: "SendState", to: from }] : [] }
}

// Rule 1: a batch counts if its node has not been given up, and its number is the last one and 1. So it does not
// matter what the engine loses, doubles or reorders: the writer writes on from the oldest that has not come back.
const batch = <E>(read: Full<E>, body: Batch<E>, node: Node | undefined): Folded<E> => {
  if (node === undefined) return folded(read)
  const mine = node.id === read.me.id
  if (body.n !== node.n + 1) return { ...folded(read), wants: mine && body.n > node.n ? [{ _tag: "Resend", from: node.n + 1 }] : [] }
  const now: Node = { ...node, n: body.n, full: true }
  const decided: Array<Decided<E>> = node.full ? [] : [{ _tag: "NodeCame", at: read.time, node: now }]
  for (const entry of body.entries) decided.push({ _tag: "Entry", at: read.time, node: node.number, mine, entry })
  const replica = withNode(read, now)
  const checked = body.digest !== undefined && eldest(replica.nodes)?.id === node.id
    ? { ...replica, checkpoints: withDigest(replica.checkpoints, "eldest", body.digest) }
    : replica
  if (differs(checked.checkpoints)) return ended(checked, "differs", decided)
  return body.last === true ? without({ replica: checked, decided, wants: [] }, now, "closed") : { replica: checked, decided, wants: [] }
}

const withNode = <E>(replica: Full<E>, node: Node): Full<E> =>
  node.number > replica.lastNumber
    ? { ...replica, nodes: [...replica.nodes, node], lastNumber: node.number }
    : { ...replica, nodes: replica.nodes.map((other) => (other.id === node.id ? node : other)) }

/** Without a node that has closed, or is given up: from this record on, on all nodes. */
export const without = <E>({ decided, replica, wants }: Folded<E>, { id }: Pick<Node, "id">, why: "closed" | "lost"): Folded<E> => {
  const node = replica.nodes.find((node) => node.id === id)
  if (replica.phase !== "full" || node === undefined) return { replica, decided, wants }
  const after: Full<E> = {
    ...replica,
    nodes: replica.nodes.filter((node) => node.id !== id),
    // Who had no state has said nothing, and may ask on.
    gone: node.full ? [...replica.gone.slice(-maxGone + 1), id] : replica.gone
  }
  const told: ReadonlyArray<Decided<E>> = node.full ? [...decided, { _tag: "NodeGone", at: replica.time, node, why }] : decided
  return id === replica.me.id ? ended(after, why === "closed" ? why : "given-up", told) : { replica: after, decided: told, wants }
}

// The log's clock is the same on all nodes: so are the records at which they compare their states.
const atCheckpoint = <E>(before: number, replica: Full<E>, { decided, wants }: Folded<E>): Folded<E> => {
  const number = Math.floor(replica.clock / checkpoint)
  if (number === Math.floor(before / checkpoint)) return { replica, decided, wants }
  return {
    replica: { ...replica, checkpoints: withCheckpoint(replica.checkpoints, number) },
    decided: [...decided, { _tag: "Checkpoint", at: replica.time, number }],
    wants
  }
}

/** The replica that knows the digest of its own state at a checkpoint, which may take a while to make. */
export const digested = <E>(replica: Folded<E>["replica"], number: number, value: number): Folded<E> => {
  const after = { ...replica, checkpoints: withDigest(replica.checkpoints, "mine", { checkpoint: number, value }) }
  return after.phase !== "over" && differs(after.checkpoints) ? ended(after, "differs") : folded(after)
}

/** What this node has to do, but for what was meant for a newcomer of that time. */
export const ofNow = (wants: ReadonlyArray<Want>): ReadonlyArray<Want> => wants.filter(({ _tag }) => _tag === "End")
