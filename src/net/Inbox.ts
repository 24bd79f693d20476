/** Stands for a silence: nothing was heard for as long as the reader wanted to wait. */
export const silence = Symbol("silence")

/** The overhead that counts for each chunk, in bytes: a peer may send single bytes, and each is kept as a chunk. See docs/adr/0008. */
const chunkBytes = 64

/** The receive buffer: what has come from a peer and has not been read yet, in order, with the silences in between. */
export class Inbox {
  readonly #limit: number
  #items: Array<Uint8Array | typeof silence> = []
  #bytes = 0
  #isQuiet = true

  /** `limit`: the high-water mark in bytes, from which on the inbox is full. It still takes what comes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** How much is kept, in bytes, with the overhead of each chunk. */
  get size(): number {
    return this.#bytes
  }

  /** Whether the high-water mark is reached: the peer has to wait. */
  get isFull(): boolean {
    return this.#bytes >= this.#limit
  }

  /** Whether no bytes wait. */
  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  /** Puts bytes that have come at the end. */
  add(chunk: Uint8Array): void {
    this.#items.push(chunk)
    this.#bytes += chunk.length + chunkBytes
    this.#isQuiet = false
  }

  /** Puts bytes that were taken back to the front. */
  putBack(chunk: Uint8Array): void {
    this.#items.unshift(chunk)
    this.#bytes += chunk.length + chunkBytes
  }

  /** Puts a silence at the end; several with no bytes in between are kept as one. */
  addSilence(): void {
    if (!this.#isQuiet) this.#items.push(silence)
    this.#isQuiet = true
  }

  /** Takes what comes next, `undefined` when there is nothing; skips silences unless `countsSilence`. */
  take(countsSilence: boolean): Uint8Array | typeof silence | undefined {
    const item = this.#items.shift()
    if (item === silence) return countsSilence ? silence : this.take(countsSilence)
    if (item !== undefined) this.#bytes -= item.length + chunkBytes
    return item
  }

  /** All that waits, in order; nothing is taken. */
  get items(): ReadonlyArray<Uint8Array | typeof silence> {
    return this.#items
  }

  /** Takes all chunks of bytes, in order, without the silences. */
  empty(): ReadonlyArray<Uint8Array> {
    const chunks = this.#items.filter((item) => item !== silence)
    this.clear()
    return chunks
  }

  /** Drops everything. */
  clear(): void {
    this.#items = []
    this.#bytes = 0
  }
}
