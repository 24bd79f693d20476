import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Join } from "./Command.ts"
import type { Chat, ClientId } from "./Decision.ts"
import { Refusal } from "./Refusal.ts"
import { looks } from "./lookalike.ts"
import * as Nickname from "./Nickname.ts"
import * as wording from "./wording.ts"

/** The chat in which this client bears this name. */
export const named = <Peer>(chat: Chat<Peer>, id: ClientId, name: Nickname.Nickname): Chat<Peer> => ({
  ...chat,
  names: HashMap.set(chat.names, Nickname.key(name), id),
  looks: looks(name).reduce((all, look) => HashMap.set(all, look, [...alike(all, look), id]), chat.looks)
})

/** The chat in which it does not any more. */
export const unnamed = <Peer>(chat: Chat<Peer>, id: ClientId, name: Nickname.Nickname): Chat<Peer> => ({
  ...chat,
  names: HashMap.remove(chat.names, Nickname.key(name)),
  looks: looks(name).reduce((all, look) => {
    const others = alike(all, look).filter((other) => other !== id)
    return others.length === 0 ? HashMap.remove(all, look) : HashMap.set(all, look, others)
  }, chat.looks)
})

/** Somebody here whose name looks like this one. */
export const lookalike = <Peer>({ clients, looks: all }: Chat<Peer>, name: Nickname.Nickname): Nickname.Nickname | undefined => {
  const id = looks(name).flatMap((look) => alike(all, look))[0]
  return id === undefined ? undefined : Option.getOrUndefined(HashMap.get(clients, id))?.member?.name
}

const alike = (all: Chat<unknown>["looks"], look: string): ReadonlyArray<ClientId> =>
  Option.getOrElse(HashMap.get(all, look), () => [])

// All that a name can be read as. An i counts as the l that it is drawn like once it is a capital.
const readings = (name: string): ReadonlyArray<string> =>
  [Nickname.key(name), ...looks(Nickname.Nickname.make(name))].map((look) => look.replaceAll("i", "l"))

// Nobody speaks for the server in letters that look like its own either.
const words: ReadonlySet<string> = new Set([...Nickname.reserved].flatMap(readings))

const openings = wording.openings.map((opening) => opening.split(` ${wording.anything} `).map(readings))

const signs = /^[^\p{L}\p{N}]+/u
const firstWord = (text: string): string => /^[\p{L}\p{N}]*/u.exec(text)?.[0] ?? ""

// With a sign before the word a name looks like the beginning of what the server says: `[server] ...`.
const isSigned = (look: string): boolean => signs.test(look) && words.has(firstWord(look.replace(signs, "")))

const isOpening = (look: string): boolean =>
  openings.some(([before = [], after]) =>
    after === undefined
      ? before.includes(look)
      : before.some((start) => look.startsWith(`${start} `)) && after.some((end) => look.endsWith(` ${end}`))
  )

/** Whether nobody may bear this name, because what its bearer says could be taken for the server's words. */
export const isReserved = (name: Nickname.Nickname): boolean =>
  readings(name).some((look) => words.has(look) || isSigned(look) || isOpening(look.replace(signs, "")))

// The name without what stands before the server's word: a number after it would not make it another one.
const unsigned = (name: Nickname.Nickname, limits: Nickname.NameLimits): Nickname.Nickname => {
  if (!readings(name).some(isSigned)) return name
  const characters = Array.from(name)
  const start = characters.findIndex((character) => !readings(character).some((look) => signs.test(look)))
  const rest = Nickname.lenient(characters.slice(Math.max(start, 1)).join(""), limits)
  return rest === undefined ? name : unsigned(rest, limits)
}

/** The name that can be borne of what was asked, or why it cannot. */
export const freeName = <Peer>(chat: Chat<Peer>, { ifTaken, nickname }: Pick<Join, "ifTaken" | "nickname">): Nickname.Nickname | Refusal => {
  const { limits } = chat.settings
  const taken = (name: Nickname.Nickname) => HashMap.has(chat.names, Nickname.key(name))
  const free = (name: Nickname.Nickname) => !taken(name) && !isReserved(name)
  if (free(nickname)) return nickname
  if (ifTaken === "refuse") {
    return isReserved(nickname)
      ? new Refusal({ code: "name-reserved", message: wording.nameReserved(nickname, "choose another.") })
      : new Refusal({ code: "name-taken", message: wording.nameTaken(nickname, "choose another.") })
  }
  const near = unsigned(nickname, limits)
  if (free(near)) return near
  // What a number leaves no room for can lay the server's word bare.
  return firstFree((n) => unsigned(Nickname.numbered(near, n, limits), limits), taken)
}

// Thousands may ask for the same name: in a few steps to a number that is taken and a greater one that is free, and between them.
const firstFree = (numbered: (n: number) => Nickname.Nickname, taken: (name: Nickname.Nickname) => boolean): Nickname.Nickname => {
  let free = 2
  while (taken(numbered(free))) free *= 2
  let occupied = free / 2
  while (free - occupied > 1) {
    const middle = Math.floor((occupied + free) / 2)
    if (taken(numbered(middle))) occupied = middle
    else free = middle
  }
  return numbered(free)
}
