const NUL = 0
const LF = 10
const CR = 13

/**
 * Makes one line feed of each line end: LF, CR, CR LF, and the CR NUL of telnet
 * and of terminals in raw mode. A CR ends its line at once: the rest of the line
 * end is taken out when it comes, in the same read or in a later one.
 */
export class LineEnds {
  // Which byte would still belong to a line end that has ended its line already. CR NUL LF is one too: CR LF in UTF-16 without a mark.
  #rest: ReadonlyArray<number> = []

  /** The next bytes with a line feed for each line end. */
  read(bytes: Uint8Array): Uint8Array {
    if (this.#rest.length === 0 && !bytes.includes(CR)) return bytes
    const result = new Uint8Array(bytes.length)
    let length = 0
    for (const byte of bytes) {
      const isRest = this.#rest.includes(byte)
      this.#rest = byte === CR ? [NUL, LF] : isRest && byte === NUL ? [LF] : []
      if (isRest) continue
      result[length] = byte === CR ? LF : byte
      length += 1
    }
    return result.subarray(0, length)
  }
}
