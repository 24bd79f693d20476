import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { isClaimed } from "./accounts.ts"
import { type Chat, personWith } from "./Chat.ts"
import type { MemberId } from "./Member.ts"
import { type AskedName, type IndexedName, numbered, type SpareNames } from "./nameIndex.ts"
import { type NameKey, type Nickname, oneWord } from "./Nickname.ts"
import { Refusal } from "./Refusal.ts"
import * as phrases from "./phrases.ts"

/** The names in which this member bears the one with this key: it is found by it with blanks, and as one word. */
export const withName = <Peer>(names: Chat<Peer>["names"], id: MemberId, key: NameKey): Chat<Peer>["names"] => {
  const all = HashMap.set(names, key, id)
  return key.includes(" ") ? HashMap.set(all, oneWord(key), id) : all
}

/** The chat in which this member bears this name. */
export const named = <Peer>(chat: Chat<Peer>, id: MemberId, { key, looks }: IndexedName): Chat<Peer> => ({
  ...chat,
  names: withName(chat.names, id, key),
  looks: looks.reduce((all, look) => HashMap.set(all, look, [...alike(all, look), id]), chat.looks)
})

/** The chat in which this member no longer bears this name. */
export const unnamed = <Peer>(chat: Chat<Peer>, id: MemberId, { key, looks }: IndexedName): Chat<Peer> => ({
  ...chat,
  names: HashMap.removeMany(chat.names, [key, oneWord(key)]),
  looks: looks.reduce((all, look) => {
    const others = alike(all, look).filter((other) => other !== id)
    return others.length === 0 ? HashMap.remove(all, look) : HashMap.set(all, look, others)
  }, chat.looks)
})

/** The name of somebody here that looks like this one; `undefined` when none does. */
export const lookalike = <Peer>(chat: Chat<Peer>, { looks }: IndexedName): Nickname | undefined => {
  const id = looks.flatMap((look) => alike(chat.looks, look))[0]
  return id === undefined ? undefined : personWith(chat, id)?.member.name
}

const alike = (all: Chat<unknown>["looks"], look: string): ReadonlyArray<MemberId> =>
  Option.getOrElse(HashMap.get(all, look), () => [])

const isTaken = <Peer>(chat: Chat<Peer>, { key }: IndexedName): boolean => HashMap.has(chat.names, key) || (key.includes(" ") && HashMap.has(chat.names, oneWord(key)))

// Whether nobody can be given this name unasked.
const isGone = <Peer>(chat: Chat<Peer>, name: IndexedName): boolean => isTaken(chat, name) || isClaimed(chat, name.key, undefined)

/** Why somebody cannot take this name now: it is reserved, taken, or claimed by somebody else. `undefined` when it is free. `account`: what who asks is authenticated as. */
export const hindrance = <Peer>(chat: Chat<Peer>, name: AskedName, account?: NameKey): Refusal | undefined => {
  if (name.isReserved) return new Refusal({ code: "name-reserved", message: phrases.nameReserved(name.name, "choose another.") })
  if (isTaken(chat, name)) return new Refusal({ code: "name-taken", message: phrases.nameTaken(name.name, "choose another.") })
  if (isClaimed(chat, name.key, account)) return new Refusal({ code: "name-taken", message: phrases.nameTaken(name.name, "it is claimed. Choose another, or come with its words.") })
  return undefined
}

/**
 * A free name in place of one that is taken or reserved: the nearest name, or
 * else one with a number behind it. Thousands may ask for the same name, so the
 * number is found by exponential search: doubled until it is free, and then by
 * bisection between that and the last one that was taken.
 */
export const spareName = <Peer>(chat: Chat<Peer>, spares: SpareNames): IndexedName => {
  const { near } = spares
  if (!near.isReserved && !isGone(chat, near)) return near
  const candidate = (n: number): IndexedName => numbered(spares, n)
  let free = 2
  while (isGone(chat, candidate(free))) free *= 2
  let occupied = free / 2
  while (free - occupied > 1) {
    const middle = Math.floor((occupied + free) / 2)
    if (isGone(chat, candidate(middle))) occupied = middle
    else free = middle
  }
  return candidate(free)
}
