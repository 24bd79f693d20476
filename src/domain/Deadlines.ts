import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { MemberId } from "./Member.ts"
import type { NameKey } from "./Nickname.ts"
import type { RoomKey } from "./RoomName.ts"

/** What is due at a time: the place of somebody who is detached, or a window of a room (`Moves`: that of its moves, `Past`: that of its lines) or of a person, or the letters of an account, in which something gets too old. */
export type Due =
  | { readonly _tag: "Place" | "Own"; readonly id: MemberId }
  | { readonly _tag: "Window" | "Moves" | "Past"; readonly room: RoomKey }
  | { readonly _tag: "Letters"; readonly account: NameKey }

/** Something that comes of itself, and when, whole ms since 1970. */
export interface Deadline {
  readonly at: number
  readonly due: Due
}

// What is due, as a key: it is due once at a time.
const keyOf = (due: Due): string => `${due._tag} ${"room" in due ? due.room : "account" in due ? due.account : due.id}`

/** A pairing heap: no deadline in it is before its own. */
interface Heap {
  readonly deadline: Deadline
  readonly heaps: List | undefined
}
interface List {
  readonly heap: Heap
  readonly rest: List | undefined
}

/**
 * A priority queue of deadlines, the earliest first. Immutable; each can be taken
 * back: it then stays in the heap until it is the first, and does not count.
 */
export interface Deadlines {
  readonly heap: Heap | undefined
  /** By what is due: when. What is not in here does not count. */
  readonly live: HashMap.HashMap<string, number>
}

/** Nothing is due. */
export const none: Deadlines = { heap: undefined, live: HashMap.empty() }

/** The earliest; `undefined` where nothing is due. */
export const first = ({ heap }: Deadlines): Deadline | undefined => heap?.deadline

/** With another deadline. */
export const add = ({ heap, live }: Deadlines, deadline: Deadline): Deadlines => ({
  heap: merged({ deadline, heaps: undefined }, heap),
  live: HashMap.set(live, keyOf(deadline.due), deadline.at)
})

/** Without this deadline, if it is there. */
export const remove = (deadlines: Deadlines, { at, due }: Deadline): Deadlines => {
  const key = keyOf(due)
  if (whenOf(deadlines.live, key) !== at) return deadlines
  const live = HashMap.remove(deadlines.live, key)
  let { heap } = deadlines
  while (heap !== undefined && whenOf(live, keyOf(heap.deadline.due)) !== heap.deadline.at) heap = withoutFirst(heap)
  return { heap, live }
}

const whenOf = (live: Deadlines["live"], key: string): number | undefined => Option.getOrUndefined(HashMap.get(live, key))

// At the same time, by what is due: the order does not depend on how it came about.
const isBefore = (one: Deadline, other: Deadline): boolean => one.at < other.at || (one.at === other.at && keyOf(one.due) < keyOf(other.due))

const merged = (one: Heap, other: Heap | undefined): Heap => {
  if (other === undefined) return one
  return isBefore(one.deadline, other.deadline)
    ? { deadline: one.deadline, heaps: { heap: other, rest: one.heaps } }
    : { deadline: other.deadline, heaps: { heap: one, rest: other.heaps } }
}

// Merged in pairs, and the pairs into one: amortised, a logarithm of how many there are. Without recursion, as there may be thousands.
const withoutFirst = ({ heaps }: Heap): Heap | undefined => {
  const pairs: Array<Heap> = []
  for (let list = heaps; list !== undefined; list = list.rest?.rest) pairs.push(merged(list.heap, list.rest?.heap))
  let all: Heap | undefined
  for (const pair of pairs.reverse()) all = merged(pair, all)
  return all
}

/** All of them, in their order. */
export const all = (deadlines: Deadlines): ReadonlyArray<Deadline> => {
  const found = new Map<string, Deadline>()
  const open: Array<Heap> = deadlines.heap === undefined ? [] : [deadlines.heap]
  for (let heap = open.pop(); heap !== undefined; heap = open.pop()) {
    const { deadline } = heap
    const key = keyOf(deadline.due)
    if (whenOf(deadlines.live, key) === deadline.at) found.set(key, deadline)
    for (let list = heap.heaps; list !== undefined; list = list.rest) open.push(list.heap)
  }
  return [...found.values()].sort((one, other) => (isBefore(one, other) ? -1 : 1))
}
