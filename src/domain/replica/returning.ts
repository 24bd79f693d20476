import type { Return, Written } from "./Body.ts"
import { isOfFull, isVoid } from "./asking.ts"
import { isAfter, type Position } from "./Position.ts"
import * as Recent from "./Recent.ts"
import { ofNow, record, without } from "./record.ts"
import { common, ended, folded, type Folded, type Full, type Returned, type Returning } from "./Replica.ts"
import { step, ttl } from "./timing.ts"

/** Rule 5: a node that has the state of a log that the engine has forgotten. It says how far it had read it, and waits for what the others say. */
export const returning = <E>(before: Full<E> | Returning<E>, read: Position): Returning<E> => ({ ...common(before), phase: "returning", read, returned: [], waited: 0, heard: Infinity, spoke: 0 })

/** How many bytes of records a node tells that returns: what it says is below the 512 KiB that a record may have, and all records fit in. */
const maxTail = 500 * 1024

/** What a node that returns has to say. */
export const returnOf = <E>({ at, nodes, read, recent }: Returning<E>, withTail: boolean): Return<E> => ({
  _tag: "Return",
  epoch: read.epoch,
  at,
  // Who has no state does not return.
  nodes: nodes.flatMap(({ full, id }) => (full ? [id] : [])),
  tail: withTail ? Recent.toArray(recent, maxTail) : []
})

/** Reads a record of the new epoch, until it is known how far the old one went. */
export const takeReturn = <E>(before: Returning<E>, written: Written<E>): Folded<E> => {
  const { at, body, from, time } = written
  if (body._tag === "Unknown") return ended(before, "unknown", [], body.message)
  if (body._tag === "Found" && !isVoid(before, body)) return ended(before, "superseded")
  const after: Returning<E> = {
    ...before,
    waited: before.waited + step(before.heard, time),
    heard: time,
    spoke: isOfFull(body) ? at.seq : before.spoke,
    returned: body._tag === "Return" && body.epoch === at.epoch ? withReturned(before.returned, { from, at: body.at, nodes: body.nodes, tail: body.tail }) : before.returned
  }
  const best = farthest(after.returned)
  return best !== undefined && isComplete(after, best) ? goOn(after, best, written) : folded(after)
}

// The first that a node says counts: it says it again, without a tail, as a sign of life.
const withReturned = <E>(returned: ReadonlyArray<Returned<E>>, said: Returned<E>): ReadonlyArray<Returned<E>> =>
  returned.some(({ from }) => from === said.from) ? returned : [...returned, said]

// Who has read most; of two, who can tell more of it.
const farthest = <E>(returned: ReadonlyArray<Returned<E>>): Returned<E> | undefined =>
  returned.reduce<Returned<E> | undefined>(
    (best, other) => (best === undefined || isAfter(other.at, best.at) || (!isAfter(best.at, other.at) && other.tail.length > best.tail.length) ? other : best),
    undefined
  )

// All have returned of whom the farthest knows, or those who have not are given up.
const isComplete = <E>({ returned, waited }: Returning<E>, best: Returned<E>): boolean =>
  waited > ttl || best.nodes.every((id) => returned.some(({ from }) => from === id))

// All go on from where the farthest was: who was behind reads the rest in what that one has told. Who cannot is over, as is
// who comes too late. Then everybody writes what has not come back: rule 1 says what of it has already counted.
const goOn = <E>(before: Returning<E>, best: Returned<E>, { at, time }: Written<E>): Folded<E> => {
  const { returned } = before
  if (!returned.some(({ from }) => from === before.me.id)) return ended(before, "given-up")
  const missed = best.tail.filter((written) => isAfter(written.at, before.at))
  const isNext = missed[0]?.at.epoch === before.at.epoch && missed[0].at.seq === before.at.seq + 1
  if (isAfter(best.at, before.at) && !isNext) return ended(before, "behind")
  const full: Full<E> = { ...common(before), phase: "full" }
  let now: Folded<E> = folded<E>(full)
  for (const written of missed) {
    if (now.replica.phase !== "full") return now
    const { decided, replica, wants } = record(now.replica, written)
    now = { replica, decided: [...now.decided, ...decided], wants: ofNow(wants) }
  }
  if (now.replica.phase !== "full") return now
  const { clock, nodes } = now.replica
  const replica: Full<E> = {
    ...now.replica,
    at,
    time: Math.max(now.replica.time, time),
    stamp: time,
    recent: Recent.empty,
    nodes: nodes.map((node) => ({ ...node, heard: clock }))
  }
  const absent = nodes.filter(({ id }) => !returned.some(({ from }) => from === id))
  const after = absent.reduce<Folded<E>>((folded, node) => without(folded, node, "lost"), { ...now, replica })
  const n = after.replica.nodes.find(({ id }) => id === before.me.id)?.n ?? 0
  return after.replica.phase === "full" ? { ...after, wants: [{ _tag: "Resend", from: n + 1 }] } : after
}
