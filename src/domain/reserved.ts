import { looks } from "./lookalike.ts"
import * as Nickname from "./Nickname.ts"
import * as wording from "./wording.ts"

/** The keys that tell whether a name could be taken for the server's. */
interface Keys {
  readonly key: Nickname.NameKey
  readonly looks: ReadonlyArray<string>
}

/** All that a name can be read as. An i counts as an l, which its capital is drawn like. */
export const readingsOf = ({ key, looks }: Keys): ReadonlyArray<string> => [key, ...looks].map((look) => look.replaceAll("i", "l"))

const readings = (name: string): ReadonlyArray<string> =>
  readingsOf({ key: Nickname.key(name), looks: looks(Nickname.Nickname.make(name)) })

// The reserved names, also as other letters that look like theirs.
const words: ReadonlySet<string> = new Set([...Nickname.reserved].flatMap(readings))

const openings = wording.openings.map((opening) => opening.split(` ${wording.anything} `).map(readings))

const signs = /^[^\p{L}\p{N}]+/u
const firstWord = (text: string): string => /^[\p{L}\p{N}]*/u.exec(text)?.[0] ?? ""

// A reserved word behind signs looks like the start of what the server says: `[server] ...`.
const isSigned = (look: string): boolean => signs.test(look) && words.has(firstWord(look.replace(signs, "")))

const isOpening = (look: string): boolean =>
  openings.some(([before = [], after]) =>
    after === undefined
      ? before.includes(look)
      : before.some((start) => look.startsWith(`${start} `)) && after.some((end) => look.endsWith(` ${end}`))
  )

/** Whether nobody may bear a name that reads so, because what its bearer says could be taken for the server's words. */
export const isReservedBy = (readings: ReadonlyArray<string>): boolean =>
  readings.some((look) => words.has(look) || isSigned(look) || isOpening(look.replace(signs, "")))

/** Whether a name that reads so has signs before a reserved word. */
export const isSignedBy = (readings: ReadonlyArray<string>): boolean => readings.some(isSigned)

/** Whether a name that reads so begins with a sign. */
export const beginsWithSign = (readings: ReadonlyArray<string>): boolean => readings.some((look) => signs.test(look))

/** Whether nobody may bear this name. */
export const isReserved = (name: Nickname.Nickname): boolean => isReservedBy(readings(name))
