/** How people are found by their names, or by a part of these: with `*` for any characters, and `?` for any one. */
import { fits } from "../../../domain/masks.ts"
import { type NameKey, oneWord } from "../../../domain/Nickname.ts"
import { keyOf } from "./tokens.ts"

/** Whether this is a mask, and not a name. */
export const isMask = (word: string): boolean => /[*?]/u.test(word)

/** What tells whether the key of a name is meant by a name or a mask. In a mask the parts between the signs are folded as names are. */
export const meansKey = (mask: string): ((key: NameKey) => boolean) => {
  const pattern = mask.replace(/[^*?]+/gu, (part) => oneWord(keyOf(part)))
  return isMask(mask) ? (key) => fits(pattern, oneWord(key)) : (key) => oneWord(key) === pattern
}
