import type { Member, MemberId } from "../../domain/Member.ts"
import type { Presence } from "../../domain/PresenceEvent.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as Moves from "../../domain/moves.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import { crowd } from "../../domain/spans.ts"
import type { Handed } from "../chat/Handed.ts"
import type { Peer } from "../chat/Peer.ts"
import { isComing, isComingBack } from "./crowd.ts"
import { compare } from "./stays.ts"

/** Something that clients are told, and to whom: see {@link Handed}. */
export interface Told {
  readonly event: Reply
  readonly audience: Handed["audience"]
  readonly also?: Handed["also"]
  readonly room: RoomName | undefined
  /** Whether it has been told before, and only marks its place. */
  readonly isTold?: true | undefined
}

/**
 * Coalesces moves, see docs/adr/0007: between two other things that are told to a
 * room, more than a crowd of its `Joined` or of its `Left` become one `Presence`
 * of that room. The `Presence` stands where the last of these moves stood, so
 * whoever joined among them has had its `Welcome` before. Who is not in the room
 * and is told of somebody in it too is told one by one, and so is who hears of
 * something else in between: see {@link apartIn}.
 */
export const gather = (told: ReadonlyArray<Told>): ReadonlyArray<Told> => {
  if (told.length <= crowd) return told
  const instead = new Map<number, Instead>()
  for (const stretch of stretches(told)) gatherStretch(told, stretch, instead)
  if (instead.size === 0) return told
  return told.flatMap((entry, place) => {
    const found = instead.get(place)
    if (found === undefined) return entry
    const { also = [], event } = entry
    const few = [...also, ...found.apart]
    const alone = few.length === 0 ? [] : [{ event, audience: few, room: undefined }]
    return [...alone, ...found.told]
  })
}

/** What is told in place of a move: the move itself to those who hear it alone, and then what else stands there. */
interface Instead {
  readonly apart: Handed["audience"]
  readonly told: ReadonlyArray<Told>
}

/** A move, and where in the batch it stands. */
interface Move extends Told {
  readonly event: Moves.Move
  readonly place: number
  /** Who has come back between the move before it and this one: to them, only this one and those after it are told. */
  readonly back: ReadonlyArray<MemberId>
}

// The longest runs of moves of each room with nothing else told to that room in between, nor anything numbered to one who is in a
// room, but that it has entered one, or is back: see `apartIn`.
const stretches = (told: ReadonlyArray<Told>): ReadonlyArray<ReadonlyArray<Move>> => {
  const found: Array<ReadonlyArray<Move>> = []
  const open = new Map<RoomName, { readonly moves: Array<Move>; back: Array<MemberId> }>()
  told.forEach(({ also, audience, event, room }, place) => {
    if (room === undefined) {
      if (isComingBack(event)) for (const each of event.rooms) open.get(each.room)?.back.push(event.you.id)
      else if (event._tag !== "Entered" && isNumbered(event) && audience.some(({ id }) => id !== undefined)) open.clear()
      return
    }
    if (!Moves.isMove(event)) {
      open.delete(room)
      return
    }
    const known = open.get(room)
    const move = { also, audience, event, room, place, back: known?.back ?? [] }
    if (known !== undefined) {
      known.moves.push(move)
      if (known.back.length > 0) known.back = []
    } else {
      const moves = [move]
      open.set(room, { moves, back: [] })
      found.push(moves)
    }
  })
  return found
}

/**
 * Who is told between the first and the last of these moves of another room, or
 * that one has entered it. Told of the moves in one line, they would hear a number before the smaller ones that the line stands
 * for, and a client that comes back after its connection was lost goes by the
 * last number it has heard. So they hear the moves one by one, as they happened. Who has come back between them likewise: of the
 * moves before it, it has been told already. And what a dialect has looked up for one says how things were after the moves before it,
 * to clients that may not take it well to be told of these behind it.
 */
const apartIn = (told: ReadonlyArray<Told>, part: ReadonlyArray<Move>): ReadonlySet<Peer> => {
  const found = new Set<Peer>()
  const [{ place: first, room } = { place: 0, room: undefined }] = part
  const came = ({ peer }: Handed["audience"][number]): void => {
    if (peer !== undefined) found.add(peer)
  }
  // Who enters this room is owed nothing of it from before; who is in it already, and is told so once more, is.
  const comings = new Map(part.flatMap(({ event, place }) => (event._tag === "Joined" ? [[event.member.id, place] as const] : [])))
  const comes = (id: MemberId, after: number): boolean => (comings.get(id) ?? 0) > after
  // From one list of a room's members to the next, most is the same.
  const lists = new Map<RoomName, Handed["audience"]>()
  for (let place = first + 1; place < (part.at(-1)?.place ?? 0); place += 1) {
    const entry = told[place]
    if (entry === undefined || entry.room === room) continue
    entry.also?.forEach(came)
    if (entry.room === undefined) {
      if (isComingBack(entry.event) || isLookedUp(entry.event) || (entry.event._tag === "Entered" && !comes(entry.event.you.id, place))) entry.audience.forEach(came)
    } else {
      compare(lists.get(entry.room) ?? [], entry.audience, { came, left: () => undefined })
      lists.set(entry.room, entry.audience)
    }
  }
  return found
}

const isLookedUp = (event: Reply): boolean => event._tag === "Verbatim" && event.size > 0 && event.ofComing !== true

/** How many in a room may hear moves one by one beside those who are told of them in one line: with more, everybody does. */
const mostApart = 0.25

// Whether an event to a few has a number, or stands for events that have. A newcomer's first one does not count here: it is
// owed nothing from before.
const isNumbered = (event: Reply): boolean => event._tag === "Resumed" || (event._tag !== "Welcome" && event._tag !== "Admitted" && "n" in event && event.n !== undefined)

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
const gatherStretch = (told: ReadonlyArray<Told>, stretch: ReadonlyArray<Move>, instead: Map<number, Instead>): void => {
  const end = stretch.at(-1)
  if (end === undefined || stretch.length <= crowd) return
  // How many are in the room after a part. A newcomer is not in the audience of its own `Joined`.
  let here = end.audience.length + (end.event._tag === "Joined" ? 1 : 0)
  // Those who came, or came back, after a part. Moves that were held have the last audience, which may include them, and they are not told of the part.
  const late = new Set<MemberId>()
  let next: Move | undefined
  for (const part of inParts(stretch).toReversed()) {
    const last = part.at(-1)
    if (last === undefined) continue
    const found = apartIn(told, part)
    const isApart = ({ peer }: Handed["audience"][number]): boolean => peer !== undefined && found.has(peer)
    const apart = found.size === 0 ? 0 : last.audience.filter(isApart).length
    const isGathered = isCrowd(part) && apart <= mostApart * last.audience.length
    if (isGathered) {
      const audience = audienceOf(last, late, last === end)
      const presence = { event: presenceOf(part, last.event, here), audience: apart === 0 ? audience : audience.filter((seat) => !isApart(seat)), room: last.room }
      instead.set(last.place, { apart: [], told: [presence] })
    }
    // Of the list of members that was looked through last, those who hear of the part one by one.
    let all: Handed["audience"] = []
    let few: Handed["audience"] = []
    for (const move of part.toReversed()) {
      const { audience, back, event, place, room } = move
      // Each move changes the list of a room's members, but for those that were held: they have that of the last one.
      const isLast = audience === next?.audience
      if (isGathered) {
        if (audience !== all) {
          all = audience
          few = found.size === 0 ? [] : audience.filter(isApart)
        }
        instead.set(place, { apart: isLast ? audienceOf({ audience: few, event }, late, false) : few, told: instead.get(place)?.told ?? [] })
      } else {
        const own = isLast ? audienceOf(move, late, false) : audience
        if (own !== audience) instead.set(place, { apart: [], told: [{ event, audience: own, room }] })
      }
      here -= changeOf(event)
      if (isComing(event)) late.add(event.member.id)
      for (const id of back) late.add(id)
      next = move
    }
  }
}

const isCrowd = (part: ReadonlyArray<Move>): boolean => {
  const came = part.filter(({ event }) => isComing(event)).length
  return Math.max(came, part.length - came) > crowd
}

// Who is told of a part. The audience of the very last move is right as it is; an earlier one that was held may include some who came later.
const audienceOf = ({ audience, event }: Pick<Move, "audience" | "event">, late: ReadonlySet<MemberId>, isEnd: boolean): Handed["audience"] => {
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
  /** Whether somebody has come in between two of these moves, to whom this member was where it is not any more. */
  isSeen: boolean
}

// What a reader has to know of where each member was before and is after: who is where it was is not named, unless somebody has come
// meanwhile, who knows it from somewhere else. Who was not known before is in `joined`, also where it is gone by now.
const presenceOf = (part: ReadonlyArray<Move>, { at, n, room, seq }: Moves.Move, here: number): Presence => {
  const ways = new Map<MemberId, Way>()
  // The index of the last newcomer in the part, and of the last move of each member.
  let newcomer = -1
  const places = new Map<MemberId, number>()
  part.forEach(({ event }, index) => {
    const { id } = event.member
    const way = ways.get(id)
    if (way === undefined) ways.set(id, { first: event, last: event, isSeen: false })
    else {
      way.last = event
      way.isSeen ||= newcomer > (places.get(id) ?? index)
    }
    places.set(id, index)
    if (event._tag === "Joined") newcomer = index
  })
  const joined: Array<Member> = []
  const left: Array<Presence["left"][number]> = []
  const detached: Array<Member> = []
  const returned: Array<Member> = []
  for (const { first, isSeen, last } of ways.values()) {
    const [from, to, { member }] = [before(first), after(last), last]
    const isAgain = isSeen && from === to
    if (from === "gone" || (isAgain && last._tag === "Joined")) joined.push(member)
    if ((from === "detached" && to === "here") || (isAgain && last._tag === "Returned")) returned.push(member)
    if (to === "detached" && (from !== "detached" || isAgain)) detached.push(member)
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
