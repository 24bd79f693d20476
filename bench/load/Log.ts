/**
 * The room's one order: every message, as the first silent member to receive it
 * did. Everybody else is compared with it, whole ranges of bytes at a time.
 *
 * A place in it is a number of bytes since the first message. It keeps only the
 * lines that somebody has still to receive, so it stays in the CPU's cache.
 */
export class Log {
  readonly #lineBytes: number
  #capacity = 4096
  #bytes: Buffer
  #times = new Float64Array(this.#capacity)
  #senders = new Uint32Array(this.#capacity)
  /** The first line that is kept, and the first that somebody needs. */
  #first = 0
  #needed = 0
  #lines = 0

  /** All lines have this length. */
  constructor(lineBytes: number) {
    this.#lineBytes = lineBytes
    this.#bytes = Buffer.alloc(this.#capacity * lineBytes)
  }

  /** How many lines were ever said. */
  get lines(): number {
    return this.#lines
  }

  /** The place after the last line. */
  get end(): number {
    return this.#lines * this.#lineBytes
  }

  append(line: string, sender: number, intendedAt: number): void {
    if (this.#lines - this.#first === this.#capacity) this.#makeRoom()
    const slot = this.#lines - this.#first
    this.#bytes.write(line, slot * this.#lineBytes, this.#lineBytes, "latin1")
    this.#times[slot] = intendedAt
    this.#senders[slot] = sender
    this.#lines += 1
  }

  /** Whether `length` bytes of a member's stream are those of the log at this place. */
  matches(place: number, bytes: Buffer, from: number, length: number): boolean {
    const start = place - this.#first * this.#lineBytes
    return bytes.compare(this.#bytes, start, start + length, from, from + length) === 0
  }

  /** When this line was to be sent. */
  intendedAt(line: number): number {
    return this.#times[line - this.#first] ?? Number.NaN
  }

  senderOf(line: number): number {
    return this.#senders[line - this.#first] ?? Number.NaN
  }

  text(line: number): string {
    const start = (line - this.#first) * this.#lineBytes
    return this.#bytes.toString("latin1", start, start + this.#lineBytes)
  }

  /** The number of a line that is still kept; `undefined` when it is not there. */
  find(text: string): number | undefined {
    for (let line = this.#first; line < this.#lines; line += 1) if (this.text(line) === text) return line
    return undefined
  }

  /** Nobody needs the lines before this one any more. */
  forget(before: number): void {
    this.#needed = before
  }

  #makeRoom(): void {
    const unneeded = this.#needed - this.#first
    if (unneeded === 0) {
      this.#capacity *= 2
      this.#bytes = Buffer.concat([this.#bytes], this.#capacity * this.#lineBytes)
      const times = new Float64Array(this.#capacity)
      const senders = new Uint32Array(this.#capacity)
      times.set(this.#times)
      senders.set(this.#senders)
      this.#times = times
      this.#senders = senders
      return
    }
    this.#bytes.copyWithin(0, unneeded * this.#lineBytes)
    this.#times.copyWithin(0, unneeded)
    this.#senders.copyWithin(0, unneeded)
    this.#first = this.#needed
  }
}
