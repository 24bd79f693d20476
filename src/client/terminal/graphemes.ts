import { segmenter } from "../../domain/segmenter.ts"

/** Longer than most grapheme clusters, short enough to be copied once for each of them; UTF-16 code units. */
const pieceLength = 64

/**
 * The grapheme clusters of a text (characters as a reader sees them), in order.
 * V8's segmenter copies its whole input for each segment, so the text is passed
 * to it in short pieces: the work stays linear in the length of the text.
 * `piece` is the length to start with, in UTF-16 code units.
 */
export function* graphemesOf(text: string, piece = pieceLength): Generator<string, void> {
  let from = 0
  let length = piece
  while (from < text.length) {
    const end = border(text, from + length)
    const found = Array.from(segmenter().segment(text.slice(from, end)), ({ segment }) => segment)
    // The last cluster of a piece may continue behind the piece: it is segmented again with the next one.
    if (end < text.length) found.pop()
    yield* found
    from += found.reduce((sum, { length }) => sum + length, 0)
    length = found.length === 0 ? 2 * length : piece
  }
}

// Never within a surrogate pair: half of a combining mark would not join the cluster before it.
const border = (text: string, index: number): number =>
  index < text.length && (text.codePointAt(index - 1) ?? 0) > 0xffff ? index + 1 : Math.min(index, text.length)
