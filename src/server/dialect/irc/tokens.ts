/** Names and rooms as the words of IRC's messages. */
import type { Member } from "../../../domain/Member.ts"
import { cloak } from "../../../domain/masks.ts"
import type { NameKey, Nickname } from "../../../domain/Nickname.ts"
import * as Names from "../../../domain/Nickname.ts"
import type { NameLimits } from "../../../domain/NameLimits.ts"
import { Refusal } from "../../../domain/Refusal.ts"
import type { AskedRoom, RoomName } from "../../../domain/RoomName.ts"
import { parse as parseRoom } from "../../../domain/roomNames.ts"

/** What has a meaning of its own in IRC's messages, or in masks. */
const special = /[!#$%&*+,:?@~]/gu

const wide = (character: string): string => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0)

/**
 * A name as a word: `_` for each blank, and full-width forms in place of what has
 * a meaning of its own. Both are found by the key of the name, so no two who are
 * here have the same word.
 */
export const nickOf = (name: string): string => (plain.test(name) ? name : name.replace(/\s/gu, "_").replace(special, wide))

const plain = /^[\w[\]{}|\\^`.-]*$/u

/** A room as a word: neither blanks nor commas are in the name of one. */
export const channelOf = (room: RoomName): string => `#${room}`

/** Who says or does something, as the source of a message. */
export const sourceOf = ({ name }: Pick<Member, "name">): string => `${nickOf(name)}!~u@${cloak}`

/** The name that a client asks for; `undefined` where it can be none. */
export const nameOf = (nick: string, limits: NameLimits): Nickname | undefined => {
  if (nick.search(special) >= 0 || /\s/u.test(nick)) return undefined
  const name = Names.parse(nick, limits)
  return name instanceof Refusal ? undefined : name
}

/** The key by which somebody is found whom a client names: the names are those of {@link nickOf}. */
export const keyOf = (nick: string): NameKey => Names.key(nick)

/** The room that a client names; `undefined` where it can be none. */
export const roomOf = (channel: string): AskedRoom | undefined => {
  if (!channel.startsWith("#")) return undefined
  const room = parseRoom(channel)
  return room instanceof Refusal ? undefined : room
}

/** Whether a target of a message is a room. */
export const isChannel = (target: string): boolean => target.startsWith("#")

export { cloak }
