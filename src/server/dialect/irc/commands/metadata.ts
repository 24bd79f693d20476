/** `METADATA`: what people and rooms are described by. See https://ircv3.net/specs/extensions/metadata. */
import { longestValue, type MetadataKey, mostKeys, valueOf, withValue } from "../../../../domain/metadata.ts"
import type { AskedRoom } from "../../../../domain/RoomName.ts"
import { clean, type Text } from "../../../../domain/Text.ts"
import type { Heard } from "../../Dialect.ts"
import { batch } from "../batch.ts"
import type { Client, IrcCommands } from "../Client.ts"
import { keyValue } from "../metadata.ts"
import { channelOf, roomOf } from "../tokens.ts"
import { fail, find, invalidKey, isKey, isMe, isThird, isWrong, missing, noTarget, type Target, type Wrong, wrong } from "./described.ts"
import { ofSubscriptions, sync } from "./subscriptions.ts"

/** The lines that tell this client what it asked for, with its own words behind it. */
const answer = (client: Client, target: string, lines: (found: Target, nick: string) => ReadonlyArray<string>): Heard =>
  client.look((asking) => {
    const found = find(client, asking, target)
    return isWrong(found) ? [wrong(client, "FAIL", found)] : batch(client, "metadata", `metadata ${found.name}`, lines(found, asking.nick))
  })

function* get(client: Client, target: string, keys: ReadonlyArray<string>): Iterable<Heard> {
  if (keys.length === 0) yield missing(client, "GET")
  else {
    yield answer(client, target, ({ metadata, name }, nick) =>
      keys.map((key) => (isKey(key) ? keyValue(client.hearing.serverName, nick, name, { key, value: valueOf(metadata, key) }) : wrong(client, isThird(client) ? "WARN" : "FAIL", invalidKey(client, key))))
    )
  }
}

function* list(client: Client, target: string): Iterable<Heard> {
  yield answer(client, target, ({ metadata, name }, nick) => metadata.map((entry) => keyValue(client.hearing.serverName, nick, name, entry)))
}

/** Whom or what a client wants to describe; or why it cannot. */
type Subject = { readonly _tag: "Self" } | { readonly _tag: "Room"; readonly room: AskedRoom }

function* subjectOf(client: Client, target: string, key: string): Generator<Heard, Subject | Wrong> {
  if (yield* client.see((asking) => isMe(target, asking))) return { _tag: "Self" }
  const room = roomOf(target)
  if (client.isIn && room !== undefined) return { _tag: "Room", room }
  const found = yield* client.see((asking) => find(client, asking, target))
  return found === undefined || isWrong(found) ? noTarget(target) : ["KEY_NO_PERMISSION", [target, key], "Nobody but itself can describe it"]
}

/** Why the command was refused that was performed last; `undefined` where it was not. */
const refusal = (client: Client, target: string, key: string): Wrong | undefined => {
  const { refused } = client
  if (refused === undefined) return undefined
  switch (refused.code) {
    case "not-kept":
      return ["LIMIT_REACHED", [target], refused.message]
    case "no-change":
      return isThird(client) ? undefined : ["KEY_NOT_SET", [target, key], refused.message]
    default:
      return ["KEY_NO_PERMISSION", [target, key], refused.message]
  }
}

function* set(client: Client, target: string, [key, raw]: ReadonlyArray<string>): Iterable<Heard> {
  if (key === undefined) {
    yield missing(client, "SET")
    return
  }
  if (!isKey(key)) {
    yield fail(client, ...invalidKey(client, key))
    return
  }
  if (Buffer.byteLength(raw ?? "") > longestValue) {
    const words = `A value has at most ${longestValue} bytes`
    yield isThird(client) ? fail(client, "INVALID_VALUE", [key], words) : fail(client, "VALUE_INVALID", [], words)
    return
  }
  const subject = yield* subjectOf(client, target, key)
  if (isWrong(subject)) {
    yield fail(client, ...subject)
    return
  }
  const value = raw === undefined || (raw === "" && isThird(client)) ? undefined : clean(raw)
  const why = client.isIn ? yield* perform(client, target, subject, { key, value }) : setEarly(client, target, key, value)
  yield why === undefined
    ? client.look(({ nick }) => [keyValue(client.hearing.serverName, nick, subject._tag === "Self" ? nick : channelOf(subject.room.name), { key, value })])
    : fail(client, ...why)
}

function* perform(client: Client, target: string, subject: Subject, { key, value }: { readonly key?: MetadataKey; readonly value?: Text | undefined }): Generator<Heard, Wrong | undefined> {
  yield* client.perform({ _tag: "SetMetadata", ...(subject._tag === "Self" ? {} : { room: subject.room }), ...(key === undefined ? {} : { key }), ...(value === undefined ? {} : { value }) })
  const why = refusal(client, target, key ?? "*")
  if (why === undefined || subject._tag === "Self" || client.refused?.code !== "not-in-room") return why
  const found = yield* client.see((asking) => find(client, asking, target))
  return found === undefined || (isWrong(found) && found[0] === "INVALID_TARGET") ? noTarget(target) : why
}

// Who has not come in yet describes what it will be.
const setEarly = (client: Client, target: string, key: MetadataKey, value: Text | undefined): Wrong | undefined => {
  const { metadata } = client.registration
  if (value !== undefined && valueOf(metadata, key) === undefined && metadata.length >= mostKeys) return ["LIMIT_REACHED", [target], `There are as many keys with a value as can be (${mostKeys}): take one away first.`]
  client.registration = { ...client.registration, metadata: withValue(metadata, key, value) }
  return undefined
}

/** Has the chat know what a client has said of itself before it came in. */
export function* describeSelf(client: Client): Iterable<Heard> {
  const { metadata } = client.registration
  client.registration = { ...client.registration, metadata: [] }
  for (const { key, value } of metadata) yield* client.perform({ _tag: "SetMetadata", key, value })
}

function* clear(client: Client, target: string): Iterable<Heard> {
  const subject = yield* subjectOf(client, target, "*")
  if (isWrong(subject)) {
    yield fail(client, ...subject)
    return
  }
  const before = yield* client.see((asking) => find(client, asking, target))
  const why = client.isIn ? yield* perform(client, target, subject, {}) : undefined
  client.registration = { ...client.registration, metadata: [] }
  if (why !== undefined) yield fail(client, ...why)
  else if (before !== undefined && !isWrong(before)) {
    yield client.look(({ nick }) => batch(client, "metadata", `metadata ${before.name}`, before.metadata.map(({ key }) => keyValue(client.hearing.serverName, nick, before.name, { key }))))
  }
}

/** The command `METADATA`. */
export const metadata: IrcCommands[string] = {
  least: 0,
  isEarly: true,
  run: function* (client, [target = "", name = "", ...params]) {
    const subcommand = name.toUpperCase()
    switch (subcommand) {
      case "GET":
        yield* get(client, target, params)
        return
      case "LIST":
        yield* list(client, target)
        return
      case "SET":
        yield* set(client, target, params)
        return
      case "CLEAR":
        yield* clear(client, target)
        return
      case "SUB":
      case "UNSUB":
      case "SUBS":
        yield* ofSubscriptions(client, target, subcommand, params)
        return
      case "SYNC":
        yield* sync(client, target)
        return
      default:
        yield name === "" ? missing(client, "*") : fail(client, isThird(client) ? "INVALID_PARAMS" : "SUBCOMMAND_INVALID", [name], "Type METADATA TARGET GET, LIST, SET, CLEAR, SUB, UNSUB, SUBS or SYNC")
    }
  }
}
