import { unseen } from "./invisible.ts"

// What looks like the colon between a name and what its bearer says, by Unicode's confusables.txt and to the eye. A test walks the
// table, which is not imported here: our client needs these rules too, and the table is larger than all of it.
const colons = String.raw`:\u02d0\u02f8\u0589\u05c3\u0703\u0704\u1365\u1366\u16ec\u1803\u1809\u205a\u205d\u205e\u2236-\u2237\u22ee\u2982\u29f4\u2a74\ua4fd\ua789\ufe13\ufe19\ufe30\ufe55\uff1a\u{10781}`

// The blocks of arrows, and the arrows among the dingbats. Unicode has no property for them.
const arrows = String.raw`\u2190-\u21ff\u2794\u2798-\u27af\u27b1-\u27be\u27f0-\u27ff\u2900-\u297f\u2b00-\u2b11\u2b30-\u2b4f\u2b5a-\u2b95\uffe9-\uffec\u{1f800}-\u{1f8ff}`

const dash = String.raw`[\p{Pd}=~\u02d7\u2043\u2053\u207b\u208b\u2212\u2500\u2501\u2550\u23af\u2796\u30fc]`
const tip = String.raw`[>\u02c3\u1433\u203a\u00bb\u227b\u226b\u22d9\u232a\u276f\u27e9\u29fd\u300b\u3009\ufe65\uff1e]`
const tail = String.raw`[<\u02c2\u1438\u2039\u00ab\u227a\u226a\u22d8\u2329\u276e\u27e8\u29fc\u300a\u3008\ufe64\uff1c]`
const drawnArrow = String.raw`${dash}+\s*${tip}|${tail}\s*${dash}+`

// Signs of one script that look like a colon behind the letters of others, where they show nothing but themselves.
const visargas: ReadonlyArray<readonly [string, string]> = [
  ["Devanagari", "\\u0903"],
  ["Bengali", "\\u0983"],
  ["Gujarati", "\\u0a83"],
  ["Oriya", "\\u0b03"],
  ["Telugu", "\\u0c03"],
  ["Kannada", "\\u0c83"],
  ["Malayalam", "\\u0d03"],
  ["Sinhala", "\\u0d83"],
  ["Tibetan", "\\u0f7f"],
  ["Myanmar", "\\u1038"],
  ["Khmer", "\\u17c7\\u17c8"],
  ["Ethiopic", "\\u1361"]
]
const astray = visargas.map(([script, signs]) => String.raw`(?<!\p{Script=${script}}\p{M}*)[${signs}]`).join("|")

// Marks that are only seen in what they do to the letter behind them (in Unicode's terms invisible stackers, and number joiners):
// between letters of a script without capitals, as all their scripts are.
const stackers = String.raw`[\u1039\u17d2\u1a60\u2d7f\uaaf6\u{10a3f}\u{1107f}\u{11133}\u{113d0}\u{1193e}\u{11a47}\u{11a99}\u{11d45}\u{11d97}\u{11f42}](?![\p{Lo}\p{N}])`

const unsafe = new RegExp(`[${unseen}${colons}${arrows}]|${drawnArrow}|${astray}|${stackers}`, "gu")

// Brackets as Unicode pairs them for the bidirectional algorithm, but for round ones, which no line of ours has around a name.
const bracket = /(?![()\uff08\uff09\ufe59\ufe5a])(?=\p{Bidi_Mirrored})[\p{Ps}\p{Pe}]/gu

const isBalanced = (name: string): boolean => {
  let open = 0
  for (const [found] of name.matchAll(bracket)) {
    open += /\p{Ps}/u.test(found) ? 1 : -1
    if (open < 0) return false
  }
  return open === 0
}

// What stands before a name where somebody does something, where our own client shows an error, and before a command.
// An asterisk without a blank behind it is part of a word; the wide ones bear a blank within.
const start = /^(?:[*\u066d\u204e\u2051\u2055\u2217\u2731-\u2733\u2749\u274b\ua673\ufe61]+(?:\s+|$)|\uff0a+\s*|[!\u01c3\u203c\ufe15\ufe57\uff01]+\s+|[/\u2044\u2215\u29f8\uff0f]\s*)+/u

// What stands before the name of a room; a keycap is an emoji.
const hash = /^(?:[#\ufe5f\uff03](?!\ufe0f?\u20e3)\s*)+/u

/** A rule that a name keeps: how one is made that does, where it leaves all others as they are; and the words for who does not. */
export interface Rule {
  readonly keep: (name: string) => string
  /** Whether it is about single characters, of which the joiners of a name are none: then it is asked of the pieces between these. */
  readonly isOfPieces?: boolean
  readonly words: string
}

/** The rules on what stands in a name, in addition to those on its length and on who may bear it. See docs/adr/0023. */
export const rules: readonly [Rule, ...ReadonlyArray<Rule>] = [
  {
    keep: (piece) => piece.replace(unsafe, ""),
    isOfPieces: true,
    words: "A name cannot contain a colon, an arrow, a line break, or control, invisible or direction-changing characters, nor what looks like a colon."
  },
  {
    keep: (name) => (isBalanced(name) ? name : name.replace(bracket, "")),
    words: "A name closes each bracket that it opens, and none that it does not: leave the brackets out."
  },
  {
    keep: (name) => name.replace(start, ""),
    words: "A name cannot begin with an asterisk and a blank, a slash, or an exclamation mark and a blank, as lines of the server's do: leave that out."
  },
  {
    keep: (name) => name.replace(hash, ""),
    words: "A name cannot begin with #, as the names of rooms do: leave that out."
  }
]
