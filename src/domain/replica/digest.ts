import * as Hash from "effect/Hash"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import type { Account } from "../Account.ts"
import type { Chat, Person } from "../Chat.ts"
import * as Deadlines from "../Deadlines.ts"
import type { Room } from "../Room.ts"
import type * as Window from "../Window.ts"

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
