import type { Joined, Member, MemberId, Presence, Reply, Returned } from "../../domain/Event.ts"
import * as Moves from "../../domain/moves.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import { crowd } from "../../domain/wording.ts"
import type { Handed } from "../chat/Handed.ts"
import type { Peer } from "../chat/Peer.ts"

/** Something that clients are told, and to whom: see {@link Handed}. */
export interface Told {
  readonly event: Reply
  readonly audience: Handed["audience"]
  readonly also?: Handed["also"]
  readonly room: RoomName | undefined
}

/** Whether this is a move: it tells a room who came or left, was lost or is back, and the room need not hear that at once. */
export const isMove = ({ event, room }: Pick<Handed, "event" | "room">): boolean => room !== undefined && Moves.isMove(event)

/** What becomes of a batch: what goes out now, and which moves wait. */
export interface Sorted {
  readonly now: ReadonlyArray<Handed>
  readonly held: ReadonlyArray<Handed>
  /** Who is owed what is held: given to the next `sort`, it is not worked out anew for each batch. */
  readonly debts?: Debts | undefined
}

/**
 * Sorts what is held and a new batch into what goes out now and what is held on.
 * Moves are held where they may wait and the rest of the batch can overtake them;
 * otherwise everything goes out, in order.
 */
export const sort = (held: ReadonlyArray<Handed>, batch: ReadonlyArray<Handed>, mayWait: boolean, known?: Debts): Sorted => {
  const debts = mayWait ? (known ?? debtsOf(held)) : undefined
  if (debts === undefined || !canOvertake(held, batch, debts)) return { now: [...held, ...batch], held: [] }
  const moves = [...held, ...batch.filter(isMove)]
  const now = batch.filter((handed) => !isMove(handed))
  // Only when it is due: a storm comes a few at a time, and each time all that is held would be copied.
  if (!debts.letGo()) return { now, held: moves, debts }
  const kept = waiting(moves)
  // Where moves of several rooms take turns there is no crowd to tell of in one line, and too many lists of members would be kept.
  return listsIn(kept) > keptLists ? { now: [...held, ...batch], held: [] } : { now, held: kept, debts }
}

// How many lists of members are held of the room of which these are most.
const listsIn = (held: ReadonlyArray<Handed>): number => {
  const lists = new Map<RoomName | undefined, Set<Handed["audience"]>>()
  for (const { audience, room } of held) lists.set(room, (lists.get(room) ?? new Set()).add(audience))
  return Math.max(0, ...[...lists.values()].map(({ size }) => size))
}

/** How many lists of a room's members are kept at most while its moves are held. */
const keptLists = 2 * crowd

/**
 * Whether the rest of the batch can go out before the moves, with each client
 * still told everything in order. That is so when no client in the audiences of
 * the rest is owed a move: one that is held, or stands earlier in the batch.
 * What is said to a whole room, a goodbye, and what is told again to somebody who is back never overtakes a move: the last
 * has all moves in it that were before. The moves
 * of the batch are added to `debts`: where the answer is yes they are held from
 * then on, and where it is no everything goes out and `debts` is of no use any more.
 */
export const canOvertake = (held: ReadonlyArray<Handed>, batch: ReadonlyArray<Handed>, debts = debtsOf(held)): boolean =>
  batch.every((handed) => {
    if (!isMove(handed)) return handed.room === undefined && handed.event._tag !== "Goodbye" && handed.event._tag !== "Resumed" && !debts.areOwedTo(handed.audience)
    debts.add(handed)
    return true
  })

const debtsOf = (held: ReadonlyArray<Handed>): Debts => {
  const debts = new Debts()
  for (const move of held) debts.add(move)
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
 * The held moves in the form in which they are kept. More than two crowds of one
 * room in a row are going to be told in one line, to those who are there in the
 * end; so all of them get the last audience, and the arrays of earlier ones are
 * not kept.
 */
export const waiting = (held: ReadonlyArray<Handed>): ReadonlyArray<Handed> => {
  let kept: Array<Handed> | undefined
  for (let start = 0, end = 0; start < held.length; start = end) {
    while (end < held.length && held[end]?.room === held[start]?.room) end += 1
    const last = held[end - 1]
    if (last === undefined || end - start <= keptLists) continue
    kept ??= held.slice()
    for (const [index, handed] of held.slice(start, end).entries()) kept[start + index] = { ...handed, audience: last.audience }
  }
  return kept ?? held
}

/**
 * Coalesces moves, see docs/adr/0007: between two other things that are told to a
 * room, more than a crowd of its `Joined` or of its `Left` become one `Presence`
 * of that room. The `Presence` stands where the last of these moves stood, so
 * whoever joined among them has had its `Welcome` before. Who is not in the room
 * and is told of somebody in it too is told one by one.
 */
export const gather = (told: ReadonlyArray<Told>): ReadonlyArray<Told> => {
  if (told.length <= crowd) return told
  const instead = new Map<number, Told | undefined>()
  for (const stretch of stretches(told)) gatherStretch(stretch, instead)
  if (instead.size === 0) return told
  return told.flatMap((entry, place) => {
    if (!instead.has(place)) return entry
    const { also, event } = entry
    const alone = also === undefined ? [] : [{ event, audience: also, room: undefined }]
    const gathered = instead.get(place)
    return gathered === undefined ? alone : [...alone, gathered]
  })
}

/** A move, and where in the batch it stands. */
interface Move extends Told {
  readonly event: Moves.Move
  readonly place: number
}

// The longest runs of moves of one room with nothing else told to that room in between, nor to another room, nor anything numbered
// to one who is there: whoever hears of both would hear a number before the smaller ones that the presence stands for, and a
// client that comes back after its connection was lost goes by the last number it has heard.
const stretches = (told: ReadonlyArray<Told>): ReadonlyArray<ReadonlyArray<Move>> => {
  const found: Array<ReadonlyArray<Move>> = []
  let open: Array<Move> | undefined
  told.forEach(({ audience, event, room }, place) => {
    if (room === undefined) {
      if (isNumbered(event) && audience.some(({ id }) => id !== undefined)) open = undefined
      return
    }
    if (!Moves.isMove(event)) {
      open = undefined
      return
    }
    const move = { audience, event, room, place }
    if (open !== undefined && open[0]?.room === room) open.push(move)
    else found.push((open = [move]))
  })
  return found
}

// Whether an event to a few has a number, or stands for events that have. A newcomer's first one does not count here: it is
// owed nothing from before.
const isNumbered = (event: Reply): boolean => event._tag === "Resumed" || (event._tag !== "Welcome" && "n" in event && event.n !== undefined)

/** Whether somebody is here after this move who was not before. */
const isComing = (event: Handed["event"]): event is Joined | Returned => event._tag === "Joined" || event._tag === "Returned"

// How many more are here after this move. Who was lost counts as gone from then on.
const changeOf = (event: Moves.Move): -1 | 0 | 1 => (isComing(event) ? 1 : event._tag === "Left" && event.detached === true ? 0 : -1)

/** How many moves one `Presence` stands for at most: even with a long reason for each leave, it is a line that our clients take. */
const most = 256

// In parts of nearly one size: a short rest at the end could be too few for a crowd.
const inParts = (stretch: ReadonlyArray<Move>): ReadonlyArray<ReadonlyArray<Move>> => {
  const parts = Math.ceil(stretch.length / most)
  return Array.from({ length: parts }, (_, part) =>
    stretch.slice(Math.floor((part * stretch.length) / parts), Math.floor(((part + 1) * stretch.length) / parts))
  )
}

// From the last part to the first: who is there is known after the last move, and worked out backwards from there.
const gatherStretch = (stretch: ReadonlyArray<Move>, instead: Map<number, Told | undefined>): void => {
  const end = stretch.at(-1)
  if (end === undefined || stretch.length <= crowd) return
  // How many are in the room after a part. A newcomer is not in the audience of its own `Joined`.
  let here = end.audience.length + (end.event._tag === "Joined" ? 1 : 0)
  // Those who came after a part. Moves that were held have the last audience, which may include them, and they are not told of the part.
  const late = new Set<MemberId>()
  for (const part of inParts(stretch).toReversed()) {
    const last = part.at(-1)
    if (last === undefined) continue
    if (isCrowd(part)) {
      for (const { place } of part) instead.set(place, undefined)
      instead.set(last.place, { event: presenceOf(part, last.event, here), audience: audienceOf(last, late, last === end), room: last.room })
    }
    for (const { event } of part) {
      here -= changeOf(event)
      if (isComing(event)) late.add(event.member.id)
    }
  }
}

const isCrowd = (part: ReadonlyArray<Move>): boolean => {
  const came = part.filter(({ event }) => isComing(event)).length
  return Math.max(came, part.length - came) > crowd
}

// Who is told of a part. The audience of the very last move is right as it is; an earlier one that was held may include some who came later.
const audienceOf = ({ audience, event }: Move, late: ReadonlySet<MemberId>, isEnd: boolean): Handed["audience"] => {
  const comer = event._tag === "Joined" ? event.member.id : undefined
  return isEnd || (late.size === 0 && comer === undefined) ? audience : audience.filter(({ id }) => id === undefined || (id !== comer && !late.has(id)))
}

/** Where a member is. */
type Whereabouts = "here" | "detached" | "gone"

const before = (event: Moves.Move): Whereabouts =>
  event._tag === "Joined" ? "gone" : event._tag === "Returned" || (event._tag === "Left" && event.detached === true) ? "detached" : "here"

const after = (event: Moves.Move): Whereabouts => (isComing(event) ? "here" : event._tag === "Detached" ? "detached" : "gone")

/** All moves of one member in a part. */
interface Way {
  readonly first: Moves.Move
  last: Moves.Move
}

// What a reader has to know of where each member was before and is after: who is where it was is not named at all. Who was not
// known before is in `joined`, also where it is gone by now.
const presenceOf = (part: ReadonlyArray<Move>, { at, n, room, seq }: Moves.Move, here: number): Presence => {
  const ways = new Map<MemberId, Way>()
  for (const { event } of part) {
    const way = ways.get(event.member.id)
    if (way === undefined) ways.set(event.member.id, { first: event, last: event })
    else way.last = event
  }
  const joined: Array<Member> = []
  const left: Array<Presence["left"][number]> = []
  const detached: Array<Member> = []
  const returned: Array<Member> = []
  for (const { first, last } of ways.values()) {
    const [from, to, { member }] = [before(first), after(last), last]
    if (from === "gone") joined.push(member)
    if (from === "detached" && to === "here") returned.push(member)
    if (from !== "detached" && to === "detached") detached.push(member)
  }
  // In the order of leaving.
  for (const { event } of part) {
    const way = ways.get(event.member.id)
    if (event._tag !== "Left" || way?.last !== event) continue
    const isFromDetached = before(way.first) === "detached"
    left.push({ member: event.member, code: event.code, reason: event.reason, ...(isFromDetached ? { detached: true as const } : {}) })
  }
  const lost = { ...(detached.length > 0 ? { detached } : {}), ...(returned.length > 0 ? { returned } : {}) }
  return { _tag: "Presence", n, first: part[0]?.event.seq ?? seq, seq, at, room, here, joined, left, ...lost }
}
