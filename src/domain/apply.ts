import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import { drop, expire, leave, leaveAs } from "./attachment.ts"
import { type Chat, type ClientId, type Decision, empty, personOf, personWith, roomWith, withPerson } from "./Chat.ts"
import { nodeOf } from "./ClientId.ts"
import * as Deciding from "./command/deciding.ts"
import type { Command, Question } from "./command/index.ts"
import { andThen, type Asker, nothing, tellFew, tellRoom } from "./Decision.ts"
import type { Entry } from "./Entry.ts"
import { type MemberId, server } from "./Member.ts"
import type { Reply } from "./Reply.ts"
import { closingCode, type LeaveCode } from "./LeaveCode.ts"
import { keepOwn } from "./keeping.ts"
import { everybody, outsideLobby } from "./membership.ts"
import { lobby, type RoomKey } from "./RoomName.ts"
import { clean, type Text } from "./Text.ts"

/**
 * Decides a log entry: the next state, and what is told to whom. A pure function,
 * with the same result on every machine. `peerOf` finds the way to a client, where
 * there is one: the client may be another node's, or gone meanwhile.
 */
export const apply = <Peer>(before: Chat<Peer>, entry: Entry, peerOf: (client: ClientId) => Peer | undefined): Decision<Peer> => {
  if (before.closed) return nothing(before)
  // The time of the state is monotonic, even when the clock that entries are stamped with goes back. Many entries come in the same
  // millisecond, and a copy of the state is a good part of what deciding one costs.
  const chat = entry.at > before.at ? { ...before, at: entry.at } : before
  switch (entry._tag) {
    case "Command":
      return command(chat, entry, peerOf)
    case "Quit":
      return leave(chat, entry)
    case "Drop":
      return drop(chat, entry)
    case "Dismiss":
      return dismiss(chat, entry.id, entry.reason)
    case "Expire":
      return expire(chat, Math.max(chat.at, entry.by))
    case "Announce":
      if (entry.to !== undefined) return whisperOf(chat, entry.to, entry.text)
      return announce(chat, entry.text, entry.room)
    case "Rule":
      return Deciding.rule(chat, entry.room, entry.command)
    case "NodeGone":
      return nodeGone(chat, entry.node, { code: "lost", reason: clean("its server is gone") })
    case "NodeCloses":
      return nodeCloses(chat, entry.node, entry.reason)
    case "Close":
      return close(chat, entry.reason, closingCode(entry))
  }
}

const command = <Peer>(before: Chat<Peer>, entry: Extract<Entry, { readonly _tag: "Command" }>, peerOf: (client: ClientId) => Peer | undefined): Decision<Peer> => {
  // The connection is another one by now: what it had sent before is said over that one, or it would be said twice.
  if (HashSet.has(before.superseded, entry.client)) return nothing(before)
  const chat = taken(before, entry.client, entry.command)
  return Deciding.decide(chat, askerOf(chat, entry, peerOf), entry.command)
}

// The chat that remembers the correlation id of the command, whatever comes of it: whoever comes back is told how far its commands were taken.
const taken = <Peer>(chat: Chat<Peer>, client: ClientId, command: Command): Chat<Peer> => {
  const ref = "ref" in command ? command.ref : undefined
  if (ref === undefined) return chat
  const person = personOf(chat, client)
  return person?.place === undefined ? chat : withPerson(chat, { ...person, place: { ...person.place, last: ref } })
}

// Sends away somebody who is not connected; the session of everybody else ends, and becomes an entry by that.
const dismiss = <Peer>(chat: Chat<Peer>, id: MemberId, reason: Text): Decision<Peer> => {
  const person = personWith(chat, id)
  return person?.attachment._tag === "Detached" ? leaveAs(chat, person, { code: "removed", reason }) : nothing(chat)
}

/** Answers a question of the client `from`, which `peer` reaches; the state stays as it is. */
export const answer = <Peer>(
  chat: Chat<Peer>,
  from: { readonly client: ClientId; readonly address: string },
  peer: Peer,
  question: Question
): Reply => Deciding.answer(chat, askerOf(chat, from, () => peer), question)

const askerOf = <Peer>(
  chat: Chat<Peer>,
  { address, client }: { readonly client: ClientId; readonly address: string },
  peerOf: (client: ClientId) => Peer | undefined
): Asker<Peer> => {
  const person = personOf(chat, client)
  return { origin: { client, address, name: person?.member.name }, seat: person?.seat ?? { id: undefined, peer: peerOf(client) }, person }
}

const whisperOf = <Peer>(chat: Chat<Peer>, id: MemberId, text: Text): Decision<Peer> => {
  const person = personWith(chat, id)
  if (person === undefined) return nothing(chat)
  return tellFew(chat, undefined, [person.seat], ({ at, n }) => ({ _tag: "Whispered", n, at, from: server, to: person.member, text }))
}

// Where no room is named, also those hear it who are not in the lobby.
const announce = <Peer>(chat: Chat<Peer>, text: Text, key: RoomKey | undefined): Decision<Peer> => {
  if (key !== undefined && roomWith(chat, key) === undefined) return nothing(chat)
  const { chat: next, told } = tellRoom(chat, undefined, key ?? lobby, ({ at, n, room, seq }) => ({ _tag: "Notice", n, seq, at, room, text }))
  const also = key === undefined ? outsideLobby(next) : []
  return also.length === 0 ? { chat: next, told } : { chat: told.reduce((chat, { event, seq }) => keepOwn(chat, also, seq, event), next), told: told.map((envelope) => ({ ...envelope, also })) }
}

// All connections of the node have ended, in the order in which they began: whoever can come back keeps its place.
const nodeGone = <Peer>(before: Chat<Peer>, node: number, end: { readonly code: LeaveCode; readonly reason: Text }): Decision<Peer> => {
  const superseded = HashSet.filter(before.superseded, (client) => nodeOf(client) !== node)
  const clients = [...HashMap.keys(before.clients)].filter((client) => nodeOf(client) === node).sort((one, other) => one - other)
  return clients.reduce((decision, client) => andThen(decision, (chat) => drop(chat, { client, ...end })), nothing({ ...before, superseded }))
}

// Its people are told that they are lost, so that they come back at another node.
const nodeCloses = <Peer>(chat: Chat<Peer>, node: number, reason: Text): Decision<Peer> => {
  const seats = [...HashMap.values(chat.people)].flatMap(({ attachment, client, seat }) => (attachment._tag === "Here" && nodeOf(client) === node ? [seat] : []))
  const told = tellFew(chat, undefined, seats, ({ at, n }) => ({ _tag: "Goodbye", n, at, code: "lost", reason }))
  return andThen(told, (chat) => nodeGone(chat, node, { code: "closing", reason }))
}

// Tells every member once and empties the chat, so the leaves that follow tell nobody.
const close = <Peer>(chat: Chat<Peer>, reason: Text, code: LeaveCode): Decision<Peer> => {
  const told = tellFew(chat, undefined, everybody(chat), ({ at, n }) => ({ _tag: "Goodbye", n, at, code, reason }))
  return { told: told.told, chat: { ...empty<Peer>(chat.settings, chat.keep, chat.bounds, chat.history), lastMember: chat.lastMember, seq: told.chat.seq, at: chat.at, closed: true } }
}
