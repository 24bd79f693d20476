/** Bans and mutes: they always end, and nobody is hit for sharing an address with somebody else. */
import * as HashMap from "effect/HashMap"
import type { Chat, Person } from "./Chat.ts"
import type { Member } from "./Member.ts"
import type { NameKey } from "./Nickname.ts"
import type { Proof } from "./Place.ts"

/** Somebody who may not enter a room, or say anything in it, for a while. */
export interface Sanction {
  readonly member: Member
  /** Whoever bears this name is taken for the same person. */
  readonly name: NameKey
  /** Whoever has this secret is the same person. */
  readonly proof: Proof | undefined
  /** Whoever comes from this host is taken for the same person; absent where others came from it too. */
  readonly host: string | undefined
  /** Until when, ms since 1970. */
  readonly until: number
}

/** How many bans and how many mutes a room has at once at most. */
export const mostSanctions = 100

/** How long a ban or a mute lasts where nothing is said, and at most, ms. */
export const defaultLength = 600_000
export const longest = 86_400_000

/** The host of a `host:port`. */
const hostOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf(":")))

/** What is put on this person. Its address counts only where nobody else on the server shares it. */
export const sanctionOf = <Peer>({ people }: Chat<Peer>, person: Person<Peer>, until: number): Sanction => {
  const host = hostOf(person.address)
  let sharing = 0
  for (const { address } of HashMap.values(people)) if (hostOf(address) === host) sharing += 1
  return { member: person.member, name: person.name.key, proof: person.place?.proof, host: host === "" || sharing > 1 ? undefined : host, until }
}

/** Those that have not ended at this time. */
export const lasting = (all: ReadonlyArray<Sanction>, at: number): ReadonlyArray<Sanction> => (all.some(({ until }) => until <= at) ? all.filter(({ until }) => until > at) : all)

/** The sanctions with another one, in place of any on the same person. Full where there are as many as there may be. */
export const added = (all: ReadonlyArray<Sanction>, one: Sanction, at: number): ReadonlyArray<Sanction> | "full" => {
  const others = lasting(all, at).filter(({ member }) => member.id !== one.member.id)
  return others.length >= mostSanctions ? "full" : [...others, one]
}

/** What lasts for this person at this time; `undefined` where nothing does. */
export const sanctionOn = <Peer>(all: ReadonlyArray<Sanction>, { address, member, name, place }: Person<Peer>, at: number): Sanction | undefined => {
  if (all.length === 0) return undefined
  const host = hostOf(address)
  return all.find(
    ({ host: banned, member: { id }, name: key, proof, until }) =>
      until > at && (id === member.id || key === name.key || (proof !== undefined && proof === place?.proof) || (banned !== undefined && banned === host))
  )
}
