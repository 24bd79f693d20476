import * as Either from "effect/Either"
import * as Hash from "effect/Hash"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { Account } from "../Account.ts"
import { keyOf } from "../accounts.ts"
import { type Chat, type Person, personWith, roomOf, withRoom } from "../Chat.ts"
import * as Deadlines from "../Deadlines.ts"
import { Departed } from "../departed.ts"
import { Event, Limits } from "../Event.ts"
import { Member, MemberId } from "../Member.ts"
import { LeaveCode } from "../LeaveCode.ts"
import { MetadataEntry } from "../metadata.ts"
import { IndexedName } from "../nameIndex.ts"
import { withName } from "../names.ts"
import { RoomMask } from "../masks.ts"
import { NameKey, Nickname } from "../Nickname.ts"
import { Proof } from "../Place.ts"
import { Profile } from "../Profile.ts"
import { Role } from "../Role.ts"
import type { Room } from "../Room.ts"
import { RoomKey, RoomName } from "../RoomName.ts"
import { Status } from "../Status.ts"
import { Text } from "../Text.ts"
import { watching } from "../watch.ts"
import type * as Window from "../Window.ts"
import { validator } from "./validator.ts"

/*
 * The state of a chat as plain data, in parts: one for what is neither a person nor a room, and one for each of
 * these. What is of one machine alone, the ways to its clients, is left out. Parts are small, so that whoever
 * makes or reads thousands of them can let others have a turn in between.
 */

const orNot = Schema.UndefinedOr

const WindowPart = Schema.Struct({
  kept: Schema.Array(Schema.Struct({ n: Schema.Number, before: Schema.Number, seq: Schema.Number, at: Schema.Number, size: Schema.Number, event: Event })),
  bytes: Schema.Number,
  gone: Schema.Number,
  goneSeq: Schema.Number,
  due: orNot(Schema.Number)
})

const Limit = Schema.Struct({ events: Schema.Number, bytes: Schema.Number })

const Head = Schema.TaggedStruct("Head", {
  keep: Schema.Struct({
    for: Schema.Number,
    quietFor: Schema.Number,
    most: Schema.Number,
    mostOfNeighbourhood: Schema.Number,
    resumeEvery: Schema.Number,
    room: Limit,
    moves: Limit,
    own: Limit,
    bytes: Schema.Number,
    replayBytes: Schema.Number
  }),
  bounds: Schema.Struct({ rooms: Schema.Number, roomsOfPerson: Schema.Number }),
  history: orNot(Schema.Struct({ lines: Schema.Number, bytes: Schema.Number, age: Schema.Number, allBytes: Schema.Number })),
  instance: Schema.String,
  server: Schema.String,
  limits: Limits,
  superseded: Schema.Array(Schema.Number),
  operators: Schema.Array(MemberId),
  listeners: Schema.Array(MemberId),
  mostHere: Schema.Number,
  departed: Schema.Array(Departed),
  detached: Schema.Struct({ all: Schema.Number, by: Schema.Array(Schema.Tuple(Schema.String, Schema.Number)) }),
  keptBytes: Schema.Number,
  ownBytes: Schema.Number,
  historyBytes: Schema.Number,
  lastMember: Schema.Number,
  seq: Schema.Number,
  at: Schema.Number,
  closed: Schema.Boolean
})

const Looks = Schema.TaggedStruct("Looks", { looks: Schema.Array(Schema.Tuple(Schema.String, Schema.Array(MemberId))) })

const Accounts = Schema.TaggedStruct("Accounts", { accounts: Schema.Array(Account) })

const Letters = Schema.TaggedStruct("Letters", { account: NameKey, window: WindowPart })

const Due = Schema.TaggedStruct("Deadlines", {
  deadlines: Schema.Array(
    Schema.Struct({
      at: Schema.Number,
      due: Schema.Union(
        Schema.Struct({ _tag: Schema.Literal("Place", "Own"), id: MemberId }),
        Schema.Struct({ _tag: Schema.Literal("Window", "Moves", "Past"), room: RoomKey }),
        Schema.Struct({ _tag: Schema.Literal("Letters"), account: NameKey })
      )
    })
  )
})

const HeardPart = Schema.Struct({ n: Schema.Number, rooms: Schema.Array(Schema.Struct({ room: RoomKey, seq: Schema.Number })) })

const PersonPart = Schema.TaggedStruct("Person", {
  member: Member,
  name: IndexedName,
  account: orNot(NameKey),
  client: Schema.Number,
  address: Schema.String,
  attachment: Schema.Union(
    Schema.TaggedStruct("Here", {}),
    Schema.TaggedStruct("Detached", { since: Schema.Number, told: Schema.Boolean, code: LeaveCode, reason: orNot(Text), heard: orNot(HeardPart) })
  ),
  place: orNot(
    Schema.Struct({
      proof: orNot(Proof),
      key: orNot(Schema.Struct({ proof: Proof, name: NameKey })),
      neighbourhood: Schema.String,
      since: Schema.Number,
      own: WindowPart,
      stays: Schema.Array(
        Schema.Struct({ room: RoomKey, since: Schema.Number, until: Schema.Number, last: Schema.Struct({ seq: Schema.Number, n: Schema.Number }) })
      ),
      last: orNot(Schema.String),
      resumedAt: orNot(Schema.Number)
    })
  ),
  profile: orNot(Profile),
  metadata: Schema.Array(MetadataEntry),
  status: Status,
  watched: Schema.Array(Schema.Struct({ name: Nickname, key: NameKey })),
  rooms: Schema.Array(Schema.Struct({ room: RoomKey, role: Role, since: Schema.Number, hasVoice: Schema.optional(Schema.Literal(true)) })),
  current: orNot(RoomKey)
})

const Sanctions = Schema.Array(
  Schema.Struct({ member: Member, name: NameKey, proof: orNot(Proof), host: orNot(Schema.String), until: Schema.Number })
)

const RoomPart = Schema.TaggedStruct("Room", {
  key: RoomKey,
  name: RoomName,
  seq: Schema.Number,
  n: Schema.Number,
  firstPage: Schema.Array(Member),
  keepers: Schema.Number,
  window: WindowPart,
  moves: WindowPart,
  past: WindowPart,
  isRemembered: orNot(Schema.Boolean),
  operators: Schema.Array(MemberId),
  topic: orNot(Text),
  topicSet: orNot(Schema.Struct({ by: orNot(Member), at: Schema.Number })),
  metadata: Schema.Array(MetadataEntry),
  made: Schema.Number,
  lock: orNot(Schema.Struct({ word: orNot(Proof) })),
  hidden: Schema.Boolean,
  manner: Schema.Struct({ isModerated: Schema.Boolean, isOutsideHeard: Schema.Boolean, isTopicFree: Schema.Boolean, isMachineless: Schema.Boolean }),
  limit: orNot(Schema.Number),
  bans: Sanctions,
  mutes: Sanctions,
  masks: Schema.Array(RoomMask),
  invited: Schema.Array(Schema.Struct({ id: MemberId, until: Schema.Number }))
})

/** More of who is in a room, and of who has a place in it; in the order of the parts. */
const Seats = Schema.TaggedStruct("Seats", { room: RoomKey, seats: Schema.Array(MemberId), order: Schema.Array(MemberId) })

/** A part of the state of a chat: the head comes first, people before the rooms that they are in, and a room before its seats. */
export const Part = Schema.Union(Head, Looks, Accounts, Letters, Due, PersonPart, RoomPart, Seats)
export type Part = typeof Part.Type

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

const isPart = validator(Part)
const encode = Schema.encodeSync(Part)
const parse = Schema.decodeUnknownEither(Schema.parseJson())
// A field that is not known may be what all else means: to leave it out would be to have another state.
const decode = Schema.decodeUnknownEither(Part, { onExcessProperty: "error" })

/** A part as a line of JSON, without its end. */
export const encodePart = (part: Part): string => JSON.stringify(isPart(part) ? part : encode(part))

/** Reads what `encodePart` has made. */
export const decodePart = (line: string): Either.Either<Part, ParseResult.ParseError> => Either.flatMap(parse(line), (value) => (isPart(value) ? Either.right(value) : decode(value)))

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

const withHead = (chat: Chat<never>, head: typeof Head.Type): Chat<never> => {
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

const withSomebody = (chat: Chat<never>, part: typeof PersonPart.Type): Chat<never> => {
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

// As lists: the order of an object's fields depends on how it came about.
const attachmentKey = (attachment: Person<unknown>["attachment"]) => (attachment._tag === "Here" ? [] : [attachment.since, attachment.told, attachment.code, attachment.reason, attachment.heard?.n, attachment.heard?.rooms.map(({ room, seq }) => [room, seq])])
const sanctionsKey = (sanctions: Room<unknown>["bans"]) => sanctions.map(({ host, member, name, proof, until }) => [member.id, member.name, name, proof, host, until])

// What is in a window, by its bounds.
const windowKey = ({ bytes, due, gone, goneSeq, kept }: Window.Window) => [kept.length, bytes, gone, goneSeq, due, kept[0]?.n, kept.at(-1)?.n]

const accountKey = ({ certificate, name, neighbourhood, proof, used }: Account) => [name.name, name.key, neighbourhood, proof, certificate, used]

const metadataKey = (metadata: Room<unknown>["metadata"]) => metadata.map(({ key, value }) => [key, value])

const personKey = <Peer>({ account, attachment, client, current, member, metadata, name, place, profile, rooms, status, watched }: Person<Peer>) => [
  member.id, member.name, name.key, account, member.account, client, attachmentKey(attachment), current, profile?.user, profile?.real, member.bot, status.came, status.spoke, status.away, status.invisible, watched.map(({ key }) => key), metadataKey(metadata), rooms.map(({ hasVoice, role, room, since }) => [room, role, since, hasVoice]),
  place === undefined ? undefined : [place.proof, place.key?.proof, place.key?.name, place.since, place.last, place.resumedAt, place.stays.map(({ room, since, until }) => [room, since, until]), windowKey(place.own)]
]

const masksKey = (masks: Room<unknown>["masks"]) => masks.map(({ at, by, kind, mask }) => [kind, mask.text, mask.name, mask.user, mask.host, mask.account, by?.id, at])

const roomKey = <Peer>({ bans, firstPage, hidden, invited, isRemembered, keepers, key, limit, lock, made, manner, masks, metadata, moves, mutes, n, name, operators, order, past, seats, seq, topic, topicSet, window }: Room<Peer>) => [
  key, name, seq, n, keepers, isRemembered, hidden, limit, made, manner.isModerated, manner.isOutsideHeard, manner.isTopicFree, manner.isMachineless, masksKey(masks), topic, topicSet?.by?.id, topicSet?.at, metadataKey(metadata), lock === undefined ? undefined : [lock.word], operators, sanctionsKey(bans), sanctionsKey(mutes), invited.map(({ id, until }) => [id, until]), firstPage.length,
  seats.length, seats.at(-1)?.id, order.length, order.at(-1), windowKey(window), windowKey(moves), windowKey(past)
]

const chatKey = <Peer>({ at, bounds, closed, deadlines, departed, detached, historyBytes, keptBytes, lastMember, listeners, mostHere, names, operators, ownBytes, places, seq, superseded }: Chat<Peer>) => [
  at, bounds.rooms, bounds.roomsOfPerson, closed, Deadlines.first(deadlines)?.at, detached.all, historyBytes, keptBytes, ownBytes, lastMember, seq,
  HashMap.size(names), HashMap.size(places), HashSet.size(superseded), HashSet.size(operators), HashSet.size(listeners), mostHere, departed.length, departed.at(-1)?.at
]

/**
 * The digests of what is in the state, made one by one as they are asked for: added up, they are that of the state, in whatever
 * order they come. Of what is long, such as a window, it takes the ends and the lengths: all of it would be too much work for each 10 s.
 */
export function* digestsOf<Peer>(chat: Chat<Peer>): Iterable<number> {
  yield Hash.string(JSON.stringify(chatKey(chat)))
  for (const account of HashMap.values(chat.accounts)) yield Hash.string(JSON.stringify(accountKey(account)))
  for (const [account, window] of HashMap.toEntries(chat.letters)) yield Hash.string(JSON.stringify([account, windowKey(window)]))
  for (const person of HashMap.values(chat.people)) yield Hash.string(JSON.stringify(personKey(person)))
  for (const room of HashMap.values(chat.rooms)) yield Hash.string(JSON.stringify(roomKey(room)))
}

/** The sum of two digests. */
export const sum = (one: number, other: number): number => (one + other) | 0

/** The digest of a whole state: alike on all nodes that have applied the same entries. */
export const digest = <Peer>(chat: Chat<Peer>): number => {
  let all = 0
  for (const each of digestsOf(chat)) all = sum(all, each)
  return all
}

/** The whole state, as another machine gets it. */
export const restored = (empty: Chat<never>, parts: Iterable<Part>): Chat<never> => {
  let chat = empty
  for (const part of parts) chat = withPart(chat, part)
  return chat
}
