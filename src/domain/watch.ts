/** Who watches for whom: it is told when somebody with that name comes or goes, wherever that is. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { type Chat, type Decision, type Person, personWith, type Seat, withPerson } from "./Chat.ts"
import { andThen, tellFew } from "./Decision.ts"
import type { Watched } from "./PersonEvent.ts"
import type { MemberId } from "./Member.ts"
import { type NameKey, oneWord } from "./Nickname.ts"
import { hasIrc } from "./Profile.ts"

/** For how many names one person watches at most. */
export const mostWatched = 100

/** The chat in which this person watches for these names, and for no others. */
export const watching = <Peer>(chat: Chat<Peer>, person: Person<Peer>, names: Person<Peer>["watched"]): Chat<Peer> => {
  const { member: { id } } = person
  const without = person.watched.reduce((all, { key }) => withWatchers(all, key, watchersOf(all, key).filter((one) => one !== id)), chat.watchers)
  const watchers = names.reduce((all, { key }) => withWatchers(all, key, [...watchersOf(all, key), id]), without)
  return withPerson({ ...chat, watchers }, { ...person, watched: names })
}

/** The chat in which nobody of this id watches for anybody: it has left. */
export const unwatching = <Peer>(chat: Chat<Peer>, { member: { id }, watched }: Person<Peer>): Chat<Peer> =>
  watched.length === 0 ? chat : { ...chat, watchers: watched.reduce((all, { key }) => withWatchers(all, key, watchersOf(all, key).filter((one) => one !== id)), chat.watchers) }

type Watchers = Chat<unknown>["watchers"]

const watchersOf = (all: Watchers, key: NameKey): ReadonlyArray<MemberId> => Option.getOrElse(HashMap.get(all, key), () => [])

const withWatchers = (all: Watchers, key: NameKey, ids: ReadonlyArray<MemberId>): Watchers => (ids.length === 0 ? HashMap.remove(all, key) : HashMap.set(all, key, ids))

/** What is told of somebody to those who watch for it. */
type News = Pick<Watched, "account" | "is" | "real" | "reason">

/** The seats of those who watch for this person, and are here; but for whom `isExcepted`. */
export const watcherSeats = <Peer>(chat: Chat<Peer>, person: Person<Peer>, isExcepted: (watcher: Person<Peer>) => boolean = () => false): ReadonlyArray<Seat<Peer>> => {
  // Clients of IRC write a name with blanks as one word, and watch for that.
  const keys = new Set([person.name.key, oneWord(person.name.key)])
  const ids = new Set([...keys].flatMap((key) => watchersOf(chat.watchers, key)))
  return [...ids].flatMap((id): ReadonlyArray<Seat<Peer>> => {
    const watcher = personWith(chat, id)
    return watcher?.attachment._tag !== "Here" || isExcepted(watcher) ? [] : [watcher.seat]
  })
}

/**
 * Tells those who watch for this person that it is here; and those of them who have clients of IRC, what it is described by, unless
 * they share a room with it, and know.
 */
export const tellArrival = <Peer>(decision: Decision<Peer>, person: Person<Peer>): Decision<Peer> => {
  const told = tellWatchers(decision, person, { is: "here" })
  const { member, metadata } = personWith(told.chat, person.member.id) ?? person
  const seats = metadata.length === 0 ? [] : watcherSeats(told.chat, person, (watcher) => !hasIrc(watcher) || isNear(watcher, person))
  return seats.length === 0 ? told : andThen(told, (chat) => tellFew(chat, undefined, seats, ({ at, n }) => ({ _tag: "Signalled", n, at, by: member, metadata })))
}

const isNear = (one: Person<unknown>, other: Person<unknown>): boolean => one.rooms.some(({ room }) => other.rooms.some((each) => each.room === room))

/** Tells those who watch for this person what is new of it. `except`: whoever is told that in a room that it shares with it. */
export const tellWatchers = <Peer>(decision: Decision<Peer>, person: Person<Peer>, news: News, except: "none" | "sharing" = "none"): Decision<Peer> => {
  const seats = watcherSeats(decision.chat, person, (watcher) => except === "sharing" && isNear(watcher, person))
  return seats.length === 0
    ? decision
    : andThen(decision, (chat) => tellFew(chat, undefined, seats, ({ at, n }) => ({ _tag: "Watched", n, at, member: person.member, ...news })))
}
