import * as Schema from "effect/Schema"
import * as Nickname from "./Nickname.ts"

/** A name that words can begin with: its key, and where in the words the text behind it starts. */
export const Reading = Schema.Struct({ key: Nickname.NameKey, at: Schema.Number })
export type Reading = typeof Reading.Type

/** Words of the form `NAME TEXT`, and all the names that can be read off their start. */
export interface Addressed {
  readonly words: string
  /** The best one last. */
  readonly readings: ReadonlyArray<Reading>
}

/**
 * Parts `NAME TEXT` where names have spaces: a name in quotes, or else the
 * longest of the present names that the words start with. `undefined` when it
 * is nobody's.
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

/** Finds those who are present by their names. */
export const among = <A extends { readonly name: string }>(
  present: ReadonlyArray<A>
): ((key: Nickname.NameKey) => A | undefined) => {
  const byKey = new Map(present.map((one) => [Nickname.key(one.name), one]))
  return (key) => byKey.get(key)
}

/** The most characters that are looked through for a name. */
const maxNameLength = 256

/**
 * Every way to read a name off the start of the words: a longer name is better
 * than a shorter one, one in quotes better than that, and best is one whose @
 * is its own.
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
