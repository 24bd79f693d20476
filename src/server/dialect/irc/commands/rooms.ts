/** Rooms: entering, leaving, and how they are ruled. */
import * as Arr from "effect/Array"
import * as HashMap from "effect/HashMap"
import { type Chat, membershipIn, roomWith } from "../../../../domain/Chat.ts"
import type { RefusalCode } from "../../../../domain/Refusal.ts"
import type { AskedRoom } from "../../../../domain/RoomName.ts"
import { clean, lenient } from "../../../../domain/Text.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client, IrcCommands, Numeric } from "../Client.ts"
import { namesOf } from "../names.ts"
import { channelOf, keyOf, roomOf } from "../tokens.ts"
import { list } from "./list.ts"
import { mode } from "./mode.ts"
import { notThere, rule } from "./rule.ts"
import { describedOf } from "./subscriptions.ts"
import { topicOf } from "./topicOf.ts"

const parts = (list: string): ReadonlyArray<string> => list.split(",").filter((part) => part !== "")

function* join(client: Client, [channels = "", keys = ""]: ReadonlyArray<string>): Iterable<Heard> {
  if (channels === "0") {
    yield* leaveAll(client)
    return
  }
  const words = keys.split(",")
  for (const [index, channel] of parts(channels).entries()) yield* enter(client, channel, words[index])
}

/** How it is said why somebody cannot enter a room, but for a lock. */
const hindrances: Readonly<Partial<Record<RefusalCode, string>>> = { banned: "474", "room-full": "471", "too-many-rooms": "405", "room-name": "403" }

function* enter(client: Client, channel: string, word: string | undefined): Iterable<Heard> {
  const room = roomOf(channel)
  if (room === undefined) {
    yield client.numeric("403", [channel === "" ? "*" : channel], "No such channel")
    return
  }
  // Who is there already is told nothing.
  if (yield* client.see(({ me }) => me !== undefined && membershipIn(me, room.key) !== undefined)) return
  const command = { _tag: "Enter", room } as const
  yield* word === undefined || word === "" ? client.perform(command) : client.do({ _tag: "Sealed", word, command })
  const { refused } = client
  if (refused !== undefined) {
    // Where a word opens the room, that is what is asked for.
    yield client.numerics(({ chat }) => [[hindrances[refused.code] ?? (roomWith(chat, room.key)?.lock?.word === undefined ? "473" : "475"), [channel], refused.message]])
    return
  }
  const entered = client.hears("Entered")
  const { outcome } = client
  if (entered === undefined || outcome === undefined) return
  // Who is there as of one's own coming: whoever comes later is told of as coming.
  yield client.numericsOfComing(channelOf(entered.room), ({ me }) => [
    ...topicOf(roomWith(outcome, room.key)),
    ...namesOf(client, outcome, me, room)
  ], (asking) => describedOf(client, asking, room.key))
}

function* leaveAll(client: Client): Iterable<Heard> {
  const rooms = yield* client.see(({ chat, me }) => (me?.rooms ?? []).flatMap(({ room }) => roomWith(chat, room)?.name ?? []))
  for (const channel of (rooms ?? []).map(channelOf)) yield* leave(client, channel, "")
}

function* part(client: Client, [channels = "", reason = ""]: ReadonlyArray<string>): Iterable<Heard> {
  for (const channel of parts(channels)) yield* leave(client, channel, reason)
}

function* leave(client: Client, channel: string, reason: string): Iterable<Heard> {
  const room = roomOf(channel)
  if (room !== undefined) {
    const why = lenient(reason)
    yield* client.perform({ _tag: "Exit", room, ...(why === undefined ? {} : { reason: why }) })
    if (client.refused === undefined) return
  }
  yield* notThere(client, channel, room)
}

function* topic(client: Client, params: ReadonlyArray<string>): Iterable<Heard> {
  const [channel = "", text] = params
  const room = roomOf(channel)
  if (text === undefined) {
    yield client.numerics(({ chat, me }) => {
      const found = room === undefined ? undefined : roomWith(chat, room.key)
      if (found === undefined) return [["403", [channel], "No such channel"]]
      if (me === undefined || membershipIn(me, found.key) === undefined) return [["442", [channel], "You're not on that channel"]]
      return found.topic === undefined ? [["331", [channelOf(found.name)], "No topic is set"]] : topicOf(found)
    })
    return
  }
  if (room === undefined) yield* notThere(client, channel, room)
  else yield* rule(client, channel, room, { _tag: "Topic", room, text: clean(text) })
}

function* kick(client: Client, [channels = "", nicks = "", reason = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const rooms = parts(channels)
  const people = parts(nicks)
  // One room for all, or one for each of them.
  for (const [index, nick] of people.entries()) {
    const channel = rooms.length === 1 ? rooms[0] : rooms[index]
    if (channel !== undefined) yield* putOut(client, channel, nick, reason)
  }
}

function* putOut(client: Client, channel: string, nick: string, reason: string): Iterable<Heard> {
  const room = roomOf(channel)
  if (room === undefined) {
    yield* notThere(client, channel, room)
    return
  }
  const why = lenient(reason)
  yield* rule(client, channel, room, { _tag: "Moderate", room, deed: "kick", target: { _tag: "Name", key: keyOf(nick) }, ...(why === undefined ? {} : { reason: why }) }, nick)
}

function* invite(client: Client, [nick, channel]: ReadonlyArray<string>): Iterable<Heard> {
  if (nick === undefined) {
    yield* invitations(client)
    return
  }
  if (channel === undefined) {
    yield client.numeric("461", ["INVITE"], "Not enough parameters")
    return
  }
  const room = roomOf(channel)
  if (room === undefined) {
    yield* notThere(client, channel, room)
    return
  }
  yield* client.perform({ _tag: "Invite", room, target: { _tag: "Name", key: keyOf(nick) } })
  const { refused } = client
  if (refused === undefined) {
    yield client.numeric("341", [nick, channelOf(room.name)])
    return
  }
  switch (refused.code) {
    case "not-in-room":
      yield* notThere(client, channel, room)
      break
    case "no-such-member":
      yield client.numeric("401", [nick], "No such nick/channel")
      break
    case "no-change":
      yield client.numeric("443", [nick, channel], "is already on channel")
      break
    default:
      yield client.numeric("482", [channel], refused.message)
  }
}

function* invitations(client: Client): Iterable<Heard> {
  yield client.numerics(({ at, chat, me }) => [
    ...[...HashMap.values(chat.rooms)]
      .filter(({ invited }) => invited.some(({ id, until }) => id === me?.member.id && until > at))
      .map(({ name }): Numeric => ["336", [channelOf(name)]]),
    ["337", [], "End of /INVITE list"]
  ])
}

/** So many people are named in one turn of the event loop, or those of one room. */
const namedAtOnce = 500

// Rooms in parts: each is looked at as a whole, for who is told of its moves meanwhile is told of them behind its names.
const inParts = (rooms: ReadonlyArray<AskedRoom>, chat: Chat<unknown>): ReadonlyArray<ReadonlyArray<AskedRoom>> => {
  const parts: Array<Array<AskedRoom>> = [[]]
  let size = 0
  for (const { key, name } of rooms) {
    // Also a room that nobody is in, or that is not there, has to be looked for.
    const more = 1 + (roomWith(chat, key)?.seats.length ?? 0)
    if (size > 0 && size + more > namedAtOnce) {
      parts.push([])
      size = 0
    }
    parts.at(-1)?.push({ key, name })
    size += more
  }
  return parts
}

// Without a room, all that may be seen are meant. However many are asked for, there is one end.
function* names(client: Client, [channels]: ReadonlyArray<string>): Iterable<Heard> {
  const asked = channels === undefined ? undefined : Arr.dedupeWith(parts(channels).flatMap((channel) => roomOf(channel) ?? []), (one, other) => one.key === other.key)
  const found = (yield* client.see(({ chat }) => inParts(asked ?? [...HashMap.values(chat.rooms)], chat))) ?? []
  for (const [index, part] of found.entries()) {
    const end: ReadonlyArray<Numeric> = index === found.length - 1 ? [["366", [channels ?? "*"], "End of /NAMES list."]] : []
    yield client.numerics(({ chat, me }) => [...part.flatMap((room) => namesOf(client, chat, me, room).slice(0, -1)), ...end])
  }
}

/** The commands about rooms. */
export const rooms: IrcCommands = {
  INVITE: { least: 0, run: invite },
  JOIN: { least: 1, run: join },
  KICK: { least: 2, run: kick },
  LIST: { least: 0, run: list },
  MODE: { least: 1, isAskedOnComing: ([, letters = "", mask]) => mask === undefined && /^\+?b?$/u.test(letters), run: mode },
  NAMES: { least: 0, isAskedOnComing: () => true, run: names },
  PART: { least: 1, run: part },
  TOPIC: { least: 1, run: topic }
}
