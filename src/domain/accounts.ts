/** Names that were claimed, and who has said their words. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Account, Credentials } from "./Account.ts"
import { type Chat, type Person, personNamed, roomOf, withPerson, withRoom } from "./Chat.ts"
import { countKeepers } from "./keeping.ts"
import { forgotten } from "./letters.ts"
import { type NameKey, oneWord } from "./Nickname.ts"
import * as Room from "./Room.ts"
import * as Window from "./Window.ts"

/** How many names are claimed at once at most, in all and from one neighbourhood. */
export const mostClaimed = { inAll: 10_000, ofNeighbourhood: 100 }

/** The account with the name of this key; `undefined` where nobody has claimed it. */
export const accountOf = ({ accounts }: Pick<Chat<unknown>, "accounts">, key: NameKey): Account | undefined => Option.getOrUndefined(HashMap.get(accounts, oneWord(key)))

/** The account that these are the words or the certificate of; `undefined` where they are not, or no longer. */
export const openedBy = (chat: Pick<Chat<unknown>, "accounts">, credentials: Credentials | undefined): Account | undefined => {
  const account = credentials === undefined ? undefined : accountOf(chat, credentials.key)
  return account === undefined || credentials === undefined || (account.proof !== credentials.proof && account.certificate !== credentials.proof) ? undefined : account
}

/** What an account is found by. */
export const keyOf = ({ name }: Pick<Account, "name">): NameKey => oneWord(name.key)

/** Whether only somebody else may bear the name with this key. `account`: what who asks is authenticated as. */
export const isClaimed = (chat: Pick<Chat<unknown>, "accounts">, key: NameKey, account: NameKey | undefined): boolean =>
  account !== oneWord(key) && accountOf(chat, key) !== undefined

/** Who bears the name of an account; `undefined` where nobody does. */
export const bearerOf = <Peer>(chat: Chat<Peer>, account: Pick<Account, "name">): Person<Peer> | undefined => personNamed(chat, keyOf(account))

/** The chat in which somebody is here, or was until now, who has said the words of this account. */
export const used = <Peer>(chat: Chat<Peer>, key: NameKey | undefined): Chat<Peer> => {
  const account = key === undefined ? undefined : accountOf(chat, key)
  return account === undefined ? chat : withAccount(chat, { ...account, used: chat.at })
}

const withAccount = <Peer>(chat: Chat<Peer>, account: Account): Chat<Peer> => ({ ...chat, accounts: HashMap.set(chat.accounts, keyOf(account), account) })

/**
 * The chat in which this name is claimed; `undefined` where there is no room for
 * another. Room is made by forgetting what nobody has used for the longest time:
 * of the same neighbourhood where that has too many, so that nobody can have
 * the names of others forgotten from one address.
 */
export const claimed = <Peer>(chat: Chat<Peer>, account: Account): Chat<Peer> | undefined => {
  let ofNeighbourhood = 0
  for (const { neighbourhood } of HashMap.values(chat.accounts)) if (neighbourhood === account.neighbourhood) ofNeighbourhood += 1
  if (ofNeighbourhood >= mostClaimed.ofNeighbourhood) return instead(chat, account, ({ neighbourhood }) => neighbourhood === account.neighbourhood)
  return HashMap.size(chat.accounts) >= mostClaimed.inAll ? instead(chat, account, () => true) : withAccount(chat, account)
}

const instead = <Peer>(chat: Chat<Peer>, account: Account, mayGo: (account: Account) => boolean): Chat<Peer> | undefined => {
  const oldest = longestUnused(chat, mayGo)
  return oldest === undefined ? undefined : withAccount(forgotten({ ...chat, accounts: HashMap.remove(chat.accounts, keyOf(oldest)) }, keyOf(oldest)), account)
}

// Nobody who is here is forgotten, nor who may come back. Of several that were used last at the same time, the first in the order of keys goes: on all nodes the same.
const longestUnused = ({ accounts, people }: Chat<unknown>, mayGo: (account: Account) => boolean): Account | undefined => {
  const inUse = new Set<NameKey | undefined>()
  for (const { account } of HashMap.values(people)) inUse.add(account)
  let oldest: Account | undefined
  for (const account of HashMap.values(accounts)) {
    if (!inUse.has(keyOf(account)) && mayGo(account) && (oldest === undefined || isBefore(account, oldest))) oldest = account
  }
  return oldest
}

const isBefore = (one: Account, other: Account): boolean => one.used < other.used || (one.used === other.used && keyOf(one) < keyOf(other))

/** The chat in which this person is taken for who has this account. Its place is kept from now on, if the server keeps any. */
export const authenticated = <Peer>(chat: Chat<Peer>, person: Person<Peer>, account: Account, neighbourhood: string): Chat<Peer> => {
  const { place, rooms } = person
  const member = { ...person.member, account: account.name.name }
  const known = withPerson(chat, { ...person, member, account: keyOf(account), place: place ?? placeOf(chat, neighbourhood) })
  const next = rooms.reduce((chat, { room }) => withRoom(chat, Room.renamed(roomOf(chat, room), member)), used(known, keyOf(account)))
  // What its rooms are told is kept from now on, for it too.
  return place === undefined && chat.keep.for > 0 ? rooms.reduce((chat, { room }) => countKeepers(chat, roomOf(chat, room), 1), next) : next
}

/** A place that nothing but the words of an account open; `undefined` where the server keeps none. */
export const placeOf = ({ keep, seq }: Pick<Chat<unknown>, "keep" | "seq">, neighbourhood: string): Person<unknown>["place"] =>
  keep.for === 0 ? undefined : { proof: undefined, key: undefined, neighbourhood, since: seq, own: Window.empty, stays: [], last: undefined, resumedAt: undefined }
