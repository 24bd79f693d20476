import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Struct from "effect/Struct"
import { keyOf } from "../accounts.ts"
import { type Chat, type Person, personWith, roomOf, withRoom } from "../Chat.ts"
import * as Deadlines from "../Deadlines.ts"
import { withName } from "../names.ts"
import type { Room } from "../Room.ts"
import { watching } from "../watch.ts"
import type { Part } from "./Part.ts"

const headOf = <Peer>(chat: Chat<Peer>): Part => ({
  _tag: "Head",
  ...chat.settings,
  keep: chat.keep,
  bounds: chat.bounds,
  history: chat.history,
  departed: chat.departed,
  superseded: [...chat.superseded].sort((one, other) => one - other),
  operators: [...chat.operators].sort(),
  listeners: [...chat.listeners].sort(),
  mostHere: chat.mostHere,
  detached: { all: chat.detached.all, by: sorted(HashMap.toEntries(chat.detached.by)) },
  keptBytes: chat.keptBytes,
  ownBytes: chat.ownBytes,
  historyBytes: chat.historyBytes,
  lastMember: chat.lastMember,
  seq: chat.seq,
  at: chat.at,
  closed: chat.closed
})

// By their keys, in the order of UTF-16 code units: an order of maps that does not depend on how they came about.
const sorted = <A>(entries: ReadonlyArray<readonly [string, A]>): ReadonlyArray<readonly [string, A]> =>
  entries.toSorted(([one], [other]) => (one < other ? -1 : 1))

// Whether a name is reserved is of no use once it is borne.
const personPart = <Peer>({ account, address, attachment, client, current, member, metadata, name: { key, looks, name }, place, profile, rooms, status, watched }: Person<Peer>): Part => ({
  _tag: "Person", account, address, attachment, client, current, member, metadata, name: { key, looks, name }, place, profile, rooms, status, watched
})

const roomPart = <Peer>(room: Room<Peer>): Part => ({ _tag: "Room", ...Struct.omit(room, "seats", "order") })

/** How many elements of a list are in one part at most: what thousands make long is sent in several. */
const atOnce = 250

const piecesOf = <A>(list: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(list.length / atOnce) }, (_, n) => list.slice(n * atOnce, (n + 1) * atOnce))

function* seatsOf<Peer>({ key, order, seats }: Room<Peer>): Iterable<Part> {
  for (const piece of piecesOf(seats)) yield { _tag: "Seats", room: key, seats: piece.flatMap(({ id }) => id ?? []), order: [] }
  for (const piece of piecesOf(order)) yield { _tag: "Seats", room: key, seats: [], order: piece }
}

/** The state in parts, made one by one as they are asked for. */
export function* partsOf<Peer>(chat: Chat<Peer>): Iterable<Part> {
  yield headOf(chat)
  for (const looks of piecesOf(HashMap.toEntries(chat.looks))) yield { _tag: "Looks", looks }
  for (const accounts of piecesOf([...HashMap.values(chat.accounts)])) yield { _tag: "Accounts", accounts }
  for (const [account, window] of HashMap.toEntries(chat.letters)) yield { _tag: "Letters", account, window }
  for (const deadlines of piecesOf(Deadlines.all(chat.deadlines))) yield { _tag: "Deadlines", deadlines }
  for (const person of HashMap.values(chat.people)) yield personPart(person)
  for (const room of HashMap.values(chat.rooms)) {
    yield roomPart(room)
    yield* seatsOf(room)
  }
}

/**
 * The chat with another part of a state, after those that came before it. It
 * begins with an empty chat, whose settings are those of the head from then on.
 * Nobody in it can be reached from here.
 */
export const withPart = (chat: Chat<never>, part: Part): Chat<never> => {
  switch (part._tag) {
    case "Head":
      return withHead(chat, part)
    case "Looks":
      return { ...chat, looks: part.looks.reduce((looks, [look, ids]) => HashMap.set(looks, look, ids), chat.looks) }
    case "Accounts":
      return { ...chat, accounts: part.accounts.reduce((accounts, account) => HashMap.set(accounts, keyOf(account), account), chat.accounts) }
    case "Letters":
      return { ...chat, letters: HashMap.set(chat.letters, part.account, part.window) }
    case "Deadlines":
      return { ...chat, deadlines: part.deadlines.reduce(Deadlines.add, chat.deadlines) }
    case "Person":
      return withSomebody(chat, part)
    case "Room":
      return withRoom(chat, { ...Struct.omit(part, "_tag"), seats: [], order: [] })
    case "Seats": {
      const room = roomOf(chat, part.room)
      const seats = part.seats.map((id) => personWith(chat, id)?.seat ?? { id, peer: undefined })
      return withRoom(chat, { ...room, seats: [...room.seats, ...seats], order: [...room.order, ...part.order] })
    }
  }
}

const withHead = (chat: Chat<never>, head: Extract<Part, { readonly _tag: "Head" }>): Chat<never> => {
  const { detached, instance, limits, listeners, operators, server, superseded, ...counts } = Struct.omit(head, "_tag")
  return {
    ...chat,
    ...counts,
    settings: { instance, limits, server },
    superseded: HashSet.fromIterable(superseded),
    operators: HashSet.fromIterable(operators),
    listeners: HashSet.fromIterable(listeners),
    detached: { all: detached.all, by: HashMap.fromIterable(detached.by) }
  }
}

const withSomebody = (chat: Chat<never>, part: Extract<Part, { readonly _tag: "Person" }>): Chat<never> => {
  const person = Struct.omit(part, "_tag")
  const { attachment, client, member: { id }, name, place } = person
  const known = watching(chat, { ...person, watched: [], seat: { id, peer: undefined } }, person.watched)
  return {
    ...known,
    clients: attachment._tag === "Here" ? HashMap.set(known.clients, client, id) : known.clients,
    names: withName(known.names, id, name.key),
    places: place?.proof === undefined ? known.places : HashMap.set(known.places, place.proof, id)
  }
}

/** The whole state, as another machine gets it. */
export const restored = (empty: Chat<never>, parts: Iterable<Part>): Chat<never> => {
  let chat = empty
  for (const part of parts) chat = withPart(chat, part)
  return chat
}
