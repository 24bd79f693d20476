import type { MemberId } from "../../domain/Member.ts"
import type { Joined, Returned } from "../../domain/PresenceEvent.ts"
import type { Resumption } from "../../domain/Reply.ts"
import * as Moves from "../../domain/moves.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import { crowd } from "../../domain/spans.ts"
import type { Handed } from "../chat/Handed.ts"
import type { Peer } from "../chat/Peer.ts"

/** Whether this is a move: it tells a room who came or left, was lost or is back, and the room need not hear that at once. */
export const isMove = ({ event, room }: Pick<Handed, "event" | "room">): boolean => room !== undefined && Moves.isMove(event)

/** Whether somebody is here after this move who was not before. */
export const isComing = (event: Handed["event"]): event is Joined | Returned => event._tag === "Joined" || event._tag === "Returned"

/**
 * Whether this tells somebody again what it has missed, over a connection that was nobody's before: it has all moves in it that were before,
 * and only those after it are owed to that connection.
 */
export const isComingBack = (event: Handed["event"]): event is Resumption => event._tag === "Resumed" && (!("was" in event) || event.was === undefined)

/**
 * Something that waits, or has waited: a move; an answer to who is here, behind the moves that its asker is owed; or the place of
 * what somebody who is back was told again.
 */
export interface Held extends Handed {
  /** Whether it has been told, and only marks its place between the moves that wait: from there on they are owed to somebody who is back. */
  readonly isTold?: true
}

/** What becomes of a batch: what goes out now, and what waits. */
export interface Sorted {
  readonly now: ReadonlyArray<Held>
  readonly held: ReadonlyArray<Held>
  /** Who is owed what is held: given to the next `sort`, it is not worked out anew for each batch. */
  readonly debts?: Debts | undefined
}

/**
 * Sorts what is held and a new batch into what goes out now and what is held on.
 * Moves are held where they may wait and the rest of the batch can overtake them;
 * otherwise everything goes out, in order.
 */
export const sort = (held: ReadonlyArray<Held>, batch: ReadonlyArray<Handed>, mayWait: boolean, known?: Debts): Sorted => {
  const all: Sorted = { now: [...held, ...batch], held: [] }
  const debts = mayWait ? (known ?? debtsOf(held)) : undefined
  const turns = debts === undefined ? undefined : turnsOf(batch, debts)
  if (debts === undefined || turns === undefined) return all
  const now = batch.filter((_, index) => turns[index] !== "waits")
  const more = batch.flatMap((handed, index): ReadonlyArray<Held> => (turns[index] === "waits" ? [handed] : turns[index] === "marks" ? [{ ...handed, isTold: true }] : []))
  const next = [...held, ...more]
  // Only when it is due: a storm comes a few at a time, and each time all that is held would be copied.
  if (!debts.letGo()) return { now, held: next, debts }
  const kept = waiting(next)
  // Where moves of several rooms take turns there is no crowd to tell of in one line, and too many lists of members would be kept.
  return listsIn(kept) > keptLists ? all : { now, held: kept, debts }
}

// How many lists of members are held of the room of which these are most.
const listsIn = (held: ReadonlyArray<Held>): number => {
  const lists = new Map<RoomName | undefined, Set<Handed["audience"]>>()
  for (const { audience, room } of held) if (room !== undefined) lists.set(room, (lists.get(room) ?? new Set()).add(audience))
  return Math.max(0, ...[...lists.values()].map(({ size }) => size))
}

/** How many lists of a room's members are kept at most while its moves are held. */
const keptLists = 2 * crowd

/** When something of a batch goes out: before what is held, or not before it; `marks`: before it, and its place is marked. */
type Turn = "now" | "waits" | "marks"

/**
 * When each of a batch goes out; `undefined` where it has to be all of it, behind all that is held.
 * Each client is told everything in order, so what is for a client that is owed a move, one that is held or stands earlier in the
 * batch, cannot go out before that. Moves wait, and so does an answer to who is here, and whatever else {@link mayWait}: clients ask
 * for that by themselves when they have come into a room or back into it, and with thousands of them no crowd would come together otherwise.
 * What is said to a whole room and a goodbye never overtake a move. What a room was when somebody came into it always may, and
 * what is told again to somebody who is back as soon as its connection is owed none: those are owed no move from before, and
 * must know where they are before later ones. The moves of the batch are added to `debts`, which are of no use any more where the result is `undefined`.
 */
const turnsOf = (batch: ReadonlyArray<Handed>, debts: Debts): ReadonlyArray<Turn> | undefined => {
  const turns: Array<Turn> = []
  for (const handed of batch) {
    const turn = turnOf(handed, debts)
    if (turn === undefined) return undefined
    turns.push(turn)
  }
  return turns
}

const turnOf = (handed: Handed, debts: Debts): Turn | undefined => {
  const { audience, event, room } = handed
  if (isMove(handed)) {
    debts.add(handed)
    return "waits"
  }
  if (isOfComing(handed)) return "now"
  if (room !== undefined || event._tag === "Goodbye") return undefined
  const isOwed = debts.areOwedTo(audience)
  if (isComingBack(event)) {
    if (isOwed) return undefined
    return debts.cameBack(event.you.id) ? "marks" : "now"
  }
  if (event._tag === "Resumed") return undefined
  return !isOwed ? "now" : mayWait(event) ? "waits" : undefined
}

const mayWait = (event: Handed["event"]): boolean => event._tag === "Members" || (event._tag === "Verbatim" && event.mayWait === true)

const isOfComing = ({ event }: Handed): boolean => event._tag === "Verbatim" && event.ofComing === true

const debtsOf = (held: ReadonlyArray<Held>): Debts => {
  const debts = new Debts()
  for (const each of held) {
    if (isComingBack(each.event)) debts.cameBack(each.event.you.id)
    else if (isMove(each)) debts.add(each)
  }
  return debts
}

/** The clients that are owed moves: in each room, those who were there at the first move, and those who came since. */
class Debts {
  readonly #audiences = new Map<RoomName, Handed["audience"]>()
  readonly #came = new Set<MemberId>()
  // Who is in none of these rooms, and is told of somebody in them all the same.
  readonly #also = new Set<Peer>()
  // An index of the audiences by peer, built at the first look-up: a linear search through thousands for each newcomer would cost more.
  #present: ReadonlySet<Peer> | undefined

  /** How many moves of a room there are, and how many lists of its members they are told to. */
  readonly #counts = new Map<RoomName, { readonly moves: number; readonly lists: number }>()

  /** Whether some room has more member lists held than {@link keptLists}. If so, the caller lets them go with `waiting`, and they count as gone. */
  letGo(): boolean {
    const isDue = [...this.#counts.values()].some(({ lists }) => lists > keptLists)
    if (isDue) for (const [room, { moves }] of this.#counts) if (moves > keptLists) this.#counts.set(room, { moves, lists: 1 })
    return isDue
  }

  /** Another move is owed. */
  add({ also, audience, event, room }: Handed): void {
    for (const { peer } of also ?? []) if (peer !== undefined) this.#also.add(peer)
    if (room !== undefined) {
      const { lists, moves } = this.#counts.get(room) ?? { lists: 0, moves: 0 }
      this.#counts.set(room, { moves: moves + 1, lists: lists + 1 })
    }
    if (room !== undefined && !this.#audiences.has(room)) {
      this.#audiences.set(room, audience)
      this.#present = undefined
    }
    if (isComing(event)) this.#came.add(event.member.id)
  }

  /** Somebody is back, and is owed the moves from then on. Whether there are earlier ones, to be told apart from those. */
  cameBack(id: MemberId): boolean {
    // With the first move it is found by the audience of that.
    if (this.#counts.size === 0) return false
    this.#came.add(id)
    return true
  }

  /** Whether somebody in this audience is owed a move. */
  areOwedTo(audience: Handed["audience"]): boolean {
    // Who has no name is in no room.
    return audience.some(({ id, peer }) => id !== undefined && (this.#came.has(id) || this.#isPresent(peer)))
  }

  #isPresent(peer: Peer | undefined): boolean {
    this.#present ??= new Set([...this.#audiences.values()].flatMap((audience) => audience.flatMap((seat) => seat.peer ?? [])))
    return peer !== undefined && (this.#present.has(peer) || this.#also.has(peer))
  }
}

/**
 * The held moves in the form in which they are kept. Of more than two crowds of
 * one room all get the last audience, and the arrays of earlier ones are not kept:
 * who came later is left out again where a move is told alone, and who has left
 * is not told of a crowd any more.
 */
export const waiting = (held: ReadonlyArray<Held>): ReadonlyArray<Held> => {
  const ends = new Map<RoomName | undefined, { readonly last: Handed; readonly count: number }>()
  for (const handed of held) if (handed.room !== undefined) ends.set(handed.room, { last: handed, count: (ends.get(handed.room)?.count ?? 0) + 1 })
  if ([...ends.values()].every(({ count }) => count <= keptLists)) return held
  return held.map((handed) => {
    const end = ends.get(handed.room)
    return end === undefined || end.count <= keptLists ? handed : { ...handed, audience: end.last.audience }
  })
}
