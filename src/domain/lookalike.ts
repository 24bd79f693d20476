import data from "unhomoglyph/data.json" with { type: "json" }
import { Nickname } from "./Nickname.ts"

// Unicode's confusables.txt: of each character that looks like another, what it looks like.
const prototypes: Readonly<Record<string, string>> = data

const invisible = /\p{Default_Ignorable_Code_Point}/gu

/** The skeleton of UTS #39: one for all strings that are drawn alike. */
const skeleton = (text: string): string => {
  let result = ""
  for (const character of text.normalize("NFD").replace(invisible, "")) result += prototypes[character] ?? character
  return result.normalize("NFD")
}

// As it is drawn first: a capital I is a small l, and no longer one once it is a small i.
const fold = (text: string): string => skeleton(skeleton(text).normalize("NFKC").toLowerCase())

// What is behind a compatibility form may look like another again: until nothing changes any more.
const settle = (text: string): string => {
  const folded = fold(text)
  return folded === text ? text : settle(folded)
}

/** All that a name looks like. Two names with one of these in common are taken for each other. */
export const looks = (name: Nickname): ReadonlyArray<string> => [...new Set([look(name), look(Nickname.make(name.toLowerCase()))])]

/**
 * The key under which names look alike to a reader, whatever script they borrow
 * their letters from: `paypaI` and `paypal`, `аda` in Cyrillic and `Ada`.
 *
 * Case makes no difference, but for a capital I: it is the `l` that it looks
 * like. So `Ian` and `ian` share their `Nickname.key`, not their look; were they
 * to share it, `Neil` and `Nell` would too. Accents do make a difference.
 */
export const look = (name: Nickname): string => settle(name).replace(/\s+/gu, " ").trim()
