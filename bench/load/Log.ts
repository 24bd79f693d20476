/**
 * The reference log, which is the room's one order: every message, as the first
 * silent member received it. Every other member's stream is compared with the
 * log, whole ranges of bytes at a time.
 *
 * A place in the log is a number of bytes since the first message. Only the lines
 * that somebody has still to receive are kept, so the log stays in the CPU's cache.
 */
export class Log {
  readonly #lineBytes: number
  #capacity = 4096
  #bytes: Buffer
  #times = new Float64Array(this.#capacity)
  #senders = new Uint32Array(this.#capacity)
  /** The first line that is kept, the first that somebody needs, and how many there were in all. */
  #first = 0
  #needed = 0
  #lines = 0

  /** `lineBytes`: the length of every line. */
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

  /** Adds a line of the member with the index `sender`, which was to be sent at this time, ms. */
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

  /** When this line was to be sent, ms; `NaN` once it is no longer kept. */
  intendedAt(line: number): number {
    return this.#times[line - this.#first] ?? Number.NaN
  }

  /** The index of the member that said this line; `NaN` once it is no longer kept. */
  senderOf(line: number): number {
    return this.#senders[line - this.#first] ?? Number.NaN
  }

  /** The text of a line that is still kept. */
  text(line: number): string {
    const start = (line - this.#first) * this.#lineBytes
    return this.#bytes.toString("latin1", start, start + this.#lineBytes)
  }

  /** The number of the first kept line with this text; `undefined` when there is none. */
  find(text: string): number | undefined {
    for (let line = this.#first; line < this.#lines; line += 1) if (this.text(line) === text) return line
    return undefined
  }

  /** The lines before this one need not be kept any more. */
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
