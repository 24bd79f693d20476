import { expect } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Chat from "../../src/domain/Chat.ts"
import type { MemberId } from "../../src/domain/Member.ts"
import { pageSize, type Room } from "../../src/domain/Room.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { mostSanctions } from "../../src/domain/sanctions.ts"

type State = Chat.Chat<Chat.ClientId>
type Person = Chat.Person<Chat.ClientId>

const sorted = <K, A>(map: HashMap.HashMap<K, A>): ReadonlyArray<readonly [K, A]> =>
  HashMap.toEntries(map).sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))

/** The whole state, as it compares: whatever order its maps were filled in. */
export const stateOf = ({ clients, deadlines, detached, looks, names, people, places, rooms, superseded, ...rest }: Chat.Chat<unknown>) => ({
  ...rest,
  clients: sorted(clients),
  deadlines: sorted(deadlines.live),
  detached: [detached.all, sorted(detached.by)],
  looks: sorted(looks),
  names: sorted(names),
  people: sorted(people),
  places: sorted(places),
  rooms: sorted(rooms),
  superseded: [...superseded].sort()
})

/** As `expect` compares it, but hundreds of thousands of times. */
export const same = (one: unknown, other: unknown): void => {
  if (JSON.stringify(one) !== JSON.stringify(other)) expect(JSON.stringify(one)).toBe(JSON.stringify(other))
}

/** In an order that is the same wherever they come from. */
export const inOrder = <A>(all: Iterable<A>): ReadonlyArray<A> => [...all].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))

const ordinal = (id: MemberId) => Number(id.slice(1))

/** Fails where two parts of a state do not agree. */
export const checkState = (chat: State): void => {
  const people = [...HashMap.values(chat.people)]
  for (const [key, room] of HashMap.entries(chat.rooms)) {
    same(room.key, key)
    checkRoom(room, people, chat)
  }
  same(new Set(people.map(({ member }) => member.id)).size, people.length)
  // A name with blanks is found as one word, too.
  const keys = people.flatMap(({ member, name: { key } }) => [...new Set([key, key.replaceAll(" ", "_")])].map((each) => [each, member.id]))
  same(inOrder(HashMap.toEntries(chat.names)), inOrder(keys))
  const places = people.flatMap(({ member, place }) => (place?.proof === undefined ? [] : [[place.proof, member.id] as const]))
  same(inOrder(HashMap.toEntries(chat.places)), inOrder(places))
  const here = people.filter(({ attachment }) => attachment._tag === "Here")
  same(inOrder(HashMap.toEntries(chat.clients)), inOrder(here.map(({ client, member }) => [client, member.id])))
  for (const person of people) checkPerson(person, chat)
  same(chat.detached.all, people.length - here.length)
  same([...HashMap.values(chat.detached.by)].reduce((sum, each) => sum + each, 0), chat.detached.all)
  if (HashMap.size(chat.rooms) > chat.bounds.rooms) throw new Error(`There are ${HashMap.size(chat.rooms)} rooms`)
}

const checkPerson = ({ attachment, client, current, place, rooms, seat }: Person, chat: State): void => {
  const isHere = attachment._tag === "Here"
  same(seat.peer, isHere ? client : undefined)
  if (!isHere && place === undefined) throw new Error("Somebody is waited for who cannot come back")
  if (isHere && HashSet.has(chat.superseded, client)) throw new Error("Somebody is here over a connection that is void")
  const keys = rooms.map(({ room }) => room)
  same(new Set(keys).size, keys.length)
  for (const key of keys) if (!HashMap.has(chat.rooms, key)) throw new Error(`Somebody is in ${key}, which there is not`)
  if (current === undefined ? keys.length > 0 : !keys.includes(current)) throw new Error(`Of ${keys.join(", ")}, the current room is ${current}`)
  same(rooms.map(({ since }) => since), rooms.map(({ since }) => since).sort((one, other) => one - other))
  if (keys.length > chat.bounds.roomsOfPerson) throw new Error(`Somebody is in ${keys.length} rooms`)
}

const checkRoom = (room: Room<Chat.ClientId>, people: ReadonlyArray<Person>, chat: State): void => {
  const inIt = people.flatMap((person) => {
    const membership = Chat.membershipIn(person, room.key)
    return membership === undefined ? [] : [{ person, membership }]
  })
  const isSeated = ({ attachment }: Person) => attachment._tag === "Here" || !attachment.told
  const seated = inIt.map(({ person }) => person).filter(isSeated).sort((one, other) => ordinal(one.member.id) - ordinal(other.member.id))
  same(room.seats, seated.map(({ seat }) => seat))
  same(room.firstPage, seated.map(({ member }) => member).slice(0, pageSize))
  same(room.keepers, inIt.filter(({ person: { place } }) => place !== undefined).length)
  const withRole = (wanted: string) => inIt.filter(({ membership: { role } }) => role === wanted).map(({ person }) => person.member.id)
  same(inOrder(room.operators), inOrder(withRole("operator")))
  const isLobby = room.key === lobby
  same(withRole("owner").length, isLobby ? 0 : 1)
  const byCome = [...inIt].sort((one, other) => one.membership.since - other.membership.since).map(({ person }) => person.member.id)
  same(room.order, isLobby ? [] : byCome)
  if (isLobby && (room.lock !== undefined || room.hidden)) throw new Error("The lobby is closed")
  for (const all of [room.bans, room.mutes, room.invited]) if (all.length > mostSanctions) throw new Error(`${room.key} has ${all.length} of these`)
  for (const { member } of room.bans) {
    const isIn = inIt.some(({ person }) => person.member.id === member.id)
    const isBanned = room.bans.some((one) => one.member.id === member.id && one.until > chat.at)
    if (isIn && isBanned) throw new Error(`${member.name} is in ${room.key}, and is banned`)
  }
  for (const { keepers, moves, window } of [room]) if (keepers === 0 && window.kept.length + moves.kept.length > 0) throw new Error(`${room.key} keeps something for nobody`)
}
