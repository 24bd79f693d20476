/** A line was longer than it may be; it is skipped up to its end. */
export const tooLong = Symbol("tooLong")

/** A whole line without its line feed, or that one was too long. */
export type Line = Uint8Array | typeof tooLong

const lineFeed = 10
const nothing = new Uint8Array(0)

/**
 * Cuts bytes into lines at each line feed. Only whole lines come out, so that
 * a character split between two reads is never decoded in halves. It holds at
 * most `maxBytes` at a time: a longer line is reported once, as soon as it is
 * known to be too long, and the rest of it is dropped.
 */
export class LineSplitter {
  readonly #maxBytes: number
  #pending: Uint8Array = nothing
  #skipping = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The bytes of the line that has not ended yet. */
  get pending(): Uint8Array {
    return this.#pending
  }

  /** Whether the rest of a line that was too long is being dropped. */
  get skipping(): boolean {
    return this.#skipping
  }

  push(chunk: Uint8Array): ReadonlyArray<Line> {
    const lines: Array<Line> = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#add(chunk.subarray(start, end), lines)
      if (!this.#skipping) lines.push(this.#pending)
      this.#reset()
      start = end + 1
    }
    this.#add(chunk.subarray(start), lines)
    return lines
  }

  /** Ends the current line as it stands, leaving `keep` of its last bytes for the next. */
  flush(keep = 0): Uint8Array {
    const end = this.#pending.length - keep
    const line = this.#pending.subarray(0, end)
    const rest = this.#pending.slice(end)
    this.#reset()
    this.#pending = rest
    return line
  }

  #reset() {
    this.#pending = nothing
    this.#skipping = false
  }

  #add(part: Uint8Array, lines: Array<Line>) {
    if (this.#skipping || part.length === 0) return
    const length = this.#pending.length + part.length
    if (length > this.#maxBytes) {
      this.#pending = nothing
      this.#skipping = true
      lines.push(tooLong)
      return
    }
    // A copy of its own: a short rest would otherwise hold the whole read.
    const joined = new Uint8Array(length)
    joined.set(this.#pending)
    joined.set(part, this.#pending.length)
    this.#pending = joined
  }
}
