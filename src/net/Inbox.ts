/** Nothing was heard for as long as the reader wanted to wait. */
export const silence = Symbol("silence")

/** What a chunk takes besides its bytes: a peer may send them one by one. */
const chunkBytes = 64

/** What has come from a peer and has not been read yet, in order, with the silences that were in it. */
export class Inbox {
  readonly #limit: number
  #items: Array<Uint8Array | typeof silence> = []
  #bytes = 0
  #isQuiet = true

  /** It is full with so many bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#bytes >= this.#limit
  }

  add(chunk: Uint8Array): void {
    this.#items.push(chunk)
    this.#bytes += chunk.length + chunkBytes
    this.#isQuiet = false
  }

  /** What came last was followed by a silence. */
  addSilence(): void {
    if (!this.#isQuiet) this.#items.push(silence)
    this.#isQuiet = true
  }

  /** What comes next, if anything does; silences only where they mean something. */
  take(countsSilence: boolean): Uint8Array | typeof silence | undefined {
    const item = this.#items.shift()
    if (item === silence) return countsSilence ? silence : this.take(countsSilence)
    if (item !== undefined) this.#bytes -= item.length + chunkBytes
    return item
  }

  /** Takes all bytes that are in it, in order, without the silences. */
  empty(): ReadonlyArray<Uint8Array> {
    const chunks = this.#items.filter((item) => item !== silence)
    this.clear()
    return chunks
  }

  clear(): void {
    this.#items = []
    this.#bytes = 0
  }
}
