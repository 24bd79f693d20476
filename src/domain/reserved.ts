import { looks } from "./lookalike.ts"
import * as Nickname from "./Nickname.ts"
import { anything, leaving, openings, question, speakers, titles, told } from "./sentences.ts"

/** The keys that tell whether a name could be taken for the server's. */
interface Keys {
  readonly key: Nickname.NameKey
  readonly looks: ReadonlyArray<string>
}

// All that a name can be read as, word by word and without signs; an underscore is part of a word, as in `server_2`. An i counts as
// an l, which its capital is drawn like. A space stands before and behind each word.
const readingsOf = ({ key, looks }: Keys): ReadonlyArray<string> => [key, ...looks].map((look) => ` ${wordsOf(look.replaceAll("i", "l"))} `)

const wordsOf = (text: string): string =>
  text
    .split(/[^\p{L}\p{M}\p{N}_]+/u)
    .map((word) => word.replace(/^[_\p{M}]+|_+$/gu, ""))
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .join(" ")

const readings = (name: string): ReadonlyArray<string> => [
  ...new Set(readingsOf({ key: Nickname.key(name), looks: looks(Nickname.Nickname.make(name)) }))
]

// Also as other letters that look like theirs.
const beginnings = [...speakers, ...titles].flatMap(readings)
const whole = [...Nickname.reserved].flatMap((name) => [name, `the ${name}`]).flatMap(readings)

const fragments = told.flatMap(readings).filter((fragment) => fragment.trim() !== "")
const questions = readings(question)
const starts = openings.filter((opening) => !opening.includes(anything)).flatMap(readings)
const frames = openings.filter((opening) => opening.includes(anything)).map((opening) => opening.split(anything).map(readings))

// One word alone begins too many lines of people.
const isStart = (look: string, start: string): boolean => (start.trim().includes(" ") ? look.startsWith(start) : look === start)

const isFramed = (look: string): boolean =>
  frames.some(([before = [], after = []]) => before.some((start) => look.startsWith(start)) && after.some((end) => look.includes(end)))

const isSentence = (look: string): boolean =>
  whole.includes(look) ||
  beginnings.some((speaker) => look.startsWith(speaker)) ||
  fragments.some((fragment) => look.includes(fragment)) ||
  questions.some((asked) => look.startsWith(asked) || look.endsWith(asked)) ||
  starts.some((start) => isStart(look, start)) ||
  isFramed(look)

/** Whether nobody may bear a name with these keys, because what its bearer says could be taken for the server's words. */
export const isReservedBy = (keys: Keys): boolean => leaving.has(keys.key) || readingsOf(keys).some(isSentence)

/** Whether nobody may bear this name. */
export const isReserved = (name: Nickname.Nickname): boolean => isReservedBy({ key: Nickname.key(name), looks: looks(name) })

/**
 * A reserved name as one word, which reads as no sentence any more: without signs, and without letters that look like signs. Empty
 * where nothing is left of it.
 */
export const asOneWord = (name: Nickname.Nickname): string => {
  const ofWords = new Set([...new Set(name)].filter(isOfWords))
  return Array.from(name, (character) => (ofWords.has(character) ? character : " "))
    .join("")
    .trim()
    .replace(/\s+/gu, "_")
}

const isOfWords = (character: string): boolean => /\p{M}/u.test(character) || readings(character).every((look) => look.trim() !== "")
