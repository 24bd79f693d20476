import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Address, Command, Join, Rename, Who } from "./Command.ts"
import * as Commands from "./commands.ts"
import { Refusal } from "./Errors.ts"
import type { Event, LeaveCode, Limits, Member, Observation } from "./Event.ts"
import { MemberId } from "./Event.ts"
import * as Nickname from "./Nickname.ts"
import { lobby } from "./RoomName.ts"
import * as Text from "./Text.ts"

/** The number of a connection, never given to another one. */
export type ClientId = number

/**
 * A connection that the chat knows. `peer` is whatever reaches it: the chat
 * carries it and never looks inside.
 */
export interface Client<Peer> {
  readonly id: ClientId
  readonly address: string
  readonly peer: Peer
  /** Absent until it has joined. */
  readonly member?: Member
}

/** Those an event is for. Shared by reference: it is the member list at the moment of the decision. */
export type Audience<Peer> = ReadonlyArray<Client<Peer>>

/** Something that happened, and who is to be told. */
export interface Envelope<Peer> {
  /** The order of everything, without gaps. */
  readonly seq: number
  readonly event: Event | Observation
  readonly audience: Audience<Peer>
  /** Whether it is for a whole room; the rest is for those few it concerns. */
  readonly toRoom: boolean
  /** The connection that caused it; absent when the server itself did. */
  readonly from: Client<Peer> | undefined
}

/** What every newcomer is told about the server. */
export interface Settings {
  readonly server: string
  readonly limits: Limits
}

/** Who is here and under which name: the whole state of the chat, immutable. */
export interface Chat<Peer> {
  readonly settings: Settings
  readonly clients: HashMap.HashMap<ClientId, Client<Peer>>
  readonly names: HashMap.HashMap<Nickname.NameKey, ClientId>
  /** In the order of joining. */
  readonly members: Audience<Peer>
  readonly lastClient: ClientId
  readonly lastMember: number
  /** The number of the last envelope. */
  readonly seq: number
  /** The number of the last event told to the whole room. */
  readonly roomSeq: number
  /** The time of the last decision, ms. */
  readonly at: number
  readonly closed: boolean
}

/** The next state, and what is to be told to whom, in order. */
export interface Decision<Peer> {
  readonly chat: Chat<Peer>
  readonly told: ReadonlyArray<Envelope<Peer>>
}

/** How many members a `Welcome` and a page of `Members` name at most. */
export const pageSize = 100

/** A chat with nobody in it. */
export const empty = <Peer>(settings: Settings): Chat<Peer> => ({
  settings,
  clients: HashMap.empty(),
  names: HashMap.empty(),
  members: [],
  lastClient: 0,
  lastMember: 0,
  seq: 0,
  roomSeq: 0,
  at: 0,
  closed: false
})

/**
 * A connection is there; it is nobody yet. Its id is the new chat's
 * `lastClient`. After the close nobody is taken in.
 */
export const connect = <Peer>(chat: Chat<Peer>, address: string, peer: Peer, now: number): Decision<Peer> => {
  const next = tick(chat, now)
  const client: Client<Peer> = { id: next.lastClient + 1, address, peer }
  const known = { ...next, lastClient: client.id }
  if (known.closed) return { chat: known, told: [] }
  return tell({ ...known, clients: HashMap.set(known.clients, client.id, client) }, client, [
    [{ _tag: "Connected", at: next.at }, []]
  ])
}

/**
 * What a client asks, decided: a pure function from the state and the command
 * to the next state and what is to be told. `now` is in ms since 1970. A
 * command of a connection that the chat does not know changes nothing.
 */
export const decide = <Peer>(chat: Chat<Peer>, from: ClientId, command: Command, now: number): Decision<Peer> =>
  withClient(chat, from, now, (next, client) => {
    switch (command._tag) {
      case "Join":
        return join(next, client, command)
      case "Say":
        return inRoom(next, client, command, "say something", (from, at) => ({ _tag: "Said", ...at, from, text: command.text, ref: command.ref }))
      case "Act":
        return inRoom(next, client, command, "do something", (from, at) => ({ _tag: "Acted", ...at, from, text: command.text, ref: command.ref }))
      case "Whisper":
        return whisper(next, client, command, next.members.find(({ member }) => member?.id === command.to))
      case "Address":
        return address(next, client, command)
      case "Rename":
        return rename(next, client, command)
      case "Help":
        return tell(next, client, [[{ _tag: "Help", at: next.at, lines: Commands.help(Commands.roomCommands).map(Text.clean) }, [client]]])
      case "Who":
        return who(next, client, command)
      case "Ping":
        return tell(next, client, [[{ _tag: "Pong", at: next.at, ref: command.ref }, [client]]])
    }
  })

/** What a client sent is not even a command: it is told so, nobody else notices. */
export const refuse = <Peer>(chat: Chat<Peer>, from: ClientId, refusal: Refusal, now: number): Decision<Peer> =>
  withClient(chat, from, now, (next, client) => refused(next, client, refusal))

/** A connection is gone. The room is told if it was a member; of a closed chat nobody is told. */
export const leave = <Peer>(
  chat: Chat<Peer>,
  from: ClientId,
  code: LeaveCode,
  reason: Text.Text | undefined,
  now: number
): Decision<Peer> =>
  withClient(chat, from, now, (next, client) => {
    const clients = HashMap.remove(next.clients, client.id)
    const member = client.member
    if (member === undefined) {
      return tell({ ...next, clients }, client, [[{ _tag: "Disconnected", at: next.at, code, reason }, []]])
    }
    const members = next.members.filter((other) => other.id !== client.id)
    const names = HashMap.remove(next.names, Nickname.key(member.name))
    const roomSeq = next.roomSeq + 1
    const left = { _tag: "Left", seq: roomSeq, at: next.at, room: lobby, member, code, reason } as const
    return tell({ ...next, clients, members, names, roomSeq }, client, [[left, members]])
  })

/** The server speaks to everybody in the room. */
export const announce = <Peer>(chat: Chat<Peer>, text: Text.Text, now: number): Decision<Peer> => {
  const next = tick(chat, now)
  if (next.closed) return { chat: next, told: [] }
  const roomSeq = next.roomSeq + 1
  return tell({ ...next, roomSeq }, undefined, [
    [{ _tag: "Notice", seq: roomSeq, at: next.at, room: lobby, text }, next.members]
  ])
}

/** The server closes: every member is told once, and the leaves that follow tell nobody. */
export const close = <Peer>(chat: Chat<Peer>, reason: Text.Text, now: number): Decision<Peer> => {
  const next = tick(chat, now)
  if (next.closed) return { chat: next, told: [] }
  const emptied = { ...next, clients: HashMap.empty(), names: HashMap.empty(), members: [], closed: true } as const
  return tell(emptied, undefined, [[{ _tag: "Goodbye", at: next.at, code: "closing", reason }, next.members]])
}

const join = <Peer>(chat: Chat<Peer>, client: Client<Peer>, command: Join): Decision<Peer> => {
  if (client.member !== undefined) {
    return refused(chat, client, new Refusal({ code: "already-joined", message: `You are here as ${client.member.name}.` }))
  }
  const nickname = freeName(chat, command)
  if (nickname instanceof Refusal) return refused(chat, client, nickname)
  const member: Member = { id: MemberId.make(`m${chat.lastMember + 1}`), name: nickname }
  const joined: Client<Peer> = { ...client, member }
  const members = [...chat.members, joined]
  const roomSeq = chat.roomSeq + 1
  const next: Chat<Peer> = {
    ...chat,
    clients: HashMap.set(chat.clients, client.id, joined),
    names: HashMap.set(chat.names, Nickname.key(nickname), client.id),
    members,
    lastMember: chat.lastMember + 1,
    roomSeq
  }
  return tell(next, joined, [
    [
      {
        _tag: "Welcome",
        seq: roomSeq,
        at: chat.at,
        room: lobby,
        you: member,
        asked: nickname === command.nickname ? undefined : command.nickname,
        here: members.length,
        members: identities(members.slice(0, pageSize)),
        ...chat.settings
      },
      [joined]
    ],
    [{ _tag: "Joined", seq: roomSeq, at: chat.at, room: lobby, member }, chat.members]
  ])
}

const freeName = <Peer>(chat: Chat<Peer>, { ifTaken, nickname }: Pick<Join, "ifTaken" | "nickname">): Nickname.Nickname | Refusal => {
  const taken = (name: Nickname.Nickname) => HashMap.has(chat.names, Nickname.key(name))
  const reserved = Nickname.isReserved(nickname)
  if (!reserved && !taken(nickname)) return nickname
  if (ifTaken === "refuse") {
    return reserved
      ? new Refusal({ code: "name-reserved", message: `The name ${nickname} is reserved: choose another.` })
      : new Refusal({ code: "name-taken", message: `The name ${nickname} is taken: choose another.` })
  }
  let n = 2
  while (taken(Nickname.numbered(nickname, n))) n += 1
  return Nickname.numbered(nickname, n)
}

interface InRoom {
  readonly seq: number
  readonly at: number
  readonly room: typeof lobby
}

// What a member does before the whole room.
const inRoom = <Peer>(
  chat: Chat<Peer>,
  client: Client<Peer>,
  { ref }: { readonly ref?: string | undefined },
  what: string,
  event: (from: Member, at: InRoom) => Event
): Decision<Peer> => {
  if (client.member === undefined) return refused(chat, client, notJoined(what, ref))
  const roomSeq = chat.roomSeq + 1
  return tell({ ...chat, roomSeq }, client, [
    [event(client.member, { seq: roomSeq, at: chat.at, room: lobby }), chat.members]
  ])
}

const whisper = <Peer>(
  chat: Chat<Peer>,
  client: Client<Peer>,
  { ref, text }: { readonly ref?: string | undefined; readonly text: Text.Text },
  to: Client<Peer> | undefined,
  nobody = "Nobody here has that name."
): Decision<Peer> => {
  const from = client.member
  if (from === undefined) return refused(chat, client, notJoined("say something", ref))
  if (to?.member === undefined) {
    return refused(chat, client, new Refusal({ code: "no-such-member", message: nobody, ref }))
  }
  return tell(chat, client, [
    [{ _tag: "Whispered", at: chat.at, from, to: to.member, text, ref }, to.id === client.id ? [client] : [to, client]]
  ])
}

const address = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { words }: Address): Decision<Peer> => {
  const found = Commands.addressee(words, (key) =>
    Option.getOrUndefined(Option.flatMap(HashMap.get(chat.names, key), (id) => HashMap.get(chat.clients, id)))
  )
  const text = Text.lenient(found?.text ?? "")
  return found !== undefined && text === undefined
    ? refused(chat, client, new Refusal({ code: "text-empty", message: "Type what to say: /msg NAME TEXT" }))
    : whisper(chat, client, { text: text ?? words }, found?.to, "Nobody here has that name: /who shows who is here.")
}

const rename = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { nickname }: Rename): Decision<Peer> => {
  const was = client.member
  if (was === undefined) return refused(chat, client, notJoined("change your name"))
  const freed = { ...chat, names: HashMap.remove(chat.names, Nickname.key(was.name)) }
  const name = freeName(freed, { nickname, ifTaken: "refuse" })
  if (name instanceof Refusal) return refused(chat, client, name)
  const renamed: Client<Peer> = { ...client, member: { id: was.id, name } }
  const members = chat.members.map((other) => (other.id === client.id ? renamed : other))
  const next: Chat<Peer> = {
    ...freed,
    clients: HashMap.set(chat.clients, client.id, renamed),
    names: HashMap.set(freed.names, Nickname.key(name), client.id),
    members
  }
  return inRoom(next, renamed, {}, "change your name", (member, at) => ({ _tag: "Renamed", ...at, member, was: was.name }))
}

const who = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { after }: Who): Decision<Peer> => {
  if (client.member === undefined) return refused(chat, client, notJoined("see who is here"))
  const start = after === undefined ? 0 : ordinal(after)
  const rest = chat.members.filter(({ member }) => member !== undefined && ordinal(member.id) > start)
  return tell(chat, client, [
    [
      {
        _tag: "Members",
        at: chat.at,
        here: chat.members.length,
        members: identities(rest.slice(0, pageSize)),
        more: rest.length > pageSize
      },
      [client]
    ]
  ])
}

// Ids count the joins, so a page goes on where the last one ended even when
// its last member has left since. An id of somebody else's making asks for nothing.
const ordinal = (id: MemberId): number => {
  const n = Number(id.slice(1))
  return Number.isSafeInteger(n) ? n : Number.MAX_SAFE_INTEGER
}

const identities = <Peer>(clients: Audience<Peer>): ReadonlyArray<Member> =>
  clients.flatMap(({ member }) => (member === undefined ? [] : [member]))

const notJoined = (what: string, ref?: string) =>
  new Refusal({ code: "not-joined", message: `Say hello with a name before you ${what}.`, ref })

const refused = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { code, message, ref }: Refusal): Decision<Peer> =>
  tell(chat, client, [[{ _tag: "Refused", at: chat.at, code, message: Text.clean(message), ref }, [client]]])

// Time never goes back, whatever the clock does.
const tick = <Peer>(chat: Chat<Peer>, now: number): Chat<Peer> => ({ ...chat, at: Math.max(chat.at, now) })

const withClient = <Peer>(
  chat: Chat<Peer>,
  id: ClientId,
  now: number,
  f: (chat: Chat<Peer>, client: Client<Peer>) => Decision<Peer>
): Decision<Peer> =>
  Option.match(HashMap.get(chat.clients, id), {
    onNone: () => ({ chat, told: [] }),
    onSome: (client) => f(tick(chat, now), client)
  })

const tell = <Peer>(
  chat: Chat<Peer>,
  from: Client<Peer> | undefined,
  events: ReadonlyArray<readonly [Event | Observation, Audience<Peer>]>
): Decision<Peer> => ({
  chat: { ...chat, seq: chat.seq + events.length },
  told: events.map(([event, audience], index) => ({
    seq: chat.seq + index + 1,
    event,
    audience,
    toRoom: "room" in event && event._tag !== "Welcome",
    from
  }))
})
