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

/** Somebody who came into a room or left it, of whom that room need not hear at once. */
export const isMove = ({ event, room }: Pick<Handed, "event" | "room">): boolean =>
  room !== undefined && (event._tag === "Joined" || event._tag === "Left")

/** What becomes of a batch: what goes out now, and which moves wait. */
export interface Sorted {
  readonly now: ReadonlyArray<Handed>
  readonly held: ReadonlyArray<Handed>
}

/** All that is held and all of the batch go out now, or the moves wait on, where they may and where the rest can overtake them. */
export const sort = (held: ReadonlyArray<Handed>, batch: ReadonlyArray<Handed>, mayWait: boolean): Sorted =>
  mayWait && canOvertake(held, batch)
    ? { now: batch.filter((handed) => !isMove(handed)), held: waiting([...held, ...batch.filter(isMove)]) }
    : { now: [...held, ...batch], held: [] }

/**
 * Whether nobody whom the batch concerns at once is owed something of what
 * waits, or of a move that stands before it in the batch: then the moves may
 * wait, and the rest goes out, and each client is still told all in one order.
 * What is said to a room never overtakes.
 */
export const canOvertake = (held: ReadonlyArray<Handed>, batch: ReadonlyArray<Handed>): boolean => {
  const debts = new Debts()
  for (const move of held) debts.add(move)
  return batch.every((handed) => {
    if (!isMove(handed)) return handed.room === undefined && handed.event._tag !== "Goodbye" && !debts.areOwedTo(handed.audience)
    debts.add(handed)
    return true
  })
}

/** Who is owed moves: in each room those who were there at the first of them, and who came since. */
class Debts {
  readonly #audiences = new Map<RoomName, Handed["audience"]>()
  readonly #came = new Set<MemberId>()
  // Made once somebody may be among them, as one look through thousands for each who is welcomed would cost more.
  #present: ReadonlySet<Peer> | undefined

  add({ audience, event, room }: Handed): void {
    if (room !== undefined && !this.#audiences.has(room)) {
      this.#audiences.set(room, audience)
      this.#present = undefined
    }
    if (event._tag === "Joined") this.#came.add(event.member.id)
  }

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
 * The moves as they are kept while they wait. Of so many, a room is told in one
 * line, to those who are there in the end: so of each room no more than twice a
 * crowd of member lists are kept.
 */
export const waiting = (held: ReadonlyArray<Handed>): ReadonlyArray<Handed> => {
  const counts = new Map<RoomName | undefined, number>()
  const last = new Map<RoomName | undefined, Handed["audience"]>()
  for (const { audience, room } of held) {
    counts.set(room, (counts.get(room) ?? 0) + 1)
    last.set(room, audience)
  }
  const isMany = (room: RoomName | undefined) => (counts.get(room) ?? 0) > 2 * crowd
  if (![...counts.keys()].some(isMany)) return held
  return held.map((handed) => (isMany(handed.room) ? { ...handed, audience: last.get(handed.room) ?? handed.audience } : handed))
}

/**
 * What is told, without a line for each where many come or go at once: between
 * two other things that are told to a room, more than a crowd of its `Joined` or
 * of its `Left` become one `Presence` of that room. It stands where the last of
 * them stood, so whoever joined among them has been welcomed before.
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

// Where people come into a room and leave it with nothing else told to that room between.
const stretches = (told: ReadonlyArray<Told>): ReadonlyArray<ReadonlyArray<Move>> => {
  const found: Array<ReadonlyArray<Move>> = []
  const open = new Map<RoomName, Array<Move>>()
  told.forEach(({ audience, event, room }, place) => {
    if (room === undefined) return
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

/** How many one event names at most: with what each may have said on leaving, a line that any client takes. */
const most = 256

// In parts of one size, so that none of them is no crowd any more.
const inParts = (stretch: ReadonlyArray<Move>): ReadonlyArray<ReadonlyArray<Move>> => {
  const parts = Math.ceil(stretch.length / most)
  return Array.from({ length: parts }, (_, part) =>
    stretch.slice(Math.floor((part * stretch.length) / parts), Math.floor(((part + 1) * stretch.length) / parts))
  )
}

// From the last part to the first, so that what is known of the end is carried back, move by move.
const gatherStretch = (stretch: ReadonlyArray<Move>, instead: Map<number, Told | undefined>): void => {
  const end = stretch.at(-1)
  if (end === undefined || stretch.length <= crowd) return
  // How many are there; whoever comes is not among those who are told of it.
  let here = end.audience.length + (end.event._tag === "Joined" ? 1 : 0)
  // What has waited is for those who were there in the end: of these, whoever came after a part hears nothing of it.
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

// The member list of the very end names just those who are told; one that has waited may name some who came later.
const audienceOf = ({ audience, event }: Move, late: ReadonlySet<MemberId>, isEnd: boolean): Handed["audience"] => {
  const comer = event._tag === "Joined" ? event.member.id : undefined
  return isEnd || (late.size === 0 && comer === undefined) ? audience : audience.filter(({ id }) => id === undefined || (id !== comer && !late.has(id)))
}

// Nobody is named twice: who left and came again is not named at all.
const presenceOf = (part: ReadonlyArray<Move>, { at, room, seq }: Joined | Left, here: number): Presence => {
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
  return { _tag: "Presence", first: part[0]?.event.seq ?? seq, seq, at, room, here, joined: [...joined.values()], left: [...left.values()] }
}
