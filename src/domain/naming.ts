import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Join } from "./Command.ts"
import type { Chat, ClientId } from "./Decision.ts"
import { Refusal } from "./Errors.ts"
import { looks } from "./lookalike.ts"
import * as Nickname from "./Nickname.ts"

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

// Nobody speaks for the server in letters that look like its own either.
const reserved: ReadonlySet<string> = new Set([...Nickname.reserved].flatMap((name) => [name, ...looks(Nickname.Nickname.make(name))]))

const signs = /^[^\p{L}\p{N}]+/u
const firstWord = (text: string): string => /^[\p{L}\p{N}]*/u.exec(text)?.[0] ?? ""

// With a sign before the word a name looks like the beginning of what the server says: `[server] ...`.
const isSigned = (look: string): boolean => signs.test(look) && reserved.has(firstWord(look.replace(signs, "")))

const isReserved = (name: Nickname.Nickname): boolean =>
  [Nickname.key(name), ...looks(name)].some((look) => reserved.has(look) || isSigned(look))

// The nearest name that does not: `_2` after a reserved word makes it another one, but not after what begins like the server's words.
const unsigned = (name: Nickname.Nickname, limits: Nickname.NameLimits): Nickname.Nickname =>
  [Nickname.key(name), ...looks(name)].some(isSigned) ? (Nickname.lenient(name.replace(signs, ""), limits) ?? name) : name

/** The name that can be borne of what was asked, or why it cannot. */
export const freeName = <Peer>(chat: Chat<Peer>, { ifTaken, nickname }: Pick<Join, "ifTaken" | "nickname">): Nickname.Nickname | Refusal => {
  const taken = (name: Nickname.Nickname) => HashMap.has(chat.names, Nickname.key(name))
  if (!isReserved(nickname) && !taken(nickname)) return nickname
  if (ifTaken === "refuse") {
    return isReserved(nickname)
      ? new Refusal({ code: "name-reserved", message: `The name ${nickname} is reserved: choose another.` })
      : new Refusal({ code: "name-taken", message: `The name ${nickname} is taken: choose another.` })
  }
  const near = unsigned(nickname, chat.settings.limits)
  if (near !== nickname && !isReserved(near) && !taken(near)) return near
  // Thousands may ask for the same name: in a few steps to a number that is taken and a greater one that is free, and between them.
  const numbered = (n: number) => Nickname.numbered(near, n, chat.settings.limits)
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
