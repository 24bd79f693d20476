import { prototypes } from "./confusables.ts"
import { Nickname } from "./Nickname.ts"

const invisible = /\p{Default_Ignorable_Code_Point}/gu

/** The skeleton of UTS #39: strings that are drawn alike have one skeleton. */
const skeleton = (text: string): string => {
  let result = ""
  for (const character of text.normalize("NFD").replace(invisible, "")) result += prototypes[character] ?? character
  return result.normalize("NFD")
}

// The skeleton comes before the lower case: a capital I looks like a small l, and its lower case, a small i, does not.
// Repeated to a fixed point: what NFKC makes of a character may look like another one in turn. Mostly one round shows that it is
// one: where the second skeleton changed nothing, and NFKC and lower case would not either, another round makes the same again.
const settle = (text: string): string => {
  const folded = skeleton(text).normalize("NFKC").toLowerCase()
  const result = skeleton(folded)
  const isSettled = result === folded.normalize("NFD") && folded.normalize("NFKC") === folded && folded.toLowerCase() === folded
  return isSettled || result === text ? result : settle(result)
}

/** The looks of a name: as it is written, and in lower case. Two names with a look in common can be taken for each other. */
export const looks = (name: Nickname): ReadonlyArray<string> => {
  const lower = Nickname.make(name.toLowerCase())
  return lower === name ? [look(name)] : [...new Set([look(name), look(lower)])]
}

/**
 * The key under which names look alike to a reader, whatever script they borrow
 * their letters from: `paypaI` and `paypal`, `аda` in Cyrillic and `Ada`.
 *
 * Case makes no difference, but for a capital I, which counts as the `l` that it
 * looks like. So `Ian` and `ian` share their `Nickname.key`, not their look; if
 * they shared a look, `Neil` and `Nell` would too. Accents do make a difference.
 */
export const look = (name: Nickname): string => settle(name).replace(/\s+/gu, " ").trim()
