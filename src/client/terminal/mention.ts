import * as Nickname from "../../domain/Nickname.ts"
import { beginsInWord, endsInWord, mentions } from "../screen/name.ts"
import { graphemesOf } from "./graphemes.ts"

/** A part of a text: the indices of its start and its end, in UTF-16 code units. */
type Range = readonly [from: number, to: number]

/** Where a text mentions a name (see {@link mentions}), in order. */
export const mentionsIn = (text: string, name: string): ReadonlyArray<Range> => {
  const { folded: key } = fold(name)
  if (key === "" || !mentions(text, name)) return []
  const { ends, folded, starts } = fold(text)
  const found: Array<Range> = []
  for (let at = folded.indexOf(key); at >= 0; at = folded.indexOf(key, at + 1)) {
    const end = at + key.length
    if (endsInWord.test(folded.slice(Math.max(0, at - nearby), at)) || beginsInWord.test(folded.slice(end, end + nearby))) continue
    const from = starts[at] ?? 0
    if (from >= (found.at(-1)?.[1] ?? 0)) found.push([from, ends[end - 1] ?? text.length])
  }
  return found
}

// How many code units beside a name decide whether it is a word of its own: more than the marks that may stand on one character.
const nearby = 16

// A text folded cluster by cluster. For each code unit of the result: where its cluster starts and ends in the text.
const fold = (text: string) => {
  const starts: Array<number> = []
  const ends: Array<number> = []
  let folded = ""
  let at = 0
  const add = (part: string, key: string) => {
    starts.push(...Array.from({ length: key.length }, () => at))
    ends.push(...Array.from({ length: key.length }, () => at + part.length))
    folded += key
    at += part.length
  }
  for (const cluster of graphemesOf(text)) {
    // A mark on a blank belongs to the word behind the blank.
    const [, blank = "", rest = ""] = /^(\s*)(.*)$/su.exec(cluster) ?? []
    add(blank, blank === "" || folded.endsWith(" ") ? "" : " ")
    add(rest, Nickname.key(rest).replaceAll("ς", "σ"))
  }
  return { folded, starts, ends }
}
