import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { type Chat, personWith } from "./Chat.ts"
import type { MemberId } from "./Event.ts"
import { type AskedName, type IndexedName, numbered, type SpareNames } from "./nameIndex.ts"
import type { Nickname } from "./Nickname.ts"
import { Refusal } from "./Refusal.ts"
import * as wording from "./wording.ts"

/** The chat in which this member bears this name. */
export const named = <Peer>(chat: Chat<Peer>, id: MemberId, { key, looks }: IndexedName): Chat<Peer> => ({
  ...chat,
  names: HashMap.set(chat.names, key, id),
  looks: looks.reduce((all, look) => HashMap.set(all, look, [...alike(all, look), id]), chat.looks)
})

/** The chat in which it does not any more. */
export const unnamed = <Peer>(chat: Chat<Peer>, id: MemberId, { key, looks }: IndexedName): Chat<Peer> => ({
  ...chat,
  names: HashMap.remove(chat.names, key),
  looks: looks.reduce((all, look) => {
    const others = alike(all, look).filter((other) => other !== id)
    return others.length === 0 ? HashMap.remove(all, look) : HashMap.set(all, look, others)
  }, chat.looks)
})

/** The name of somebody here whose name looks like this one. */
export const lookalike = <Peer>(chat: Chat<Peer>, { looks }: IndexedName): Nickname | undefined => {
  const id = looks.flatMap((look) => alike(chat.looks, look))[0]
  return id === undefined ? undefined : personWith(chat, id)?.member.name
}

const alike = (all: Chat<unknown>["looks"], look: string): ReadonlyArray<MemberId> =>
  Option.getOrElse(HashMap.get(all, look), () => [])

const isTaken = <Peer>(chat: Chat<Peer>, { key }: IndexedName): boolean => HashMap.has(chat.names, key)

/** Why a name cannot be borne; absent where it can. */
export const hindrance = <Peer>(chat: Chat<Peer>, name: AskedName): Refusal | undefined => {
  if (name.isReserved) return new Refusal({ code: "name-reserved", message: wording.nameReserved(name.name, "choose another.") })
  if (isTaken(chat, name)) return new Refusal({ code: "name-taken", message: wording.nameTaken(name.name, "choose another.") })
  return undefined
}

/**
 * The first name that is free of those that can stand in for one that is not.
 * Thousands may ask for the same name: by doubling to a number that is taken
 * and a greater one that is free, and by bisection between them.
 */
export const spareName = <Peer>(chat: Chat<Peer>, spares: SpareNames): IndexedName => {
  const { near } = spares
  if (!near.isReserved && !isTaken(chat, near)) return near
  const candidate = (n: number): IndexedName => numbered(spares, n)
  let free = 2
  while (isTaken(chat, candidate(free))) free *= 2
  let occupied = free / 2
  while (free - occupied > 1) {
    const middle = Math.floor((occupied + free) / 2)
    if (isTaken(chat, candidate(middle))) occupied = middle
    else free = middle
  }
  return candidate(free)
}
