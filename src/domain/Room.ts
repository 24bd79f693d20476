import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Person, Seat } from "./Chat.ts"
import type { Member, MemberId } from "./Member.ts"
import type { Metadata } from "./metadata.ts"
import type { Proof } from "./Place.ts"
import { type AskedRoom, lobby, type RoomKey, type RoomName } from "./RoomName.ts"
import type { Sanction } from "./sanctions.ts"
import type { Text } from "./Text.ts"
import type { RoomMask } from "./masks.ts"
import * as Window from "./Window.ts"

/** How many members a `Welcome` and a page of `Members` name at most. */
export const pageSize = 100

/** A room: who is in it, and how much it was told. */
export interface Room<Peer> {
  readonly key: RoomKey
  readonly name: RoomName
  /** The number of the last event that was told to the whole room. */
  readonly seq: number
  /** The number of the envelope of that event. */
  readonly n: number
  /**
   * Those who are here, as all have been told: who was lost has a seat without a peer until the others are told of it, and none
   * from then on. In the order of ids, which is that of coming in. Copy-on-write: until somebody enters or leaves, all envelopes to the whole room share one array.
   */
  readonly seats: ReadonlyArray<Seat<Peer>>
  /** The first page of the room's members. Copy-on-write too, so that the `Welcome`s of many newcomers share one array. */
  readonly firstPage: ReadonlyArray<Member>
  /** How many of its members have a place that is kept when they are lost; while there are none, nothing is kept in the window. */
  readonly keepers: number
  /** The last events that the whole room was told, but for moves. */
  readonly window: Window.Window
  /** The last moves: who came, was lost, is back or left. Apart from the rest, as thousands may be lost at once, and what is said is not to be lost for that. */
  readonly moves: Window.Window
  /** The last lines that were said in it, for those who enter later: see `history.ts`. */
  readonly past: Window.Window
  /** Whether these are kept, as its owner has decided; absent where it has not. */
  readonly isRemembered: boolean | undefined
  /**
   * All who have a place in the room, here or lost, in the order of entering: with the last one the room goes, and its owner's
   * successor is looked for in this order. Empty for the lobby, which needs neither.
   */
  readonly order: ReadonlyArray<MemberId>
  readonly operators: ReadonlyArray<MemberId>
  readonly topic: Text | undefined
  /** Who has set the topic, or taken it away, and when, ms since 1970; `by` is absent where the server did. Absent where nobody has. */
  readonly topicSet: { readonly by: Member | undefined; readonly at: number } | undefined
  /** What its operators describe it by whose clients are of IRC. */
  readonly metadata: Metadata
  /** When the room was made, ms since 1970; 0 for the lobby, which is there from the start. */
  readonly made: number
  /** Where the room is locked: who knows its word may enter, or nobody without an invitation where it has none. */
  readonly lock: { readonly word: Proof | undefined } | undefined
  /** Whether the room is left out of the list of rooms, but for those in it. */
  readonly hidden: boolean
  readonly manner: Manner
  /** How many may be here when one more enters without an invitation; absent where as many as will. */
  readonly limit: number | undefined
  readonly bans: ReadonlyArray<Sanction>
  readonly mutes: ReadonlyArray<Sanction>
  /** Whom it bans, mutes or excepts by patterns of names. */
  readonly masks: ReadonlyArray<RoomMask>
  /** Who may enter although the room is locked, once, and until when, ms since 1970. */
  readonly invited: ReadonlyArray<{ readonly id: MemberId; readonly until: number }>
}

/** How it goes in a room. */
export interface Manner {
  /** Whether only those may speak who have a voice, or rule. */
  readonly isModerated: boolean
  /** Whether also those may speak to the room who are not in it. */
  readonly isOutsideHeard: boolean
  /** Whether all may set the topic, and not only those who rule. */
  readonly isTopicFree: boolean
  /** Whether what machines ask each other is kept out. */
  readonly isMachineless: boolean
}

const ordinary: Manner = { isModerated: false, isOutsideHeard: false, isTopicFree: false, isMachineless: false }

/** A room with nobody in it, made at this time. Where a room comes again, it is told greater numbers than the one before it: it begins at `seq`. */
export const empty = <Peer>({ key, name }: AskedRoom, seq = 0, made = 0): Room<Peer> => ({
  key,
  name,
  seq,
  n: 0,
  seats: [],
  firstPage: [],
  keepers: 0,
  window: { ...Window.empty, gone: seq, goneSeq: seq },
  moves: { ...Window.empty, gone: seq, goneSeq: seq },
  past: Window.empty,
  isRemembered: undefined,
  order: [],
  operators: [],
  topic: undefined,
  topicSet: undefined,
  metadata: [],
  made,
  lock: undefined,
  hidden: false,
  manner: ordinary,
  limit: undefined,
  bans: [],
  mutes: [],
  masks: [],
  invited: []
})

/** The room that this person has entered. */
export const entered = <Peer>(room: Room<Peer>, { member, seat }: Person<Peer>): Room<Peer> => {
  const place = firstAfter(room.seats, ordinal(member.id))
  const seats = room.seats.slice()
  seats.splice(place, 0, seat)
  const firstPage = place < pageSize ? room.firstPage.toSpliced(place, 0, member).slice(0, pageSize) : room.firstPage
  return { ...room, seats, firstPage }
}

/** The room without this member. The seat is found by bisection and cut out of a copy, so a leave costs what a join costs. */
export const left = <Peer>(room: Room<Peer>, id: MemberId, people: People<Peer>): Room<Peer> => {
  const place = firstAfter(room.seats, ordinal(id) - 1)
  if (room.seats[place]?.id !== id) return room
  const seats = room.seats.slice()
  seats.splice(place, 1)
  if (place >= pageSize) return { ...room, seats }
  // The first member behind the page moves up into it.
  const firstPage = [...room.firstPage.toSpliced(place, 1), ...membersAt(seats.slice(pageSize - 1, pageSize), people)]
  return { ...room, seats, firstPage }
}

/** The room in which the seat of this member is another one: its connection was lost, or it has another. */
export const reseated = <Peer>(room: Room<Peer>, seat: Seat<Peer> & { readonly id: MemberId }): Room<Peer> => {
  const place = firstAfter(room.seats, ordinal(seat.id) - 1)
  return room.seats[place]?.id === seat.id ? { ...room, seats: room.seats.with(place, seat) } : room
}

/** The room in whose order somebody stands last who has just come to have a place in it. */
export const withPlace = <Peer>(room: Room<Peer>, id: MemberId): Room<Peer> => (room.key === lobby ? room : { ...room, order: [...room.order, id] })

/** The room in which this member has no place any more. */
export const withoutPlace = <Peer>(room: Room<Peer>, id: MemberId): Room<Peer> => {
  if (room.key === lobby) return withoutOperator(room, id)
  const place = room.order.indexOf(id)
  if (place < 0) return room
  const order = room.order.slice()
  order.splice(place, 1)
  return withoutOperator({ ...room, order }, id)
}

/** The room that has this member as an operator no more. */
export const withoutOperator = <Peer>(room: Room<Peer>, id: MemberId): Room<Peer> =>
  room.operators.includes(id) ? { ...room, operators: room.operators.filter((one) => one !== id) } : room

/** The room after one of its members has taken another name. */
export const renamed = <Peer>(room: Room<Peer>, member: Member): Room<Peer> => {
  const place = room.firstPage.findIndex(({ id }) => id === member.id)
  return place < 0 ? room : { ...room, firstPage: room.firstPage.with(place, member) }
}

/** The seats of those here who have none among `others`. Both are in the order of ids. */
export const seatsOutside = <Peer>(seats: ReadonlyArray<Seat<Peer>>, others: ReadonlyArray<Seat<Peer>>): ReadonlyArray<Seat<Peer>> => {
  const outside: Array<Seat<Peer>> = []
  let next = 0
  for (const seat of seats) {
    // Mostly the same people stand side by side in both: only where they do not, bisection finds where to go on.
    if (others[next] !== seat) {
      if (seat.id === undefined) continue
      next = firstAfter(others, ordinal(seat.id) - 1)
    }
    if (others[next]?.id === seat.id) next += 1
    else outside.push(seat)
  }
  return outside
}

/** The page of a room's members that follows the member `after`, or the first page without one; `more` says whether another page follows. */
export const pageAfter = <Peer>(
  { firstPage, seats }: Room<Peer>,
  after: MemberId | undefined,
  people: People<Peer>
): { readonly members: ReadonlyArray<Member>; readonly more: boolean } => {
  if (after === undefined) return { members: firstPage, more: seats.length > pageSize }
  const start = firstAfter(seats, ordinal(after))
  return { members: membersAt(seats.slice(start, start + pageSize), people), more: seats.length > start + pageSize }
}

/**
 * The members of a room, but for the lobby, who were lost and may come back: a
 * page of them at most. Who enters has to know of them, as their return may be told
 * with the number of another room. Absent where there are none.
 */
export const awayFrom = <Peer>({ order, seats }: Room<Peer>, people: People<Peer>): { readonly away?: ReadonlyArray<Member> } => {
  const away: Array<Member> = []
  let rest = order.length - seats.length
  for (const id of order) {
    if (rest <= 0 || away.length >= pageSize) break
    if (seats[firstAfter(seats, ordinal(id) - 1)]?.id === id) continue
    rest -= 1
    const person = HashMap.get(people, id)
    if (Option.isSome(person)) away.push(person.value.member)
  }
  return away.length === 0 ? {} : { away }
}

type People<Peer> = HashMap.HashMap<MemberId, Person<Peer>>

/** The members in these seats, in order. */
export const membersAt = <Peer>(seats: ReadonlyArray<Seat<Peer>>, people: People<Peer>): ReadonlyArray<Member> =>
  seats.flatMap(({ id }) =>
    id === undefined ? [] : Option.match(HashMap.get(people, id), { onNone: () => [], onSome: ({ member }) => [member] })
  )

// Bisection: the index of the first seat with a greater ordinal than `after`.
// Seats are ordered by ordinal; that of somebody who has left since works too.
const firstAfter = <Peer>(seats: ReadonlyArray<Seat<Peer>>, after: number): number => {
  let low = 0
  let high = seats.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const id = seats[middle]?.id
    if (id !== undefined && ordinal(id) <= after) low = middle + 1
    else high = middle
  }
  return low
}

/** Orders people as they have come. */
export const byComing = <Peer>(one: Person<Peer>, other: Person<Peer>): number => ordinal(one.member.id) - ordinal(other.member.id)

// The number in a `MemberId`. An id that no server of ours made counts as the greatest: no member comes after it.
const ordinal = (id: MemberId): number => {
  const n = Number(id.slice(1))
  return Number.isSafeInteger(n) ? n : Number.MAX_SAFE_INTEGER
}
