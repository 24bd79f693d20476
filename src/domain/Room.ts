import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Person, Seat } from "./Chat.ts"
import type { Member, MemberId } from "./Event.ts"
import type { RoomName } from "./RoomName.ts"
import * as Window from "./Window.ts"

/** How many members a `Welcome` and a page of `Members` name at most. */
export const pageSize = 100

/** A room: who is in it, and how much it was told. */
export interface Room<Peer> {
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
}

/** A room with nobody in it. */
export const empty = <Peer>(name: RoomName): Room<Peer> => ({ name, seq: 0, n: 0, seats: [], firstPage: [], keepers: 0, window: Window.empty, moves: Window.empty })

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

/** The room after one of its members has taken another name. */
export const renamed = <Peer>(room: Room<Peer>, member: Member): Room<Peer> => {
  const place = room.firstPage.findIndex(({ id }) => id === member.id)
  return place < 0 ? room : { ...room, firstPage: room.firstPage.with(place, member) }
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

// The number in a `MemberId`. An id that no server of ours made counts as the greatest: no member comes after it.
const ordinal = (id: MemberId): number => {
  const n = Number(id.slice(1))
  return Number.isSafeInteger(n) ? n : Number.MAX_SAFE_INTEGER
}
