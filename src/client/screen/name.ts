import * as Nickname from "../../domain/Nickname.ts"

/** Mention: whether a text contains a name as whole words; case and width of letters do not matter. */
export const mentions = (text: string, name: string): boolean => {
  const words = ` ${Nickname.key(text)} `
  const key = Nickname.key(name)
  if (key === "") return false
  for (let at = words.indexOf(key); at >= 0; at = words.indexOf(key, at + 1)) {
    const around = [words.slice(0, at), words.slice(at + key.length)]
    if (!endsInWord.test(around[0] ?? "") && !beginsInWord.test(around[1] ?? "")) return true
  }
  return false
}

// Scripts without spaces between words: a name in them needs no word boundary.
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`
const inWord = String.raw`(?:(?![${unspaced}])[\p{L}\p{N}_]|\p{M})`
/** A text that ends within a word, so that a name behind it is only a part of that word. */
export const endsInWord = new RegExp(`${inWord}$`, "u")
/** The same at the start of the text behind a name. */
export const beginsInWord = new RegExp(`^${inWord}`, "u")

/** A stable hash of a name, from 0 to 65,520, equal for names that count as equal: what a view colours names by. */
export const hash = (name: string): number => {
  let sum = 0
  for (const character of Nickname.key(name)) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum
}
