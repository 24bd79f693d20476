import * as Schema from "effect/Schema"
import { isInvisible } from "./invisible.ts"
import { Refusal } from "./Refusal.ts"

/**
 * One line of text that is safe to show on any screen: no control characters
 * (tab excepted), no line breaks, nothing that reverses the direction of what
 * follows, no lone surrogates.
 */
export const Text = Schema.String.pipe(Schema.brand("Text"))
export type Text = typeof Text.Type

// LF, VT, FF, CR, NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR
const lineBreak = /[\n\v\f\r\u0085\u2028\u2029]/u
const lineBreaks = new RegExp(lineBreak, "gu")

// Controls but for the tab; embeddings, overrides and isolates; the byte order
// mark; interlinear annotations; deprecated format characters.

const unsafe = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]/gu

// The most marks on one character, and the most emoji joined into one: no script and no flag or family needs more.
const maxPile = 8
const pile = new RegExp(`[\\p{M}\\p{Default_Ignorable_Code_Point}]{${maxPile + 1},}`, "gu")
// No mark is ASCII; to tell that is much faster than to ask Unicode's properties of every character.
const maybePile = new RegExp(`[^\\0-\\u007f]{${maxPile + 1}}`, "u")
const chain = new RegExp(`(?:\\p{Extended_Pictographic}[\\p{Emoji_Modifier}\\ufe0f]*\\u200d){${maxPile + 1},}`, "gu")

/** The text with at most {@link maxPile} marks on each character, and without the joiners of longer chains of emoji. */
export const withoutPiles = (text: string): string => {
  const flat = maybePile.test(text) ? text.replace(pile, (marks) => Array.from(marks).slice(0, maxPile).join("")) : text
  return flat.includes("\u200d") ? flat.replace(chain, (emoji) => emoji.replaceAll("\u200d", "")) : flat
}

const ordinary = /^[\t\u0020-\u007e]*$/u

/**
 * Makes any string safe to show: line breaks become spaces, what could steer a
 * terminal or reverse a line is taken out, lone surrogates become U+FFFD, and
 * what piles up on one character is bounded.
 */
export const clean = (raw: string): Text =>
  Text.make(ordinary.test(raw) ? raw : withoutPiles(raw.toWellFormed().replace(lineBreaks, " ").replace(unsafe, "")))

/**
 * Text as a program sent it: trailing white space is removed, what is unsafe to
 * show is taken out, and a line break anywhere or nothing left is a refusal.
 */
export const parse = (raw: string): Text | Refusal => {
  if (lineBreak.test(raw)) {
    return new Refusal({
      code: "text-line-break",
      message: "A message is one line: send each line as a message of its own."
    })
  }
  return lenient(raw) ?? emptyText
}

/** The refusal of a message that shows nothing. */
export const emptyText = new Refusal({ code: "text-empty", message: "There is nothing in this message to say." })

/** Text as a person typed it: never refused, `undefined` when there is nothing in it that can be seen. */
export const lenient = (raw: string): Text | undefined => {
  const text = Text.make(clean(raw).trimEnd())
  return isInvisible(text) ? undefined : text
}
