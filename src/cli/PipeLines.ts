import { withoutEscapes } from "../domain/escapes.ts"
import { decode, Transcoder, type Utf16 } from "../domain/wire/encoding.ts"
import { type Line, LineSplitter, tooLong } from "../domain/wire/Lines.ts"

/** A line of the input as text, or the mark of one that was too long. */
export type PipeLine = string | typeof tooLong

const nothing = new Uint8Array(0)

/**
 * Cuts the bytes of a pipe or a file into lines, at LF and CR LF: a CR alone is
 * part of a line. They are UTF-16 where they begin with its mark, as those of
 * PowerShell do; else each line is UTF-8, or Windows-1252 where it is none. The
 * colours of a program that wrote them are taken out.
 */
export class PipeLines {
  readonly #splitter: LineSplitter
  // The first bytes, held back while they can still be the mark of UTF-16; `undefined` once that is known.
  #start: Uint8Array | undefined = nothing
  #transcoder: Transcoder | undefined

  /** `maxBytes`: the longest line. */
  constructor(maxBytes: number) {
    this.#splitter = new LineSplitter(maxBytes)
  }

  /** Takes the next bytes: the lines that end in them, in order. */
  push(chunk: Uint8Array): ReadonlyArray<PipeLine> {
    if (this.#start === undefined) return this.#cut(chunk)
    const start = Uint8Array.from([...this.#start, ...chunk.subarray(0, 2)])
    if (start.length < 2) {
      this.#start = start
      return []
    }
    const held = this.#start
    this.#start = undefined
    const encoding = markOf(start)
    if (encoding !== undefined) this.#transcoder = new Transcoder(encoding)
    return [...this.#cut(held), ...this.#cut(chunk)]
  }

  /** The input has ended: the line that has not, if any. */
  end(): ReadonlyArray<PipeLine> {
    const held = this.#start === undefined ? [] : this.#cut(this.#start)
    return this.#splitter.pending.length === 0 ? held : [...held, text(this.#splitter.flush())]
  }

  #cut(bytes: Uint8Array): ReadonlyArray<PipeLine> {
    return this.#splitter.push(this.#transcoder?.push(bytes) ?? bytes).map(text)
  }
}

const text = (line: Line): PipeLine => (line === tooLong ? line : withoutEscapes(decode(line).replace(/\r$/u, "")))

// Telnet is not spoken in a pipe: there FF FE is nothing else.
const markOf = ([first, second]: Uint8Array): Utf16 | undefined => {
  if (first === 0xff && second === 0xfe) return "utf-16le"
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined
}
