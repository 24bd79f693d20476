/** Stands for a line that was longer than it may be, and is skipped up to its end. */
export const tooLong = Symbol("tooLong")

/** A whole line without its line feed, or the mark of one that was too long. */
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
  readonly #headBytes: number
  #head: Uint8Array = nothing
  // Grows by doubling, so that a line that comes byte by byte is not copied at each byte.
  #buffer: Uint8Array = nothing
  #length = 0
  #skipping = false

  /** `headBytes`: how much is kept of the beginning of a line that was too long. */
  constructor(maxBytes: number, headBytes = 0) {
    this.#maxBytes = maxBytes
    this.#headBytes = headBytes
  }

  /** The beginning of the last line that was too long. */
  get head(): Uint8Array {
    return this.#head
  }

  /** The bytes of the line that has not ended yet. */
  get pending(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Whether the rest of a line that was too long is being dropped. */
  get skipping(): boolean {
    return this.#skipping
  }

  /** Takes the next bytes: the lines that end in them, in order. */
  push(chunk: Uint8Array): ReadonlyArray<Line> {
    const lines: Array<Line> = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#add(chunk.subarray(start, end), lines)
      if (!this.#skipping) lines.push(this.pending)
      this.#reset()
      start = end + 1
    }
    this.#add(chunk.subarray(start), lines)
    return lines
  }

  /** Ends the current line as it stands, leaving `keep` of its last bytes for the next. */
  flush(keep = 0): Uint8Array {
    const end = this.#length - keep
    const line = this.#buffer.subarray(0, end)
    const rest = this.#buffer.slice(end, this.#length)
    this.#reset()
    this.#buffer = rest
    this.#length = rest.length
    return line
  }

  // Starts a new buffer, as the lines that went out are views of the old one.
  #reset() {
    this.#buffer = nothing
    this.#length = 0
    this.#skipping = false
  }

  // The beginning of the line that goes on with this part, copied.
  #headOf(part: Uint8Array): Uint8Array {
    if (this.#headBytes === 0) return nothing
    const pending = this.pending.subarray(0, this.#headBytes)
    const head = new Uint8Array(Math.min(this.#headBytes, pending.length + part.length))
    head.set(pending)
    head.set(part.subarray(0, head.length - pending.length), pending.length)
    return head
  }

  #add(part: Uint8Array, lines: Array<Line>) {
    if (this.#skipping || part.length === 0) return
    const length = this.#length + part.length
    if (length > this.#maxBytes) {
      this.#head = this.#headOf(part)
      this.#reset()
      this.#skipping = true
      lines.push(tooLong)
      return
    }
    if (length > this.#buffer.length) {
      // Copied: a view of a short rest would keep the whole chunk in memory.
      const larger = new Uint8Array(this.#length === 0 ? length : Math.min(this.#maxBytes, length * 2))
      larger.set(this.pending)
      this.#buffer = larger
    }
    this.#buffer.set(part, this.#length)
    this.#length = length
  }
}
