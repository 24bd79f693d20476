/** Who is in which room: entering, leaving, and what comes of that. */
import * as HashMap from "effect/HashMap"
import { type Chat, type Decision, type Membership, membershipIn, type Origin, type Person, personWith, roomOf, roomWith, withPerson, withRoom } from "./Chat.ts"
import { andThen, type InRoom, nothing, tellFew, tellRoom } from "./Decision.ts"
import type { MemberId } from "./Member.ts"
import type { Place } from "./RoomEvent.ts"
import type { Joined } from "./PresenceEvent.ts"
import * as History from "./history.ts"
import { countKeepers, withoutRoom, withStay } from "./keeping.ts"
import { introduce } from "./metadata.ts"
import { isAtLeast, type Role, toldRole } from "./Role.ts"
import * as Room from "./Room.ts"
import { lobby, type RoomKey, type RoomName } from "./RoomName.ts"
import { sanctionOn } from "./sanctions.ts"

/** What a room is like, for who is in it: what `Entered` and `Resumed` say of it. */
export const stateOf = <Peer>(chat: Chat<Peer>, room: Room.Room<Peer>, role: Role): Pick<Place, "role" | "topic" | "locked" | "hidden" | "history"> => {
  const { hidden, lock, topic } = room
  const history = History.keptFor(chat, room)
  return {
    role: toldRole(role),
    ...(topic === undefined ? {} : { topic }),
    locked: lock !== undefined,
    hidden,
    ...(history === undefined ? {} : { history })
  }
}

/**
 * Somebody enters a room, which is its current one from then on: who enters is
 * told about the room, and those there of who enters.
 */
export const enter = <Peer>(chat: Chat<Peer>, from: Origin, person: Person<Peer>, room: Room.Room<Peer>, role: Role): Decision<Peer> => {
  const { member, place } = person
  // The number of the person's own `Joined`: that of what it is told itself is before it.
  const rooms = [...person.rooms, { room: room.key, role, since: chat.seq + 2 }]
  const invited = room.invited.filter(({ id }) => id !== member.id)
  const entered = Room.withPlace(Room.entered({ ...room, invited }, person), member.id)
  const come = withPerson(chat, { ...person, rooms, current: room.key })
  const next = place === undefined ? withRoom(come, entered) : countKeepers(come, entered, 1)
  return andThen(tellEntered(next, from, person, entered, role, 1), (chat) =>
    tellPast(introduce(tellRoom(chat, from, room.key, (at) => joined(at, person), room.seats), person, room.key), from, person, room.key)
  )
}

/** What a room is told of somebody who has entered it. */
export const joined = ({ at, n, room, seq }: InRoom, { member, profile, status: { away } }: Person<unknown>): Joined => ({ _tag: "Joined", n, seq, at, room, member, real: profile?.real, away })

/** Tells somebody who has just entered a room what was said in it before, where that is kept. */
export const tellPast = <Peer>(decision: Decision<Peer>, from: Origin, { seat }: Person<Peer>, key: RoomKey): Decision<Peer> => {
  const room = roomOf(decision.chat, key)
  const past = History.lastOf(room)
  return past === undefined ? decision : andThen(decision, (chat) => tellFew(chat, from, [seat], ({ at, n }) => ({ _tag: "Past", n, at, room: room.name, ...past })))
}

/** Tells a person about a room that it is in. `coming`: 1 where its own `Joined` is the next that the room is told, 0 where it has been told. */
export const tellEntered = <Peer>(chat: Chat<Peer>, from: Origin, { member, seat }: Person<Peer>, room: Room.Room<Peer>, role: Role, coming: 0 | 1): Decision<Peer> =>
  tellFew(chat, from, [seat], ({ at, n }) => ({
    _tag: "Entered",
    n,
    seq: room.seq + coming,
    at,
    room: room.name,
    you: member,
    here: room.seats.length,
    members: room.firstPage,
    ...Room.awayFrom(room, chat.people),
    ...stateOf(chat, room, role)
  }))

/** The chat in which this person is not in this room any more; the room may have nobody in it, see {@link settle}. */
export const without = <Peer>(chat: Chat<Peer>, person: Person<Peer>, key: RoomKey): { readonly chat: Chat<Peer>; readonly person: Person<Peer> } => {
  const rooms = person.rooms.filter(({ room }) => room !== key)
  const current = person.current === key ? rooms.at(-1)?.room : person.current
  const left = membershipIn(person, key)
  const place = person.place === undefined || left === undefined ? person.place : withStay(person.place, roomOf(chat, key), left.since)
  const after = { ...person, rooms, current, place }
  return { chat: unseated(withPerson(chat, after), person, key), person: after }
}

/** The chat in which this person, who is or was in this room, has no place in it. */
export const unseated = <Peer>(chat: Chat<Peer>, { member: { id }, place }: Person<Peer>, key: RoomKey): Chat<Peer> => {
  const room = Room.withoutPlace(Room.left(roomOf(chat, key), id, chat.people), id)
  return place === undefined ? withRoom(chat, room) : countKeepers(chat, room, -1)
}

/** What comes of it that somebody with this membership is not in the room any more: a room without anybody goes, and one without an owner gets another. */
export const settle = <Peer>(chat: Chat<Peer>, { role, room: key }: Pick<Membership, "role" | "room">): Decision<Peer> => {
  const room = key === lobby ? undefined : roomWith(chat, key)
  if (room === undefined) return nothing(chat)
  if (room.order.length === 0) return nothing(withoutRoom(chat, room))
  return role === "owner" ? succeed(chat, room) : nothing(chat)
}

// The room gets another owner: one of its operators, or else whoever has been in it longest; rather one who is here and not muted.
const succeed = <Peer>(chat: Chat<Peer>, room: Room.Room<Peer>): Decision<Peer> => {
  const isBetter = (one: Heir<Peer>, other: Heir<Peer> | undefined) => other === undefined || one.rank < other.rank
  let heir: Heir<Peer> | undefined
  const operators = room.order.filter((id) => room.operators.includes(id))
  for (const id of operators.length > 0 ? operators : room.order) {
    const person = personWith(chat, id)
    if (person === undefined) continue
    const isMuted = sanctionOn(room.mutes, person, chat.at) !== undefined
    const rank = (isMuted ? 2 : 0) + (person.attachment._tag === "Here" ? 0 : 1)
    if (isBetter({ person, rank }, heir)) heir = { person, rank }
    if (rank === 0) break
  }
  if (heir === undefined) return nothing(chat)
  const { member } = heir.person
  const next = withRole(chat, heir.person, room, "owner")
  return tellRoom(next, undefined, room.key, ({ at, n, room, seq }) => ({ _tag: "Moderated", n, seq, at, room, deed: "owner", target: member }))
}

interface Heir<Peer> {
  readonly person: Person<Peer>
  /** The lower the better. */
  readonly rank: number
}

// A voice is kept while somebody has a higher role, and is what is left of that.
const ranked = ({ hasVoice, role: before, room, since }: Membership, role: Role): Membership => {
  if (isAtLeast(role, "operator")) return { room, role, since, ...(hasVoice === true || before === "voice" ? { hasVoice: true } : {}) }
  return { room, role: role === "member" && hasVoice === true ? "voice" : role, since }
}

/** The chat in which this person, who rules this room, has a voice there besides, or has none. */
export const withVoice = <Peer>(chat: Chat<Peer>, person: Person<Peer>, key: RoomKey, hasVoice: boolean): Chat<Peer> =>
  withPerson(chat, { ...person, rooms: person.rooms.map((membership) => (membership.room === key ? { ...membership, hasVoice: hasVoice ? true : undefined } : membership)) })

/** The chat in which this person, who is in this room, has this role there. */
export const withRole = <Peer>(chat: Chat<Peer>, person: Person<Peer>, room: Room.Room<Peer>, role: Role): Chat<Peer> => {
  const { member: { id } } = person
  const rooms = person.rooms.map((membership) => (membership.room === room.key ? ranked(membership, role) : membership))
  const others = Room.withoutOperator(room, id)
  return withRoom(withPerson(chat, { ...person, rooms }), role === "operator" ? { ...others, operators: [...others.operators, id] } : others)
}

/** The name of the room that is meant by this person where it names none; `undefined` where it is in none. */
export const currentOf = <Peer>(chat: Chat<Peer>, { current }: Person<Peer>): RoomName | undefined => (current === undefined ? undefined : roomOf(chat, current).name)

/** The people with these ids who are here or lost, in this order. */
export const peopleOf = <Peer>(chat: Chat<Peer>, ids: Iterable<MemberId>): ReadonlyArray<Person<Peer>> => [...ids].flatMap((id) => personWith(chat, id) ?? [])

/** All who are here as others have been told, in rooms or in none, in the order of coming. */
export const hereIn = <Peer>(chat: Chat<Peer>): ReadonlyArray<Person<Peer>> => {
  const inLobby = peopleOf(chat, roomOf(chat, lobby).seats.flatMap(({ id }) => id ?? []))
  const outside = [...HashMap.values(chat.people)].filter((person) => isHere(person) && membershipIn(person, lobby) === undefined)
  return outside.length === 0 ? inLobby : [...inLobby, ...outside].sort(Room.byComing)
}

/** How many these are. */
export const countHere = <Peer>(chat: Chat<Peer>): number => {
  let count = 0
  for (const person of HashMap.values(chat.people)) if (isHere(person)) count += 1
  return count
}

const isHere = <Peer>({ attachment }: Person<Peer>): boolean => attachment._tag === "Here" || !attachment.told

/** All who are connected, in rooms or in none. */
export const everybody = <Peer>(chat: Chat<Peer>): ReadonlyArray<Person<Peer>["seat"]> =>
  [...HashMap.values(chat.people)].flatMap(({ attachment, seat }) => (attachment._tag === "Here" ? [seat] : []))

/** All who are not in the lobby, connected or not, in the order of coming: that of a map may be another one on another machine. */
export const outsideLobby = <Peer>(chat: Chat<Peer>): ReadonlyArray<Person<Peer>["seat"]> =>
  [...HashMap.values(chat.people)].filter((person) => membershipIn(person, lobby) === undefined).sort(Room.byComing).map(({ seat }) => seat)
