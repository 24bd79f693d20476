const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" })

/** Longer than most characters, short enough to be copied for each; in UTF-16 code units. */
const pieceLength = 64

/**
 * The characters of a text as a reader sees them, in order. V8 copies all that
 * it is given for each segment that it finds: it is given a short piece at a
 * time, so the work grows with the length of the text alone.
 */
export function* graphemesOf(text: string, piece = pieceLength): Generator<string, void> {
  let from = 0
  let length = piece
  while (from < text.length) {
    const end = border(text, from + length)
    const found = Array.from(segmenter.segment(text.slice(from, end)), ({ segment }) => segment)
    // What comes behind the piece can belong to its last character.
    if (end < text.length) found.pop()
    yield* found
    from += found.reduce((sum, { length }) => sum + length, 0)
    length = found.length === 0 ? 2 * length : piece
  }
}

// Never between the halves of a surrogate pair: half of a mark joins nothing.
const border = (text: string, index: number): number =>
  index < text.length && (text.codePointAt(index - 1) ?? 0) > 0xffff ? index + 1 : Math.min(index, text.length)
