/** Masks as clients write them: `nick!user@host`, or a part of that. */
import * as Schema from "effect/Schema"
import { Mask, type MaskKind } from "../../../domain/masks.ts"
import { folded } from "../../../domain/Nickname.ts"
import { lenient } from "../../../domain/Text.ts"
import { nickOf } from "./tokens.ts"

const isMask = Schema.is(Mask)

/** The longest mask, in UTF-16 code units. */
const longest = 200

/** What stands before the mask of a mute. */
const muted = "m:"

/** What stands before the pattern of an account. */
const ofAccount = "a:"

/** The pattern of the key of a name: what stands between wildcards is folded as names are. */
const patternOf = (nick: string): string => nick.replace(/[^*?]+/gu, (part) => folded(part).replace(/\s/gu, "_"))

/** A mask that a client has written, and whether it is one of a mute. */
export interface AskedMask {
  readonly mask: Mask
  readonly isMute: boolean
}

/** Reads a mask. What is left out stands for everything: `ada` is `ada!*@*`, and `*@host` is `*!*@host`. `undefined` for what is none. */
export const readMask = (raw: string): AskedMask | undefined => {
  const isMute = raw.startsWith(muted) || raw.startsWith(`~${muted}`)
  const rest = isMute ? raw.slice(raw.indexOf(":") + 1) : raw
  const account = rest.startsWith(ofAccount) || rest.startsWith(`~${ofAccount}`) ? rest.slice(rest.indexOf(":") + 1) : undefined
  const bare = account ?? rest
  if (bare === "" || bare.length > longest || /[\s,:]/u.test(bare)) return undefined
  if (account !== undefined) {
    const mask = { text: lenient(`${isMute ? muted : ""}${ofAccount}${account}`), name: "*", user: "*", host: "*", account: patternOf(account) }
    return account !== "" && isMask(mask) ? { isMute, mask } : undefined
  }
  const [, nick, user, host] = /^(?:([^!@]*)!)?(?:([^!@]*)@)?([^!@]*)$/u.exec(bare) ?? []
  if (host === undefined) return undefined
  const whole = wholeOf(nick, user, host)
  const text = lenient(`${isMute ? muted : ""}${whole.name}!${whole.user}@${whole.host}`)
  const mask = { text, name: patternOf(whole.name), user: whole.user.toLowerCase(), host: whole.host.toLowerCase() }
  return isMask(mask) ? { isMute, mask } : undefined
}

// Without an `@`, what stands last is the user where there is a nick before it, and a nick otherwise.
const wholeOf = (nick: string | undefined, user: string | undefined, last: string): { readonly name: string; readonly user: string; readonly host: string } => {
  const all = (part: string | undefined): string => (part === undefined || part === "" ? "*" : part)
  if (user !== undefined) return { name: all(nick), user: all(user), host: all(last) }
  return nick === undefined ? { name: all(last), user: "*", host: "*" } : { name: all(nick), user: all(last), host: "*" }
}

/** The mask that stands for somebody by name. */
export const maskOf = (name: string): string => `${nickOf(name)}!*@*`

/** How masks of this kind are written: a letter of a list, and what stands before them. */
export const letterOf = (kind: MaskKind): "b" | "e" | "I" => (kind === "invite-exception" ? "I" : kind === "ban" || kind === "mute" ? "b" : "e")

