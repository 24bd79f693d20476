import * as HashMap from "effect/HashMap"
import { type Chat, type ClientId, type Decision, empty, type Person, personOf, personWith, roomOf } from "./Chat.ts"
import * as Commands from "./command/index.ts"
import { type Asker, nothing, tellFew, tellRoom, withRoom } from "./Decision.ts"
import type { Entry } from "./Entry.ts"
import { type LeaveCode, type Member, MemberId, type Reply } from "./Event.ts"
import { unnamed } from "./names.ts"
import { Nickname } from "./Nickname.ts"
import * as Room from "./Room.ts"
import { lobby } from "./RoomName.ts"
import type { Text } from "./Text.ts"

/**
 * Decides a log entry: the next state, and what is told to whom. A pure function,
 * with the same result on every machine. `peerOf` finds the way to a client.
 */
export const apply = <Peer>(before: Chat<Peer>, entry: Entry, peerOf: (client: ClientId) => Peer): Decision<Peer> => {
  if (before.closed) return nothing(before)
  // The time of the state is monotonic, even when the clock that entries are stamped with goes back.
  const chat = { ...before, at: Math.max(before.at, entry.at) }
  switch (entry._tag) {
    case "Command":
      return Commands.decide(chat, askerOf(chat, entry, peerOf), entry.command)
    case "Quit":
    case "Drop":
      return leave(chat, entry.client, entry.code, entry.reason)
    case "Announce":
      if (entry.to !== undefined) return whisperOf(chat, entry.to, entry.text)
      return tellRoom(chat, undefined, entry.room ?? lobby, ({ at, n, room, seq }) => ({ _tag: "Notice", n, seq, at, room, text: entry.text }))
    case "Close":
      return close(chat, entry.reason)
  }
}

/** Answers a question of the client `from`, which `peer` reaches; the state stays as it is. */
export const answer = <Peer>(
  chat: Chat<Peer>,
  from: { readonly client: ClientId; readonly address: string },
  peer: Peer,
  question: Commands.Question
): Reply => Commands.answer(chat, askerOf(chat, from, () => peer), question)

const askerOf = <Peer>(
  chat: Chat<Peer>,
  { address, client }: { readonly client: ClientId; readonly address: string },
  peerOf: (client: ClientId) => Peer
): Asker<Peer> => {
  const person = personOf(chat, client)
  return { origin: { client, address, name: person?.member.name }, seat: person?.seat ?? { id: undefined, peer: peerOf(client) }, person }
}

/** The server, where it whispers: nobody can bear its name, and nobody has its id. */
const server: Member = { id: MemberId.make("server"), name: Nickname.make("server") }

const whisperOf = <Peer>(chat: Chat<Peer>, id: MemberId, text: Text): Decision<Peer> => {
  const person = personWith(chat, id)
  if (person === undefined) return nothing(chat)
  return tellFew(chat, undefined, [person.seat], ({ at, n }) => ({ _tag: "Whispered", n, at, from: server, to: person.member, text }))
}

// Tells the room that a member has left. A client that had not come in leaves without a word to anybody.
const leave = <Peer>(chat: Chat<Peer>, client: ClientId, code: LeaveCode, reason: Text | undefined): Decision<Peer> => {
  const person = personOf(chat, client)
  if (person === undefined) return nothing(chat)
  const gone = without(chat, person)
  const origin = { client, address: person.address, name: person.member.name }
  return tellRoom(gone, origin, lobby, ({ at, n, room, seq }) => ({ _tag: "Left", n, seq, at, room, member: person.member, code, reason }))
}

const without = <Peer>(chat: Chat<Peer>, { client, member: { id }, name }: Person<Peer>): Chat<Peer> => {
  const people = HashMap.remove(chat.people, id)
  const next = { ...unnamed(chat, id, name), people, clients: HashMap.remove(chat.clients, client) }
  return withRoom(next, Room.left(roomOf(next, lobby), id, people))
}

// Tells every member once and empties the chat, so the leaves that follow tell nobody.
const close = <Peer>(chat: Chat<Peer>, reason: Text): Decision<Peer> => {
  const { seats } = roomOf(chat, lobby)
  const told = tellFew(chat, undefined, seats, ({ at, n }) => ({ _tag: "Goodbye", n, at, code: "closing", reason }))
  return { told: told.told, chat: { ...empty<Peer>(chat.settings), lastMember: chat.lastMember, seq: told.chat.seq, at: chat.at, closed: true } }
}
