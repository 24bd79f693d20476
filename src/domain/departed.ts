import * as Schema from "effect/Schema"
import type { Chat, Person } from "./Chat.ts"
import { Nickname, NameKey } from "./Nickname.ts"
import { Profile } from "./Profile.ts"

/** Somebody who bears this name no more: it has left, or has another one. */
export const Departed = Schema.Struct({
  name: Nickname,
  key: NameKey,
  profile: Schema.optional(Profile),
  /** When, ms since 1970. */
  at: Schema.Number
})
export type Departed = typeof Departed.Type

/** How many are remembered at most, and for how long, ms. */
const most = 100
const longest = 600_000

/** The chat that remembers that this person has just ceased to bear its name. */
export const departing = <Peer>(chat: Chat<Peer>, { name: { key, name }, profile }: Person<Peer>): Chat<Peer> => {
  const departed = chat.departed.slice(chat.departed.length >= most ? 1 : 0)
  departed.push({ name, key, at: chat.at, ...(profile === undefined ? {} : { profile }) })
  return { ...chat, departed }
}

/** Who is remembered of those that bore a name with such a key, the latest first. */
export const departedOf = ({ departed }: Pick<Chat<unknown>, "departed">, at: number, isMeant: (key: NameKey) => boolean): ReadonlyArray<Departed> =>
  departed.filter((one) => one.at > at - longest && isMeant(one.key)).reverse()
