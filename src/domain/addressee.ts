import * as Schema from "effect/Schema"
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

/** The most characters that are looked through for a name. */
const maxNameLength = 256

/**
 * Every way to read a name off the start of the words, from the worst to the
 * best: a longer name is better than a shorter one, and a name in quotes better
 * than both. Where the words start with an @, names that include it are better
 * than all that leave it out.
 */
export const readingsOf = (words: string): ReadonlyArray<Reading> => {
  const found: Array<Reading> = []
  for (const from of words.startsWith("@") ? [1, 0] : [0]) {
    const start = words.slice(from)
    const add = (name: string, end: number) => {
      const gap = /^[:,]?\s*/u.exec(start.slice(end))?.[0].length ?? 0
      found.push({ key: Nickname.key(name), at: from + end + gap })
    }
    for (const { index } of `${start.slice(0, maxNameLength)} `.matchAll(/(?<=\S)(?=[:,]?\s)|(?<=[:,])(?=\s)/gu)) add(start.slice(0, index), index)
    const quoted = /^"([^"]+)"/u.exec(start)
    if (quoted !== null) add(quoted[1] ?? "", quoted[0].length)
  }
  return found
}
