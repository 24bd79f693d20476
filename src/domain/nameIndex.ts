import * as Arr from "effect/Array"
import * as Schema from "effect/Schema"
import { looks } from "./lookalike.ts"
import * as Nickname from "./Nickname.ts"
import { beginsWithSign, isReservedBy, isSignedBy, readingsOf } from "./reserved.ts"

/**
 * A name, and the keys it is found by. They need Unicode's tables, which differ
 * between versions of Node: they are worked out once, where a name comes in, and
 * travel with it.
 */
export const IndexedName = Schema.Struct({
  name: Nickname.Nickname,
  key: Nickname.NameKey,
  /** What the name looks like: see `lookalike.ts`. */
  looks: Schema.Array(Schema.String)
})
export type IndexedName = typeof IndexedName.Type

/** What is asked for as a name. */
export const AskedName = Schema.Struct({
  ...IndexedName.fields,
  /** Whether nobody may bear it: what its bearer says could be taken for the server's words. */
  isReserved: Schema.Boolean
})
export type AskedName = typeof AskedName.Type

/** What a number is put behind; nothing, where the number leaves no room for any of a name. */
const Stem = Schema.Struct({ ...IndexedName.fields, name: Schema.String })
type Stem = typeof Stem.Type

/** What one gets instead who cannot be asked again for a name. */
export const SpareNames = Schema.Struct({
  /** The nearest name without the signs that make it one of the server's; what was asked for where there are none. */
  near: AskedName,
  /** What a number can be put behind: one for each length of the number, in digits, and the last one for all that are longer. */
  stems: Schema.NonEmptyArray(Stem)
})
export type SpareNames = typeof SpareNames.Type

/** A name with the keys it is found by. */
export const indexed = (name: Nickname.Nickname): IndexedName => ({ name, key: Nickname.key(name), looks: looks(name) })

/** A name that somebody asks for. */
export const asked = (name: Nickname.Nickname): AskedName => whetherReserved(indexed(name))

const whetherReserved = (name: IndexedName): AskedName => ({ ...name, isReserved: isReservedBy(readingsOf(name)) })

/** A number has so many digits at most: there are never as many people. */
const mostDigits = 7

/** The names that can stand in for one that is taken or reserved. */
export const sparesOf = (name: AskedName, limits: Nickname.NameLimits): SpareNames => {
  const near = unsigned(name, limits)
  const hasRoom = Nickname.hasRoomFor(near.name, mostDigits + 1, limits)
  return {
    near: near === name ? name : whetherReserved(near),
    stems: hasRoom ? [{ name: near.name, key: near.key, looks: near.looks }] : Arr.map(Arr.range(1, mostDigits), (digits) => stemOf(near, digits, limits))
  }
}

const noStem: Stem = { name: "", key: Nickname.NameKey.make(""), looks: [""] }

// The longer a number, the more of a long name has to give way to it, and that can lay the server's word bare.
const stemOf = (near: IndexedName, digits: number, limits: Nickname.NameLimits): Stem => {
  const suffix = `_${"9".repeat(digits)}`
  const whole = unsigned(indexed(Nickname.withSuffix(near.name, suffix, limits)), limits).name
  const stem = whole.slice(0, -suffix.length)
  return stem === "" ? noStem : indexed(Nickname.Nickname.make(stem))
}

// The name without what stands before the server's word: a number after it would not make it another one.
const unsigned = (name: IndexedName, limits: Nickname.NameLimits): IndexedName => {
  if (!isSignedBy(readingsOf(name))) return name
  const characters = Array.from(name.name)
  const start = characters.findIndex((character) => !beginsWithSign(readingsOf(indexed(Nickname.Nickname.make(character)))))
  const rest = Nickname.lenient(characters.slice(Math.max(start, 1)).join(""), limits)
  return rest === undefined ? name : unsigned(indexed(rest), limits)
}

const digitLooks = Array.from({ length: 10 }, (_, digit) => looks(Nickname.Nickname.make(String(digit)))[0] ?? "")

/** The name with `_n` behind its stem. Each of its keys is the stem's with the number's behind it, so no table is asked. */
export const numbered = ({ stems }: SpareNames, n: number): IndexedName => {
  const digits = String(n)
  const stem = stems[Math.min(digits.length, stems.length) - 1] ?? stems[0]
  const look = `_${Array.from(digits, (digit) => digitLooks[Number(digit)] ?? digit).join("")}`
  return {
    name: Nickname.Nickname.make(`${stem.name}_${digits}`),
    key: Nickname.NameKey.make(`${stem.key}_${digits}`),
    looks: stem.looks.map((stemLook) => stemLook + look)
  }
}
