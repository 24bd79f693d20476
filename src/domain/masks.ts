/** Masks: whom a room bans, mutes, or excepts from that, by a pattern of names instead of by name. */
import * as Schema from "effect/Schema"
import type { Person } from "./Chat.ts"
import { Member } from "./Member.ts"
import { oneWord } from "./Nickname.ts"
import { Text } from "./Text.ts"

/** The host that stands for all: nobody's address is shown. */
export const cloak = "brusio"

/** A pattern, in which `*` stands for any characters and `?` for one. */
const Pattern = Schema.String.pipe(Schema.maxLength(256))

/** A mask `name!user@host`. Its patterns need Unicode's tables, so they are worked out at the border. */
export const Mask = Schema.Struct({
  /** As it is shown. */
  text: Text.pipe(Schema.maxLength(256)),
  /** The pattern of the key of a name, with `_` for each blank. */
  name: Pattern,
  user: Pattern,
  host: Pattern,
  /** The pattern of the key of an account: then it is on who has said the words of such a claimed name, and on nobody else. Absent where it is on names. */
  account: Schema.optional(Pattern)
})
export type Mask = typeof Mask.Type

/** What a mask does to those whom it matches: a room lists each kind apart. */
export const MaskKind = Schema.Literal("ban", "mute", "ban-exception", "mute-exception", "invite-exception")
export type MaskKind = typeof MaskKind.Type

/** A mask that holds in a room, until it is lifted or the room is gone. */
export const RoomMask = Schema.Struct({
  kind: MaskKind,
  mask: Mask,
  /** Who has set it; absent where the server has. */
  by: Schema.UndefinedOr(Member),
  /** When, ms since 1970. */
  at: Schema.Number
})
export type RoomMask = typeof RoomMask.Type

/** How many masks a room has at most, of all kinds together. */
export const mostMasks = 100

/** Whether two masks are the same, however they are written. */
export const isSame = (one: Mask, other: Mask): boolean => one.name === other.name && one.user === other.user && one.host === other.host && one.account === other.account

/** The masks with another one; full where there are as many as there may be, and the same list where it is there already. */
export const withMask = (all: ReadonlyArray<RoomMask>, one: RoomMask): ReadonlyArray<RoomMask> | "full" => {
  if (all.some(({ kind, mask }) => kind === one.kind && isSame(mask, one.mask))) return all
  return all.length >= mostMasks ? "full" : [...all, one]
}

/** Whether a mask of this kind is on this person. */
export const isMasked = <Peer>(all: ReadonlyArray<RoomMask>, kind: MaskKind, person: Person<Peer>): boolean =>
  all.some((one) => one.kind === kind && matches(one.mask, person))

/** Whether somebody is banned, or muted, by a mask, and not excepted by another one. */
export const isMaskedOut = <Peer>(all: ReadonlyArray<RoomMask>, kind: "ban" | "mute", person: Person<Peer>): boolean =>
  all.length > 0 && isMasked(all, kind, person) && !isMasked(all, `${kind}-exception`, person)

// Whether this is one whom the mask is on.
const matches = <Peer>({ account, host, name, user }: Mask, { account: claimed, name: { key }, profile }: Pick<Person<Peer>, "account" | "name" | "profile">): boolean => {
  if (account !== undefined) return claimed !== undefined && fits(account, claimed)
  return fits(name, oneWord(key)) && fits(host, cloak) && (fits(user, "~u") || (profile?.user !== undefined && fits(user, `~${lowered(profile.user)}`)))
}

// The same in lower case: it is of ASCII, for which no table of Unicode's is needed.
const lowered = (text: string): string => text.replace(/[A-Z]/gu, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))

/** Whether a text fits a pattern. Where a star was too short, it is made longer from where it stands: never more steps than their lengths multiplied. */
export const fits = (pattern: string, text: string): boolean => {
  let at = 0
  let place = 0
  let star = -1
  let from = 0
  while (at < text.length) {
    if (pattern[place] === "*") {
      star = place
      from = at
      place += 1
    } else if (pattern[place] === "?" || pattern[place] === text[at]) {
      place += 1
      at += 1
    } else if (star >= 0) {
      place = star + 1
      from += 1
      at = from
    } else return false
  }
  while (pattern[place] === "*") place += 1
  return place === pattern.length
}
