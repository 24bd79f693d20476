/** What the commands about descriptions have in common: whom they mean, and how it is said what is wrong. */
import * as Schema from "effect/Schema"
import { membershipIn, type Person, personNamed, roomWith } from "../../../../domain/Chat.ts"
import { type Metadata, MetadataKey } from "../../../../domain/metadata.ts"
import type { Room } from "../../../../domain/Room.ts"
import type { Heard } from "../../Dialect.ts"
import type { Asking, Client } from "../Client.ts"
import { draftOf } from "../metadata.ts"
import { isHere } from "../person.ts"
import { channelOf, isChannel, keyOf, nickOf, roomOf } from "../tokens.ts"

/** Whether a word can be a key. */
export const isKey = Schema.is(MetadataKey)

/** Why something is not done: a code of the specification, the parameters behind it, and words. */
export type Wrong = readonly [code: string, params: ReadonlyArray<string>, words: string]

/** A standard reply: what failed, or was left out. */
export const wrong = (client: Client, kind: "FAIL" | "WARN", [code, params, words]: Wrong): string => client.standardReply(kind, "METADATA", code, params, words)

/** Tells a client why what it asked for is not done. */
export const fail = (client: Client, ...reason: Wrong): Heard => client.look(() => [wrong(client, "FAIL", reason)])

/** Whether a client means the third draft, where the second says it otherwise. */
export const isThird = ({ capabilities }: Client): boolean => draftOf(capabilities) !== 2

/** That a word can be no key. */
export const invalidKey = (client: Client, key: string): Wrong => [isThird(client) ? "INVALID_KEY" : "KEY_INVALID", [key], "A key is of a-z, 0-9, _, ., / and -, and has 40 of these at most"]

/** Somebody or a room that a client names: its name as it is shown, and its values. */
export interface Target {
  readonly name: string
  readonly metadata: Metadata
}

/** Whether a client means itself. */
export const isMe = (target: string, { nick }: Asking): boolean => target === "*" || (target !== "" && nick !== "*" && keyOf(target) === keyOf(nick))

const mayRead = (room: Room<unknown>, me: Person<unknown>): boolean => (room.lock === undefined && !room.hidden) || membershipIn(me, room.key) !== undefined

/** That a client means nobody and nothing that there is. */
export const noTarget = (target: string): Wrong => ["INVALID_TARGET", [target], "There is no such room, and nobody here has that nick"]

/** Whom or what a client means, as far as it may know of it; or why there is no such. */
export const find = (client: Client, asking: Asking, target: string): Target | Wrong => {
  const { chat, me, nick } = asking
  // Before somebody has come in, it is what it will be.
  if (isMe(target, asking)) return { name: nick, metadata: me?.metadata ?? client.registration.metadata }
  if (me === undefined) return noTarget(target)
  if (isChannel(target)) {
    const asked = roomOf(target)
    const room = asked === undefined ? undefined : roomWith(chat, asked.key)
    if (room === undefined || (room.hidden && !mayRead(room, me))) return noTarget(target)
    return mayRead(room, me) ? { name: channelOf(room.name), metadata: room.metadata } : ["KEY_NO_PERMISSION", [target, "*"], "Only who is in that room can read what it is described by"]
  }
  const person = personNamed(chat, keyOf(target))
  return person === undefined || !isHere(person) ? noTarget(target) : { name: nickOf(person.member.name), metadata: person.metadata }
}

/** Whether there is something wrong in place of what was looked for. */
export const isWrong = <A extends object>(value: A | Wrong): value is Wrong => Array.isArray(value)

/** Tells a client that a parameter is missing. */
export const missing = (client: Client, subcommand: string): Heard =>
  isThird(client) ? fail(client, "INVALID_PARAMS", [subcommand], "Not enough parameters") : client.numeric("461", ["METADATA"], "Not enough parameters")
