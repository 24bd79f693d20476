import * as HashMap from "effect/HashMap"
import type { Join, Rename, Who } from "./Command.ts"
import { announce, type Audience, type Chat, type Client, type Decision, inRoom, notJoined, refused, tell } from "./Decision.ts"
import { Refusal } from "./Refusal.ts"
import { type Member, MemberId } from "./Event.ts"
import { freeName, lookalike, named, unnamed } from "./names.ts"
import type * as Nickname from "./Nickname.ts"
import { lobby } from "./RoomName.ts"
import { lookalikes } from "./wording.ts"

/** How many members a `Welcome` and a page of `Members` name at most. */
export const pageSize = 100

/** Lets a client in under a name. */
export const join = <Peer>(chat: Chat<Peer>, client: Client<Peer>, command: Join): Decision<Peer> => {
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
    ...named(chat, client.id, nickname),
    clients: HashMap.set(chat.clients, client.id, joined),
    members,
    lastMember: chat.lastMember + 1,
    roomSeq
  }
  const told = tell(next, joined, [
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
  return warned(told, nickname, lookalike(chat, nickname))
}

// Whoever looks like another is let in, and everybody is told.
const warned = <Peer>({ chat, told }: Decision<Peer>, name: Nickname.Nickname, other: Nickname.Nickname | undefined): Decision<Peer> => {
  if (other === undefined) return { chat, told }
  const warning = announce(chat, lookalikes(name, other))
  return { chat: warning.chat, told: [...told, ...warning.told] }
}

/** Gives a member another name. */
export const rename = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { nickname }: Rename): Decision<Peer> => {
  const was = client.member
  if (was === undefined) return refused(chat, client, notJoined("change your name"))
  const freed = unnamed(chat, client.id, was.name)
  const name = freeName(freed, { nickname, ifTaken: "refuse" })
  if (name instanceof Refusal) return refused(chat, client, name)
  const renamed: Client<Peer> = { ...client, member: { id: was.id, name } }
  const members = chat.members.map((other) => (other.id === client.id ? renamed : other))
  const next: Chat<Peer> = {
    ...named(freed, client.id, name),
    clients: HashMap.set(chat.clients, client.id, renamed),
    members
  }
  const told = inRoom(next, renamed, {}, "change your name", (member, at) => ({ _tag: "Renamed", ...at, member, was: was.name }))
  return warned(told, name, lookalike(freed, name))
}

/** Names who is here, a page at a time. */
export const who = <Peer>(chat: Chat<Peer>, client: Client<Peer>, { after }: Who): Decision<Peer> => {
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
