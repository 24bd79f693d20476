import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Event, Limits, Member, MemberId } from "./Event.ts"
import type { IndexedName } from "./nameIndex.ts"
import type { NameKey, Nickname } from "./Nickname.ts"
import * as Room from "./Room.ts"
import { lobby, type RoomName } from "./RoomName.ts"

/**
 * The whole state of the chat, immutable: who is here and under which name. The
 * state is a fold of the log's entries, in their order, by `apply`.
 *
 * `Peer` is whatever reaches a client. The chat carries a peer and never looks inside.
 */
export interface Chat<Peer> {
  readonly settings: ServerInfo
  readonly people: HashMap.HashMap<MemberId, Person<Peer>>
  /** By connection: the member that has come in over it. */
  readonly clients: HashMap.HashMap<ClientId, MemberId>
  readonly names: HashMap.HashMap<NameKey, MemberId>
  /** By the look of a name (see `lookalike.ts`): the members whose names have that look, the earliest first. */
  readonly looks: HashMap.HashMap<string, ReadonlyArray<MemberId>>
  readonly rooms: HashMap.HashMap<RoomName, Room.Room<Peer>>
  /** How many have come in so far: the ordinal in the last `MemberId`. */
  readonly lastMember: number
  /** The number of the last envelope. */
  readonly seq: number
  /** The time of the last entry, ms since 1970. */
  readonly at: number
  /** After the close nobody is taken in, and nothing is told. */
  readonly closed: boolean
}

/** Identifies a connection of the chat: a number that is given out once. */
export type ClientId = number

/** What every newcomer is told about the server. */
export interface ServerInfo {
  readonly server: string
  readonly instance: string
  readonly limits: Limits
}

/** Somebody who has come in. */
export interface Person<Peer> {
  readonly member: Member
  readonly name: IndexedName
  readonly client: ClientId
  readonly address: string
  readonly seat: Seat<Peer>
}

/** The way to one client in an audience. No name is in it, so a rename copies no audience. */
export interface Seat<Peer> {
  /** Absent for one who has not come in. */
  readonly id: MemberId | undefined
  readonly peer: Peer
}

/** The recipients of an event. For a whole room, by reference, the array of the room's seats at the moment of the decision. */
export type Audience<Peer> = ReadonlyArray<Seat<Peer>>

/** Who caused something: a connection, and the name it bears where it has one. */
export interface Origin {
  readonly client: ClientId
  readonly address: string
  readonly name?: Nickname | undefined
}

/** What an entry told, and to whom. */
export interface Envelope<Peer> {
  /** The sequence number of what entries told, without gaps. Every node that applies the same log gives an envelope the same number. */
  readonly seq: number
  readonly event: Event
  readonly audience: Audience<Peer>
  /** The room that is told the event as a whole; absent where the event is only for the few in the audience. */
  readonly room?: RoomName | undefined
  /** Who caused the event; absent when that was the server itself. */
  readonly from?: Origin | undefined
}

/** The next state, and what is to be told to whom, in order. */
export interface Decision<Peer> {
  readonly chat: Chat<Peer>
  readonly told: ReadonlyArray<Envelope<Peer>>
}

/** A chat with nobody in it. */
export const empty = <Peer>(settings: ServerInfo): Chat<Peer> => ({
  settings,
  people: HashMap.empty(),
  clients: HashMap.empty(),
  names: HashMap.empty(),
  looks: HashMap.empty(),
  rooms: HashMap.make([lobby, Room.empty<Peer>(lobby)]),
  lastMember: 0,
  seq: 0,
  at: 0,
  closed: false
})

/** Who has come in over this connection; `undefined` when nobody has. */
export const personOf = <Peer>(chat: Chat<Peer>, client: ClientId): Person<Peer> | undefined =>
  Option.getOrUndefined(Option.flatMap(HashMap.get(chat.clients, client), (id) => HashMap.get(chat.people, id)))

/** The person with this id; `undefined` when nobody here has it. */
export const personWith = <Peer>(chat: Chat<Peer>, id: MemberId): Person<Peer> | undefined =>
  Option.getOrUndefined(HashMap.get(chat.people, id))

/** The person who bears the name with this key; `undefined` when nobody here does. */
export const personNamed = <Peer>(chat: Chat<Peer>, key: NameKey): Person<Peer> | undefined =>
  Option.getOrUndefined(Option.flatMap(HashMap.get(chat.names, key), (id) => HashMap.get(chat.people, id)))

/** The room with this name; an empty one where there is none yet. */
export const roomOf = <Peer>(chat: Chat<Peer>, name: RoomName): Room.Room<Peer> =>
  Option.getOrElse(HashMap.get(chat.rooms, name), () => Room.empty<Peer>(name))

/** Who is in a room, in the order of entering. */
export const membersOf = <Peer>(chat: Chat<Peer>, name: RoomName): ReadonlyArray<Member> =>
  Room.membersAt(roomOf(chat, name).seats, chat.people)
