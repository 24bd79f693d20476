import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import type { ClientId } from "./ClientId.ts"
import type { Account } from "./Account.ts"
import * as Deadlines from "./Deadlines.ts"
import type { Event, Limits } from "./Event.ts"
import type { Member, MemberId } from "./Member.ts"
import type { LeaveCode } from "./LeaveCode.ts"
import type { Bounds as History } from "./history.ts"
import { type Keep, noKeep } from "./Keep.ts"
import type { IndexedName } from "./nameIndex.ts"
import type { NameKey, Nickname } from "./Nickname.ts"
import * as Room from "./Room.ts"
import type { Role } from "./Role.ts"
import { lobby, type RoomKey, type RoomName } from "./RoomName.ts"
import type { Proof } from "./Place.ts"
import type { Metadata } from "./metadata.ts"
import type { Profile } from "./Profile.ts"
import type { Status } from "./Status.ts"
import type { Text } from "./Text.ts"
import type { Window } from "./Window.ts"
import type { Departed } from "./departed.ts"

/**
 * The whole state of the chat, immutable: who is here and under which name, and
 * whose place is kept. The state is a fold of the log's entries, in their order, by `apply`.
 *
 * `Peer` is whatever reaches a client. The chat carries a peer and never looks inside.
 */
export interface Chat<Peer> {
  readonly settings: ServerInfo
  readonly keep: Keep
  readonly bounds: Bounds
  /** How much of what is said is kept for those who enter later; absent where nothing is. */
  readonly history: History | undefined
  readonly people: HashMap.HashMap<MemberId, Person<Peer>>
  /** By connection: the member that has come in over it. */
  readonly clients: HashMap.HashMap<ClientId, MemberId>
  /** Connections whose member has come back over another one, until they end: what still comes over them is void. */
  readonly superseded: HashSet.HashSet<ClientId>
  /** By the proof of its secret: whose place it is. */
  readonly places: HashMap.HashMap<Proof, MemberId>
  readonly names: HashMap.HashMap<NameKey, MemberId>
  /** By the look of a name (see `lookalike.ts`): the members whose names have that look, the earliest first. */
  readonly looks: HashMap.HashMap<string, ReadonlyArray<MemberId>>
  /** The names that were claimed, by their keys as one word. */
  readonly accounts: HashMap.HashMap<NameKey, Account>
  /** What was said to one alone, by the keys of the accounts that it is kept for. */
  readonly letters: HashMap.HashMap<NameKey, Window>
  /** By the key of a name: who watches for somebody with it. */
  readonly watchers: HashMap.HashMap<NameKey, ReadonlyArray<MemberId>>
  /** All rooms that there are: the lobby, and each other one from the first who enters to the last who has a place in it. */
  readonly rooms: HashMap.HashMap<RoomKey, Room.Room<Peer>>
  /** The operators of the server. */
  readonly operators: HashSet.HashSet<MemberId>
  /** Who wants to hear what these say to all who do. */
  readonly listeners: HashSet.HashSet<MemberId>
  /** How many were connected at once at most. */
  readonly mostHere: number
  /** Who bore which name until a while ago, the latest last. */
  readonly departed: ReadonlyArray<Departed>
  /** What comes of itself at a time, such as the end of a place that is kept. */
  readonly deadlines: Deadlines.Deadlines
  /** How many places are kept of people who are detached, in all and by neighbourhood. */
  readonly detached: { readonly all: number; readonly by: HashMap.HashMap<string, number> }
  /** How many bytes all windows hold together. */
  readonly keptBytes: number
  /** How many of these are in the windows of what is told to one person alone. */
  readonly ownBytes: number
  /** How many bytes the lines take that rooms keep for those who enter later. */
  readonly historyBytes: number
  /** How many have come in so far: the ordinal in the last `MemberId`. */
  readonly lastMember: number
  /** The number of the last envelope. */
  readonly seq: number
  /** The time of the last entry, ms since 1970. */
  readonly at: number
  /** After the close nobody is taken in, and nothing is told. */
  readonly closed: boolean
}

export type { ClientId } from "./ClientId.ts"

/** What every newcomer is told about the server. */
export interface ServerInfo {
  readonly server: string
  readonly instance: string
  readonly limits: Limits
}

/** How many rooms there are at most. */
export interface Bounds {
  /** In all, the lobby included. */
  readonly rooms: number
  /** One person is in at once. */
  readonly roomsOfPerson: number
}

/** What a server allows where nothing else is said. */
export const defaultBounds: Bounds = { rooms: 1000, roomsOfPerson: 16 }

/** Somebody who has come in, and has not left for good. */
export interface Person<Peer> {
  readonly member: Member
  readonly name: IndexedName
  /** What it is authenticated as: the key of an account; absent where it has said no words of one. */
  readonly account: NameKey | undefined
  /** The connection, or the last one. */
  readonly client: ClientId
  readonly address: string
  readonly seat: Seat<Peer> & { readonly id: MemberId }
  /** Whether and since when the connection is lost. */
  readonly attachment: Attachment
  /** Absent for who cannot come back. */
  readonly place: Place | undefined
  /** Absent where its client says nothing of it. */
  readonly profile: Profile | undefined
  /** What its client of IRC describes it by. */
  readonly metadata: Metadata
  readonly status: Status
  /** For whom it watches, wherever that is. */
  readonly watched: ReadonlyArray<{ readonly name: Nickname; readonly key: NameKey }>
  /** In the order of entering. */
  readonly rooms: ReadonlyArray<Membership>
  /** The room that is meant where none is named; absent for who is in no room. */
  readonly current: RoomKey | undefined
}

/** A person in a room. */
export interface Membership {
  readonly room: RoomKey
  readonly role: Role
  /** Whether somebody with a higher role has a voice, too, and keeps it when that role is lifted. Absent where it has none. */
  readonly hasVoice?: true | undefined
  /** The number of its own coming: of what the room is told, it hears what has a greater number. */
  readonly since: number
}

/** Whether a person is connected. */
export type Attachment =
  | { readonly _tag: "Here" }
  /** Since this time, ms since 1970; `told`: whether the others have been told. */
  | { readonly _tag: "Detached"; readonly since: number; readonly told: boolean; readonly code: LeaveCode; readonly reason: Text | undefined; readonly heard: Heard | undefined }

/** How far somebody was told things whose connection is lost, by number, and by the numbers of its rooms: for who comes back by words, and does not say so itself. */
export interface Heard {
  readonly n: number
  readonly rooms: ReadonlyArray<{ readonly room: RoomKey; readonly seq: number }>
}

/** What is kept of somebody who can come back. */
export interface Place {
  /** Of the secret that opens it; absent where nothing but words do. */
  readonly proof: Proof | undefined
  /** The words that open it, where there are such. */
  readonly key: Key | undefined
  /** What counts as one address, for the limit on places. */
  readonly neighbourhood: string
  /** The number of the welcome: nothing before it is for this person. */
  readonly since: number
  /** The last events for this person alone. */
  readonly own: Window
  /** The rooms that it has left, the latest last: what they were told until then is for it. */
  readonly stays: ReadonlyArray<Stay>
  /** The correlation id of the last command that was taken. */
  readonly last: string | undefined
  /** When it last came back, ms since 1970. */
  readonly resumedAt: number | undefined
}

/** Words that open a place: their hash, and the name that it is salted with, which its bearer had when they were set. */
export interface Key {
  readonly proof: Proof
  readonly name: NameKey
}

/** A time in a room that has ended, by the numbers of what the room was told. */
export interface Stay {
  readonly room: RoomKey
  /** That of its own coming, and that of the last that was for it. */
  readonly since: number
  readonly until: number
  /** The last number of the room, and that of its envelope. */
  readonly last: { readonly seq: number; readonly n: number }
}

/** The way to one client in an audience. No name is in it, so a rename copies no audience. */
export interface Seat<Peer> {
  /** Absent for one who has not come in. */
  readonly id: MemberId | undefined
  /** Absent while the connection is lost. */
  readonly peer: Peer | undefined
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
  /** Who else is told, where the event is of a person who is in other rooms too: of those, who is not in this one. Absent where that is nobody. */
  readonly also?: Audience<Peer> | undefined
  /** Who caused the event; absent when that was the server itself. */
  readonly from?: Origin | undefined
}

/** The next state, and what is to be told to whom, in order. */
export interface Decision<Peer> {
  readonly chat: Chat<Peer>
  readonly told: ReadonlyArray<Envelope<Peer>>
}

/** A chat with nobody in it. Where nothing else is said, nobody's place is kept. */
export const empty = <Peer>(settings: ServerInfo, keep = noKeep, bounds = defaultBounds, history?: History): Chat<Peer> => ({
  settings,
  keep,
  bounds,
  history,
  people: HashMap.empty(),
  clients: HashMap.empty(),
  superseded: HashSet.empty(),
  places: HashMap.empty(),
  names: HashMap.empty(),
  looks: HashMap.empty(),
  accounts: HashMap.empty(),
  letters: HashMap.empty(),
  watchers: HashMap.empty(),
  rooms: HashMap.make([lobby, Room.empty<Peer>({ key: lobby, name: lobby })]),
  operators: HashSet.empty(),
  listeners: HashSet.empty(),
  mostHere: 0,
  departed: [],
  deadlines: Deadlines.none,
  detached: { all: 0, by: HashMap.empty() },
  keptBytes: 0,
  ownBytes: 0,
  historyBytes: 0,
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

/** Whose place this is; `undefined` when it is nobody's. */
export const personAt = <Peer>(chat: Chat<Peer>, proof: Proof): Person<Peer> | undefined =>
  Option.getOrUndefined(Option.flatMap(HashMap.get(chat.places, proof), (id) => HashMap.get(chat.people, id)))

/** The person who bears the name with this key; `undefined` when nobody here does. */
export const personNamed = <Peer>(chat: Chat<Peer>, key: NameKey): Person<Peer> | undefined =>
  Option.getOrUndefined(Option.flatMap(HashMap.get(chat.names, key), (id) => HashMap.get(chat.people, id)))

/** The room with this key; `undefined` where there is none. */
export const roomWith = <Peer>(chat: Chat<Peer>, key: RoomKey): Room.Room<Peer> | undefined => Option.getOrUndefined(HashMap.get(chat.rooms, key))

/** The room with this key, which there is: the lobby, or one that somebody has a place in. */
export const roomOf = <Peer>(chat: Chat<Peer>, key: RoomKey): Room.Room<Peer> => HashMap.unsafeGet(chat.rooms, key)

/** What makes this person a member of the room; `undefined` where it is none. */
export const membershipIn = <Peer>({ rooms }: Person<Peer>, key: RoomKey): Membership | undefined => rooms.find(({ room }) => room === key)

/** The chat in which this person stands in place of the one with its id. */
export const withPerson = <Peer>(chat: Chat<Peer>, person: Person<Peer>): Chat<Peer> => ({ ...chat, people: HashMap.set(chat.people, person.member.id, person) })

/** The chat in which this room stands in place of the one with its key. */
export const withRoom = <Peer>(chat: Chat<Peer>, room: Room.Room<Peer>): Chat<Peer> => ({ ...chat, rooms: HashMap.set(chat.rooms, room.key, room) })

/** When something comes of itself next, ms since 1970; `undefined` where nothing does. */
export const nextDeadline = ({ deadlines }: Pick<Chat<unknown>, "deadlines">): number | undefined => Deadlines.first(deadlines)?.at

/** Who is in a room, in the order of entering. */
export const membersOf = <Peer>(chat: Chat<Peer>, key: RoomKey): ReadonlyArray<Member> =>
  Room.membersAt(roomOf(chat, key).seats, chat.people)
