import stringWidth from "string-width"
import { graphemesOf } from "./graphemes.ts"

/**
 * A line of the conversation in rows of at most `columns`, broken between words where it can be. Every row but the first begins with
 * `indent` blanks, or fewer in a narrow terminal: at its edge it could be taken for somebody else's line. Escape sequences (CSI) take
 * no columns. Where terminals disagree on the width of an emoji, the widest counts, so that no terminal breaks a row once more by
 * itself; what is ambiguous (East Asian Width) is narrow, as it is unless somebody has set up a terminal otherwise. The work grows with the length of the line alone.
 */
export const layOut = (line: string, columns: number, indent: number): string => {
  if (ordinary.test(line) && line.replaceAll(sequence, "").length <= columns) return line
  const rows = new Rows(Math.max(1, columns), Math.min(indent, Math.floor(columns / 3)))
  for (const word of wordsOf(line)) rows.add(word)
  return rows.text
}

/** The columns that a grapheme cluster takes in the terminal that counts the most for it. */
export const widest = (cluster: string): number => {
  // The fast path, for most: asking for a width costs microseconds, and a line may have thousands of clusters.
  if (narrow.test(cluster)) return 1
  if (wide.test(cluster)) return 2
  let sum = 0
  for (const character of cluster) {
    // Marks and joiners take no column of their own, and emoji may take two wherever they stand.
    if (!zero.test(character)) sum += pictographic.test(character) ? 2 : stringWidth(character)
  }
  return Math.max(sum, stringWidth(cluster))
}

/** A part of a word: a run of ASCII, which may be cut anywhere, a grapheme cluster, or an escape sequence, of no width. */
interface Part {
  readonly text: string
  readonly width: number
}

/** What stands together in a row where it can, and the blanks before it, which are left out where a row begins. */
interface Word {
  readonly blanks: string
  readonly parts: ReadonlyArray<Part>
}

const csi = String.raw`\u001b\[[0-?]*[ -/]*[@-~]`
const sequence = new RegExp(csi, "gu")
const ordinary = /^[\u0020-\u007e\u001b]*$/u
const ascii = /^[\u0021-\u007e]+$/u
const zero = /^[\p{Mn}\p{Me}\p{Cf}]$/u
const pictographic = /^[\p{Extended_Pictographic}\p{Regional_Indicator}]$/u
const punctuation = /^\p{P}/u
// One letter of Latin, Greek, Cyrillic or Armenian; one ideograph, kana or syllable of Hangul.
const narrow = /^[\u0020-\u007e\u00c0-\u02ff\u0370-\u0482\u048a-\u0556\u0561-\u0586]$/u
const wide = /^[\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]$/u
// No-break spaces belong to words.
const blank = String.raw`(?![\u00a0\u2007\u202f])\s`
const token = new RegExp(`(?<escape>${csi})|(?<blanks>(?:${blank})+)|(?<rest>(?:(?!${csi}|${blank})[^])+)`, "gu")

function* wordsOf(line: string): Generator<Word, void> {
  let blanks = ""
  let parts: Array<Part> = []
  for (const { groups } of line.matchAll(token)) {
    if (groups?.["blanks"] !== undefined) {
      yield { blanks, parts }
      blanks = groups["blanks"]
      parts = []
    } else if (groups?.["escape"] !== undefined) parts.push({ text: groups["escape"], width: 0 })
    else {
      for (const part of partsOf(groups?.["rest"] ?? "")) {
        // Scripts without spaces: a row may be broken before a wide character, but not before punctuation.
        if (part.isBreak && parts.length > 0) {
          yield { blanks, parts }
          blanks = ""
          parts = []
        }
        parts.push(part)
      }
    }
  }
  yield { blanks, parts }
}

function* partsOf(text: string): Generator<Part & { readonly isBreak: boolean }, void> {
  if (ascii.test(text)) {
    yield { text, width: text.length, isBreak: false }
    return
  }
  let wasWide = false
  // Somebody may fill a line with one cluster that costs much.
  const known = new Map<string, number>()
  for (const cluster of graphemesOf(text)) {
    const width = known.get(cluster) ?? widest(cluster)
    known.set(cluster, width)
    const isWide = width > 1
    yield { text: cluster, width, isBreak: (isWide || wasWide) && !punctuation.test(cluster) }
    wasWide = isWide
  }
}

/** The rows of one line, while words are added. */
class Rows {
  text = ""
  readonly #columns: number
  readonly #indent: number
  #width = 0
  #isEmpty = true

  constructor(columns: number, indent: number) {
    this.#columns = columns
    this.#indent = indent
  }

  add({ blanks, parts }: Word): void {
    const width = parts.reduce((sum, part) => sum + part.width, 0)
    const before = this.#expanded(blanks)
    const room = this.#columns - this.#width - before.length
    // A word that is longer than any row is cut; it begins where it stands.
    if (width <= room || (room > 0 && this.#indent + width > this.#columns)) this.#append(before, before.length)
    else if (!this.#isEmpty) this.#break()
    for (const part of parts) this.#put(part)
  }

  #put({ text, width }: Part): void {
    if (this.#width + width <= this.#columns) this.#append(text, width)
    else if (ascii.test(text) && text.length === width) {
      for (let rest = text; rest !== ""; ) {
        if (this.#width >= this.#columns) this.#break()
        const part = rest.slice(0, Math.max(1, this.#columns - this.#width))
        this.#append(part, part.length)
        rest = rest.slice(part.length)
      }
    } else {
      if (!this.#isEmpty) this.#break()
      this.#append(text, width)
    }
  }

  #append(text: string, width: number): void {
    this.text += text
    this.#width += width
    this.#isEmpty &&= width === 0
  }

  #break(): void {
    this.text += `\n${" ".repeat(this.#indent)}`
    this.#width = this.#indent
    this.#isEmpty = true
  }

  // Blanks as spaces: a tab leads to the next of the stops that are eight columns apart.
  #expanded(blanks: string): string {
    let width = this.#width
    for (const character of blanks) width += character === "\t" ? 8 - (width % 8) : widest(character)
    return " ".repeat(width - this.#width)
  }
}
