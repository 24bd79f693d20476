/** The keys that one client subscribes to, and what it is told of these. */
import * as Arr from "effect/Array"
import { type Chat, type Person, personNamed, personWith, roomOf as roomAt, roomWith } from "../../../../domain/Chat.ts"
import type { Room } from "../../../../domain/Room.ts"
import type { RoomKey } from "../../../../domain/RoomName.ts"
import type { Heard } from "../../Dialect.ts"
import { batch, openBatch } from "../batch.ts"
import type { Asking, Client } from "../Client.ts"
import { middle } from "../lines.ts"
import { type Described, draftOf, mostSubscriptions, news } from "../metadata.ts"
import { isHere } from "../person.ts"
import { channelOf, isChannel, keyOf, nickOf, roomOf } from "../tokens.ts"
import { fail, invalidKey, isKey, isMe, isThird, isWrong, missing, noTarget, type Wrong, wrong } from "./described.ts"

/** What stands for all that a client is told the changes of. */
const everything = "*ALL"

/** How many people are in a room at most whose values are told to who enters it at once. In a larger one they are asked for later. */
const mostAtOnce = 200

/** What is looked at for each of them costs as much as so many bytes of an answer. */
const lookBytes = 16

/** Replies that name these keys, as many as it takes. */
const naming = (client: Client, nick: string, code: string, keys: ReadonlyArray<string>): ReadonlyArray<string> => Arr.chunksOf(keys, 8).map((part) => client.numericOf(nick, [code, part]))

function* subscribe(client: Client, keys: ReadonlyArray<string>): Iterable<Heard> {
  const next = new Set(client.subscriptions)
  const done: Array<string> = []
  const warnings: Array<string> = []
  for (const key of keys) {
    if (!isKey(key)) warnings.push(wrong(client, isThird(client) ? "WARN" : "FAIL", invalidKey(client, key)))
    else if (!next.has(key) && next.size >= mostSubscriptions) {
      warnings.push(wrong(client, "FAIL", [isThird(client) ? "LIMIT_REACHED" : "TOO_MANY_SUBS", [key], `You can subscribe to ${mostSubscriptions} keys`]))
      break
    } else {
      next.add(key)
      done.push(key)
    }
  }
  const isMore = next.size > client.subscriptions.size
  client.subscriptions = next
  yield client.look(({ chat, me, nick }) => {
    const later = me === undefined || !isMore ? [] : isThird(client) ? [everything] : me.rooms.map(({ room }) => channelOf(roomAt(chat, room).name))
    return [...naming(client, nick, "770", Arr.dedupe(done)), ...warnings, ...later.map((target) => syncLater(client, nick, target))]
  }, true)
}

const syncLater = (client: Client, nick: string, target: string): string => client.numericOf(nick, ["774", [target, "1"], "Ask for this by METADATA SYNC"])

function* unsubscribe(client: Client, keys: ReadonlyArray<string>): Iterable<Heard> {
  const [bad, good] = Arr.partition(keys, isKey)
  client.subscriptions = new Set([...client.subscriptions].filter((key) => !good.some((one) => one === key)))
  yield client.look(({ nick }) => [...naming(client, nick, "771", Arr.dedupe(good)), ...bad.map((key) => wrong(client, isThird(client) ? "WARN" : "FAIL", invalidKey(client, key)))], true)
}

/** The lines that tell a client those values of a target that it subscribes to. */
const subscribed = (client: Client, nick: string, target: string, metadata: ReadonlyArray<Described>): ReadonlyArray<string> =>
  metadata.filter(({ key }) => client.subscriptions.has(key)).map((entry) => news(draftOf(client.capabilities) ?? 3, client.hearing.serverName, nick, target, undefined, entry))

const peopleIn = (chat: Chat<unknown>, seats: Room<unknown>["seats"]): ReadonlyArray<Person<unknown>> => seats.flatMap(({ id }) => (id === undefined ? [] : (personWith(chat, id) ?? [])))

const ofPerson = (client: Client, nick: string, { member, metadata }: Person<unknown>): ReadonlyArray<string> => subscribed(client, nick, nickOf(member.name), metadata)

const ofRoom = (client: Client, nick: string, { metadata, name }: Room<unknown>): ReadonlyArray<string> => subscribed(client, nick, channelOf(name), metadata)

/** What a client is told of what a room, and who is in it, are described by when it has just come into it. */
export const describedOf = (client: Client, { chat, me, nick }: Asking, key: RoomKey): ReadonlyArray<string> => {
  const room = draftOf(client.capabilities) === undefined || client.subscriptions.size === 0 ? undefined : roomWith(chat, key)
  if (room === undefined) return []
  const channel = channelOf(room.name)
  if (room.seats.length > mostAtOnce) return [syncLater(client, nick, channel)]
  const lines = [...ofRoom(client, nick, room), ...peopleIn(chat, room.seats).flatMap((person) => (person.member.id === me?.member.id ? [] : ofPerson(client, nick, person)))]
  return lines.length === 0 ? [] : batch(client, "metadata", `metadata ${channel}`, lines)
}

/** What a client is told that these people are described by, for whom it watches from now on. */
export const describedPeople = (client: Client, { nick }: Asking, people: ReadonlyArray<Person<unknown>>): ReadonlyArray<string> => {
  const lines = people.flatMap((person) => ofPerson(client, nick, person))
  return lines.length === 0 ? [] : batch(client, "metadata", `metadata ${nick}`, lines)
}

/** What a client that comes in is told that it is described by itself. */
export const ownDescription = (client: Client, { me, nick }: Asking): ReadonlyArray<string> => {
  const draft = draftOf(client.capabilities)
  return draft === undefined ? [] : batch(client, "metadata", `metadata ${nick}`, (me?.metadata ?? []).map((entry) => news(draft, client.hearing.serverName, nick, nick, undefined, entry)))
}

/** The rooms, and single people besides, whose values somebody asks for. */
interface Scope {
  readonly chat: Chat<unknown>
  readonly rooms: ReadonlyArray<Room<unknown>>
  readonly people: ReadonlyArray<Person<unknown>>
}

const scopeOf = (asking: Asking, target: string): Scope | Wrong => {
  const { chat, me } = asking
  if (me === undefined) return noTarget(target)
  if (target === everything) {
    const watched = me.watched.flatMap(({ key }) => personNamed(chat, key) ?? [])
    return { chat, rooms: me.rooms.map(({ room }) => roomAt(chat, room)), people: [me, ...watched.filter(isHere)] }
  }
  if (!isChannel(target)) {
    const person = isMe(target, asking) ? me : personNamed(chat, keyOf(target))
    return person === undefined || !isHere(person) ? noTarget(target) : { chat, rooms: [], people: [person] }
  }
  const room = me.rooms.map(({ room }) => roomAt(chat, room)).find(({ key }) => key === roomOf(target)?.key)
  return room === undefined ? ["INVALID_TARGET", [target], "You are in no such room"] : { chat, rooms: [room], people: [] }
}

/** Tells a client all that it subscribes to. People are told of a part at a time, and each once, in however many rooms it is. */
export function* sync(client: Client, target: string): Iterable<Heard> {
  const scope = yield* client.see((asking) => scopeOf(asking, target))
  if (scope === undefined) return
  if (isWrong(scope)) {
    yield fail(client, ...scope)
    return
  }
  const opened = openBatch(client, "metadata", `metadata ${middle(target)}`)
  const told = new Set<Person<unknown>>()
  const linesOf = (people: ReadonlyArray<Person<unknown>>, nick: string): ReadonlyArray<string> =>
    people.flatMap((person) => {
      if (told.has(person)) return []
      told.add(person)
      return ofPerson(client, nick, person)
    })
  const inBatch = (lines: ReadonlyArray<string>): ReadonlyArray<string> => (opened === undefined ? lines : lines.map(opened.with))
  yield client.look(({ nick }) => [...(opened === undefined ? [] : [opened.start]), ...inBatch([...scope.rooms.flatMap((room) => ofRoom(client, nick, room)), ...linesOf(scope.people, nick)])])
  for (const { seats } of scope.rooms) {
    yield* client.looksAbout(seats, lookBytes, (part, { nick }) => inBatch(linesOf(peopleIn(scope.chat, part), nick)))
  }
  if (opened !== undefined) yield client.look(() => [opened.end])
}

/** The commands about one's own subscriptions. */
export function* ofSubscriptions(client: Client, target: string, subcommand: string, keys: ReadonlyArray<string>): Iterable<Heard> {
  if ((yield* client.see((asking) => isMe(target, asking))) !== true) yield fail(client, "INVALID_TARGET", [target], "You can subscribe for yourself, *")
  else if (subcommand === "SUBS") yield client.look(({ nick }) => batch(client, "metadata", "metadata-subs", naming(client, nick, "772", [...client.subscriptions])))
  else if (keys.length === 0) yield missing(client, subcommand)
  else yield* subcommand === "SUB" ? subscribe(client, keys) : unsubscribe(client, keys)
}
