/** What people and rooms are described by: a few values by their keys, which clients of IRC set, and ask for. Nobody else reads them. */
import * as Schema from "effect/Schema"
import { type Chat, type Decision, type Person, personWith, roomOf, type Seat } from "./Chat.ts"
import { andThen, silenceIn, tellFew } from "./Decision.ts"
import type { MemberId } from "./Member.ts"
import { hasIrc } from "./Profile.ts"
import type { Room } from "./Room.ts"
import type { RoomKey } from "./RoomName.ts"
import { Text } from "./Text.ts"
import { watcherSeats } from "./watch.ts"

/** How many keys a person or a room has at most. */
export const mostKeys = 16

/** How long a value may be, bytes. */
export const longestValue = 300

/** A key: a word of few signs, so that nobody mistakes one for another. */
export const MetadataKey = Schema.String.pipe(Schema.pattern(/^[a-z0-9_./-]{1,40}$/u), Schema.brand("MetadataKey"))
export type MetadataKey = typeof MetadataKey.Type

/** One value by its key. */
export const MetadataEntry = Schema.Struct({ key: MetadataKey, value: Text })
export type MetadataEntry = typeof MetadataEntry.Type

/** All that somebody or a room is described by, in the order of the keys. */
export type Metadata = ReadonlyArray<MetadataEntry>

/** The value of a key; `undefined` where there is none. */
export const valueOf = (all: Metadata, key: MetadataKey): Text | undefined => all.find((entry) => entry.key === key)?.value

/** The entries after one has another value, or none where `value` is absent. Those that did not change are kept by reference. */
export const withValue = (all: Metadata, key: MetadataKey, value: Text | undefined): Metadata => {
  const others = all.filter((entry) => entry.key !== key)
  return value === undefined ? others : [...others, { key, value }].sort((one, other) => (one.key < other.key ? -1 : 1))
}

/** The seats of those in a room who have clients of IRC. */
export const ircSeats = <Peer>(chat: Chat<Peer>, { seats }: Room<Peer>): ReadonlyArray<Seat<Peer>> =>
  seats.filter(({ id }) => {
    const person = id === undefined ? undefined : personWith(chat, id)
    return person !== undefined && hasIrc(person)
  })

const without = <Peer>(seats: ReadonlyArray<Seat<Peer>>, id: MemberId): ReadonlyArray<Seat<Peer>> => seats.filter((seat) => seat.id !== id)

/** Those who are told what is new of a person, but for itself: who shares a room with it in which it is not muted, or watches for it. */
export const acquaintances = <Peer>(chat: Chat<Peer>, person: Person<Peer>): ReadonlyArray<Seat<Peer>> => {
  const seats = new Set<Seat<Peer>>(watcherSeats(chat, person))
  for (const { room } of person.rooms) {
    if (silenceIn(chat, person, room) === undefined) for (const seat of ircSeats(chat, roomOf(chat, room))) seats.add(seat)
  }
  return without([...seats], person.member.id)
}

/** Tells those in a room who have clients of IRC what somebody is described by who has just entered it; nothing where that is nothing, or where it is muted. */
export const introduce = <Peer>(decision: Decision<Peer>, { member, metadata }: Person<Peer>, key: RoomKey): Decision<Peer> => {
  if (metadata.length === 0) return decision
  const { chat } = decision
  const person = personWith(chat, member.id)
  const audience = person === undefined || silenceIn(chat, person, key) !== undefined ? [] : without(ircSeats(chat, roomOf(chat, key)), member.id)
  return audience.length === 0 ? decision : andThen(decision, (chat) => tellFew(chat, undefined, audience, ({ at, n }) => ({ _tag: "Signalled", n, at, by: member, metadata })))
}
