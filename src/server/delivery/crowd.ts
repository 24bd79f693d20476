import type { Joined, Left, Member, MemberId, Presence, Reply } from "../../domain/Event.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import { crowd } from "../../domain/wording.ts"
import type { Handed } from "../chat/Handed.ts"
import type { Peer } from "../chat/Peer.ts"

/** Something that clients are told, and to whom: see {@link Handed}. */
export interface Told {
  readonly event: Reply
  readonly audience: Handed["audience"]
  readonly room: RoomName | undefined
}

/** Whether this is a move: it tells a room who came or left, and the room need not hear that at once. */
export const isMove = ({ event, room }: Pick<Handed, "event" | "room">): boolean =>
  room !== undefined && (event._tag === "Joined" || event._tag === "Left")

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
  // Only when it is due: a storm comes a few at a time, and each time all that is held would be copied.
  return { now: batch.filter((handed) => !isMove(handed)), held: debts.letGo() ? waiting(moves) : moves, debts }
}

/** How many lists of a room's members are kept at most while its moves are held. */
const keptLists = 2 * crowd

/**
 * Whether the rest of the batch can go out before the moves, with each client
 * still told everything in order. That is so when no client in the audiences of
 * the rest is owed a move: one that is held, or stands earlier in the batch.
 * What is said to a whole room, and a goodbye, never overtakes a move. The moves
 * of the batch are added to `debts`: where the answer is yes they are held from
 * then on, and where it is no everything goes out and `debts` is of no use any more.
 */
export const canOvertake = (held: ReadonlyArray<Handed>, batch: ReadonlyArray<Handed>, debts = debtsOf(held)): boolean =>
  batch.every((handed) => {
    if (!isMove(handed)) return handed.room === undefined && handed.event._tag !== "Goodbye" && !debts.areOwedTo(handed.audience)
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
  add({ audience, event, room }: Handed): void {
    if (room !== undefined) {
      const { lists, moves } = this.#counts.get(room) ?? { lists: 0, moves: 0 }
      this.#counts.set(room, { moves: moves + 1, lists: lists + 1 })
    }
    if (room !== undefined && !this.#audiences.has(room)) {
      this.#audiences.set(room, audience)
      this.#present = undefined
    }
    if (event._tag === "Joined") this.#came.add(event.member.id)
  }

  /** Whether somebody in this audience is owed a move. */
  areOwedTo(audience: Handed["audience"]): boolean {
    // Who has no name is in no room.
    return audience.some(({ id, peer }) => id !== undefined && (this.#came.has(id) || this.#isPresent(peer)))
  }

  #isPresent(peer: Peer): boolean {
    this.#present ??= new Set([...this.#audiences.values()].flatMap((audience) => audience.map((seat) => seat.peer)))
    return this.#present.has(peer)
  }
}

/**
 * The held moves in the form in which they are kept. More than two crowds of one
 * room are going to be told in one line, to those who are there in the end; so
 * all of them get the last audience, and the arrays of earlier ones are not kept.
 */
export const waiting = (held: ReadonlyArray<Handed>): ReadonlyArray<Handed> => {
  const counts = new Map<RoomName | undefined, number>()
  const last = new Map<RoomName | undefined, Handed["audience"]>()
  for (const { audience, room } of held) {
    counts.set(room, (counts.get(room) ?? 0) + 1)
    last.set(room, audience)
  }
  const isMany = (room: RoomName | undefined) => (counts.get(room) ?? 0) > keptLists
  if (![...counts.keys()].some(isMany)) return held
  return held.map((handed) => (isMany(handed.room) ? { ...handed, audience: last.get(handed.room) ?? handed.audience } : handed))
}

/**
 * Coalesces moves, see docs/adr/0007: between two other things that are told to a
 * room, more than a crowd of its `Joined` or of its `Left` become one `Presence`
 * of that room. The `Presence` stands where the last of these moves stood, so
 * whoever joined among them has had its `Welcome` before.
 */
export const gather = (told: ReadonlyArray<Told>): ReadonlyArray<Told> => {
  if (told.length <= crowd) return told
  const instead = new Map<number, Told | undefined>()
  for (const stretch of stretches(told)) gatherStretch(stretch, instead)
  return instead.size === 0 ? told : told.flatMap((entry, place) => (instead.has(place) ? (instead.get(place) ?? []) : entry))
}

/** A move, and where in the batch it stands. */
interface Move extends Told {
  readonly event: Joined | Left
  readonly place: number
}

// The longest runs of moves of one room with nothing else told to that room in between, nor anything numbered to one who is
// there: that one would hear a number before the smaller ones that the presence stands for, and a client that comes back after
// its connection was lost goes by the last number it has heard.
const stretches = (told: ReadonlyArray<Told>): ReadonlyArray<ReadonlyArray<Move>> => {
  const found: Array<ReadonlyArray<Move>> = []
  const open = new Map<RoomName, Array<Move>>()
  told.forEach(({ audience, event, room }, place) => {
    if (room === undefined) {
      if (isNumbered(event) && audience.some(({ id }) => id !== undefined)) open.clear()
      return
    }
    if (event._tag !== "Joined" && event._tag !== "Left") {
      open.delete(room)
      return
    }
    const move = { audience, event, room, place }
    const stretch = open.get(room)
    if (stretch !== undefined) stretch.push(move)
    else {
      const started = [move]
      open.set(room, started)
      found.push(started)
    }
  })
  return found
}

// Whether an event to a few has a number. A newcomer's first one does not count here: it is owed nothing from before.
const isNumbered = (event: Reply): boolean => event._tag !== "Welcome" && "n" in event && event.n !== undefined

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
      here += event._tag === "Joined" ? -1 : 1
      if (event._tag === "Joined") late.add(event.member.id)
    }
  }
}

const isCrowd = (part: ReadonlyArray<Move>): boolean => {
  const came = part.filter(({ event }) => event._tag === "Joined").length
  return Math.max(came, part.length - came) > crowd
}

// Who is told of a part. The audience of the very last move is right as it is; an earlier one that was held may include some who came later.
const audienceOf = ({ audience, event }: Move, late: ReadonlySet<MemberId>, isEnd: boolean): Handed["audience"] => {
  const comer = event._tag === "Joined" ? event.member.id : undefined
  return isEnd || (late.size === 0 && comer === undefined) ? audience : audience.filter(({ id }) => id === undefined || (id !== comer && !late.has(id)))
}

// Nobody is named twice: a member that left and came again is not named at all.
const presenceOf = (part: ReadonlyArray<Move>, { at, n, room, seq }: Joined | Left, here: number): Presence => {
  const wereHere = new Set<MemberId>()
  const joined = new Map<MemberId, Member>()
  const left = new Map<MemberId, Presence["left"][number]>()
  for (const { event } of part) {
    const { member } = event
    if (event._tag === "Left") {
      if (!joined.has(member.id)) wereHere.add(member.id)
      left.set(member.id, { member, code: event.code, reason: event.reason })
    } else {
      left.delete(member.id)
      if (wereHere.has(member.id)) continue
      joined.delete(member.id)
      joined.set(member.id, member)
    }
  }
  return { _tag: "Presence", n, first: part[0]?.event.seq ?? seq, seq, at, room, here, joined: [...joined.values()], left: [...left.values()] }
}
