import * as HashSet from "effect/HashSet"
import * as Schema from "effect/Schema"
import { type Chat, type Decision, withPerson, withRoom } from "../Chat.ts"
import { type Asker, meant, nothing, notJoined, refused, tellFew } from "../Decision.ts"
import type { Signalled } from "../PersonEvent.ts"
import { acquaintances, ircSeats, type Metadata, MetadataKey, mostKeys, valueOf, withValue } from "../metadata.ts"
import { Refusal } from "../Refusal.ts"
import { isAtLeast } from "../Role.ts"
import { AskedRoom } from "../RoomName.ts"
import { Text } from "../Text.ts"
import type { Decides } from "./Definition.ts"
import { notAllowed } from "./ruling.ts"

/** Say what one is described by, or a room that one rules. Without a value the key has none any more, and without a key no key has one. Clients of IRC ask for it. */
export const SetMetadata = Schema.TaggedStruct("SetMetadata", { room: Schema.optional(AskedRoom), key: Schema.optional(MetadataKey), value: Schema.optional(Text) })
export type SetMetadata = typeof SetMetadata.Type

type Changes = NonNullable<Signalled["metadata"]>

/** What a command makes of the entries: all of them, and what has changed. */
interface Outcome {
  readonly all: Metadata
  readonly changes: Changes
}

const outcome = (all: Metadata, { key, value }: SetMetadata): Outcome | Refusal => {
  if (key === undefined) return { all: [], changes: all.map(({ key }) => ({ key })) }
  const before = valueOf(all, key)
  if (value === undefined && before === undefined) return new Refusal({ code: "no-change", message: `${key} has no value.` })
  if (value !== undefined && before === undefined && all.length >= mostKeys) return new Refusal({ code: "not-kept", message: `There are as many keys with a value as can be (${mostKeys}): take one away first.` })
  return { all: withValue(all, key, value), changes: value === before ? [] : [value === undefined ? { key } : { key, value }] }
}

const ofRoom = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, command: SetMetadata, named: AskedRoom): Decision<Peer> => {
  const where = meant(chat, asker, named, { what: "describe a room" })
  if (where instanceof Refusal) return refused(chat, asker, where)
  const { membership: { role }, person: { member }, room } = where
  if (!isAtLeast(HashSet.has(chat.operators, member.id) ? "server" : role, "operator")) return refused(chat, asker, notAllowed(room, "describe it"))
  const after = outcome(room.metadata, command)
  if (after instanceof Refusal) return refused(chat, asker, after)
  const next = withRoom(chat, { ...room, metadata: after.all })
  const audience = ircSeats(next, room).filter(({ id }) => id !== member.id)
  return after.changes.length === 0 ? nothing(next) : tellFew(next, asker.origin, audience, ({ at, n }) => ({ _tag: "Signalled", n, at, room: room.name, by: member, metadata: after.changes }))
}

/** The command by which clients of IRC describe people and rooms. Those are told who know them, and whose clients are of IRC. */
export const decideSetMetadata: Decides<SetMetadata> = (chat, asker, command) => {
  if (command.room !== undefined) return ofRoom(chat, asker, command, command.room)
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("describe yourself"))
  const after = outcome(person.metadata, command)
  if (after instanceof Refusal) return refused(chat, asker, after)
  const next = withPerson(chat, { ...person, metadata: after.all })
  return after.changes.length === 0 ? nothing(next) : tellFew(next, origin, acquaintances(next, person), ({ at, n }) => ({ _tag: "Signalled", n, at, by: person.member, metadata: after.changes }))
}
