import * as Schema from "effect/Schema"
import { limited, mostGraphemes, type NameLimits } from "./NameLimits.ts"
import * as Nickname from "./Nickname.ts"

/** One way to read a name off the start of words: the key of that name, and the index in the words where the text behind the name starts. */
export const Reading = Schema.Struct({ key: Nickname.NameKey, at: Schema.Number })
export type Reading = typeof Reading.Type

/** Words of the form `NAME TEXT`, and all the readings of a name at their start. */
export interface Addressed {
  readonly words: string
  /** From the worst to the best, see {@link readingsOf}. */
  readonly readings: ReadonlyArray<Reading>
}

/**
 * Splits `NAME TEXT`, where a name may have spaces, by the best reading whose
 * name `who` knows. `undefined` when it knows none of them.
 */
export const addressee = <A>(
  { readings, words }: Addressed,
  who: (key: Nickname.NameKey) => A | undefined
): { readonly to: A; readonly text: string } | undefined => {
  for (const { at, key } of readings.toReversed()) {
    const to = who(key)
    if (to !== undefined) return { to, text: words.slice(at) }
  }
  return undefined
}

/** Finds one of these people by the key of a name: the `who` of {@link addressee}. */
export const among = <A extends { readonly name: string }>(
  present: ReadonlyArray<A>
): ((key: Nickname.NameKey) => A | undefined) => {
  const byKey = new Map(present.map((one) => [Nickname.key(one.name), one]))
  return (key) => byKey.get(key)
}

// The longest names that any room allows.
const most = limited(mostGraphemes)

/**
 * Every way to read a name off the start of the words, from the worst to the
 * best: a longer name is better than a shorter one, and a name in quotes better
 * than both. Where the words start with an @, names that include it are better
 * than all that leave it out.
 *
 * However long the words are: no more of them is looked at than these limits
 * allow a name, and each word is folded once.
 */
export const readingsOf = (words: string, limits: NameLimits = most): ReadonlyArray<Reading> => {
  const found = wordsOf(words, limits)
  const isAt = words.startsWith("@")
  const bare = [...namesOf(isAt ? withoutAt(found) : found, limits), ...quotedIn(words, limits)]
  const all = isAt ? [...bare, ...namesOf(found, limits)] : bare
  return all.map(({ end, key }) => ({ key, at: end + (/^[:,]?\s*/u.exec(words.slice(end))?.[0].length ?? 0) }))
}

/** A word, and where it ends; the colon or comma behind it may be part of a name or not. */
interface Word {
  readonly folded: string
  readonly mark: string
  readonly end: number
}

/** A name that can be read, and where it ends. */
interface Name {
  readonly key: Nickname.NameKey
  readonly end: number
}

// The whole words that a name within the limits can have: each has a character at least, and a space before it.
const wordsOf = (words: string, { nameBytes, nameGraphemes }: NameLimits): ReadonlyArray<Word> => {
  const found = [...words.slice(0, nameBytes + 2).matchAll(/\S+/gu)].filter(({ 0: { length }, index }) => index + length <= nameBytes + 1)
  return found.slice(0, Math.ceil(nameGraphemes / 2)).map(({ 0: word, index }) => {
    const mark = /(?<=.)[:,]$/su.exec(word)?.[0] ?? ""
    return { folded: Nickname.folded(word.slice(0, word.length - mark.length)), mark, end: index + word.length }
  })
}

const withoutAt = (words: ReadonlyArray<Word>): ReadonlyArray<Word> =>
  words.map((word, index) => (index === 0 ? { ...word, folded: word.folded.slice(1) } : word))

const namesOf = (words: ReadonlyArray<Word>, limits: NameLimits): ReadonlyArray<Name> => {
  const names: Array<Name> = []
  let before = Nickname.NameKey.make("")
  for (const { end, folded, mark } of words) {
    const key = Nickname.withWord(before, folded)
    before = Nickname.withWord(before, folded + mark)
    if (before.length > Nickname.longestKey(limits)) break
    names.push({ key, end: end - mark.length })
    if (mark !== "") names.push({ key: before, end })
  }
  return names
}

// In straight quotes, or in those that phones and other languages put in their place.
const quotedIn = (words: string, { nameBytes }: NameLimits): ReadonlyArray<Name> => {
  const quoted = /^@?["\u201c-\u201f\u00ab\u00bb]([^"\u201c-\u201f\u00ab\u00bb]+)["\u201c-\u201f\u00ab\u00bb]/u.exec(words.slice(0, nameBytes + 3))
  return quoted === null ? [] : [{ key: Nickname.key(quoted[1] ?? ""), end: quoted[0].length }]
}
