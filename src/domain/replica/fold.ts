import { ask, askAnew, isOfFull, isVoid } from "./asking.ts"
import type { Written } from "./Body.ts"
import { firstSeq, isAfter, type Position } from "./Position.ts"
import { record } from "./record.ts"
import { type Bookkeeping, common, type Decided, ended, folded, type Folded, type Full, over, type Replica, type Want } from "./Replica.ts"
import * as Recent from "./Recent.ts"
import { returning, takeReturn } from "./returning.ts"
import type { Refused } from "./Node.ts"

/**
 * Reads the next record of the log: pure, with the same result on every machine. Records that were
 * read before may come again; one that is missing ends the node, as it can never know what that was.
 *
 * Who has the state reads a new epoch from its first record on. A newcomer may begin anywhere before its own `Hello`.
 */
export const fold = <E>(before: Replica<E>, written: Written<E>): Folded<E> => {
  if (before.phase === "over") return folded(before)
  const { at } = written
  if (before.read?.epoch !== at.epoch) return step(opened({ ...before, read: at }, at), written)
  if (at.seq <= before.read.seq) return folded(before)
  const next = { ...before, read: at }
  return step(at.seq === before.read.seq + 1 ? next : next.phase === "asking" ? askAnew(next, at.seq - 1) : over(next, "behind"), written)
}

// Another epoch: the engine has forgotten the log.
const opened = <E>(before: Exclude<Replica<E>, { readonly phase: "over" }>, at: Position): Replica<E> => {
  if (before.phase === "asking") return askAnew(before, 0)
  return at.seq === firstSeq ? returning(before, at) : over(before, "behind")
}

const step = <E>(before: Replica<E>, written: Written<E>): Folded<E> => {
  switch (before.phase) {
    case "asking":
      return ask(before, written)
    case "full":
      return read(before, written)
    case "returning":
      return takeReturn(before, written)
    case "over":
      return ended(before, before.why)
  }
}

const read = <E>(before: Full<E>, written: Written<E>): Folded<E> => {
  const { at, body } = written
  // It is in the state that came from another node.
  if (!isAfter(at, before.at)) return folded(before)
  if (body._tag === "Found" && !isVoid(before, body)) return ended(before, "superseded")
  return record(isOfFull(body) ? { ...before, spoke: at.seq } : before, written)
}

/** The bookkeeping of a node that has the state, which a newcomer gets with it. */
export const bookkeeping = <E>({ at, clock, gone, lastNumber, nodes, recent, settings, spoke, stamp, time }: Full<E>): Bookkeeping<E> => ({
  at, clock, gone, lastNumber, nodes, recent, settings, spoke, stamp, time
})

/**
 * Rule 2: a newcomer takes the state of another node, and reads on from there: what it has read since then
 * counts, and what comes of the time before is skipped. `undefined` where the state does not meet what was
 * read, or is none for this node: then it asks on.
 */
export const restore = <E>(before: Replica<E>, book: Bookkeeping<E>): Folded<E> | undefined => {
  if (before.phase !== "asking" || !book.nodes.some(({ id }) => id === before.me.id)) return undefined
  // The state may be there before the first record is.
  const at = before.read ?? book.at
  if (at.epoch !== book.at.epoch) return undefined
  const since = Recent.toArray(before.held)
  if (isAfter(at, book.at) && (since[0] === undefined || since[0].at.seq > book.at.seq + 1)) return undefined
  let replica: Replica<E> = { ...common(before), ...book, read: at, phase: "full" }
  const decided: Array<Decided<E>> = []
  const wants: Array<Want> = []
  for (const written of since) {
    if (replica.phase !== "full") break
    const next: Folded<E> = read(replica, written)
    replica = next.replica
    decided.push(...next.decided)
    wants.push(...next.wants)
  }
  return { replica, decided, wants }
}

/** A newcomer that cannot read the state that it was sent: to ask on would bring the same once more. */
export const unreadable = <E>(before: Replica<E>, message: string): Folded<E> => (before.phase === "asking" ? ended(before, "unreadable", [], message) : folded(before))

/** A newcomer that the others do not take in. */
export const refused = <E>(before: Replica<E>, why: Refused): Folded<E> => (before.phase === "asking" ? ended(before, why) : folded(before))
