import * as Schema from "effect/Schema"
import { looks } from "./lookalike.ts"
import * as Nickname from "./Nickname.ts"
import { asOneWord, isReservedBy } from "./reserved.ts"

/**
 * A name, and the keys it is found by. The keys need Unicode's tables, which
 * differ between versions of Node: they are worked out once, where a name comes
 * in, and travel with the name.
 */
export const IndexedName = Schema.Struct({
  name: Nickname.Nickname,
  key: Nickname.NameKey,
  /** What the name looks like: see `lookalike.ts`. */
  looks: Schema.Array(Schema.String)
})
export type IndexedName = typeof IndexedName.Type

/** A name that somebody asks for, with its keys. */
export const AskedName = Schema.Struct({
  ...IndexedName.fields,
  /** Whether nobody may bear the name, as what its bearer says could be taken for the server's words. */
  isReserved: Schema.Boolean
})
export type AskedName = typeof AskedName.Type

/** The stem of a numbered name: what stands before `_2`, with its keys. Empty where the number leaves no room for any of the name. */
const Stem = Schema.Struct({ ...IndexedName.fields, name: Schema.String })
type Stem = typeof Stem.Type

/** The names that stand in for a taken or reserved one, for clients that cannot be asked for another. */
export const SpareNames = Schema.Struct({
  /** The name that was asked for; where that reads as the server's words, as one word: `Server_notice`. */
  near: AskedName,
  /** The stems, in the order of how many digits the number has: the first for one digit, and the last for all longer numbers too. */
  stems: Schema.NonEmptyArray(Stem)
})
export type SpareNames = typeof SpareNames.Type

/** A name with the keys it is found by. */
export const indexed = (name: Nickname.Nickname): IndexedName => ({ name, key: Nickname.key(name), looks: looks(name) })

/** A name that somebody asks for: works out its keys, and whether it is reserved. */
export const asked = (name: Nickname.Nickname): AskedName => whetherReserved(indexed(name))

const whetherReserved = (name: IndexedName): AskedName => ({ ...name, isReserved: isReservedBy(name) })

/**
 * For how many digits there is a stem of a name that is cut to make room for its number. The last one is for all longer numbers too:
 * ten million people are more than a server takes. A stem for each length would cost more than all else that one name makes work of.
 */
const digitsOfStems = [1, 2, 7] as const

/** The names that can stand in for one that is taken or reserved. */
export const sparesOf = (name: AskedName, limits: Nickname.NameLimits): SpareNames => {
  const near = name.isReserved ? mended(name, limits) : name
  const [first, ...others] = Nickname.cuts(near.name, digitsOfStems.map((digits) => digits + 1), limits)
  // The longest number has room behind the whole name: then all others have, too.
  if (first === undefined || others.at(-1) === near.name) return { near, stems: [{ name: near.name, key: near.key, looks: near.looks }] }
  return { near, stems: [stemOf(near, first), ...others.map((cut) => stemOf(near, cut))] }
}

const noStem: Stem = { name: "", key: Nickname.NameKey.make(""), looks: [""] }

const stemOf = (near: IndexedName, cut: string): Stem => {
  if (cut === "") return noStem
  return cut === near.name ? { name: near.name, key: near.key, looks: near.looks } : indexed(Nickname.Nickname.make(cut))
}

// A number behind the last word of a sentence would leave the rest of it: only one word becomes another by its number.
const mended = (name: AskedName, limits: Nickname.NameLimits): AskedName => {
  const word = Nickname.lenient(asOneWord(name.name), limits)
  return word === undefined ? name : asked(word)
}

const digitLooks = Array.from({ length: 10 }, (_, digit) => looks(Nickname.Nickname.make(String(digit)))[0] ?? "")

/** The stem with `_n` behind it, as a name. */
export const numbered = ({ stems }: SpareNames, n: number): IndexedName => {
  const digits = String(n)
  return behind(stems[Math.min(digits.length, stems.length) - 1] ?? stems[0], digits)
}

// The stem with a number of these digits behind it. Each of its keys is the stem's key with the number's behind it, so Unicode's tables are not needed.
const behind = (stem: Stem, digits: string): IndexedName => {
  const look = `_${Array.from(digits, (digit) => digitLooks[Number(digit)] ?? digit).join("")}`
  return {
    name: Nickname.Nickname.make(`${stem.name}_${digits}`),
    key: Nickname.NameKey.make(`${stem.key}_${digits}`),
    looks: stem.looks.map((stemLook) => stemLook + look)
  }
}
