const IAC = 255
const SB = 250
const SE = 240
const WILL = 251
const DONT = 254

type State = "data" | "iac" | "option" | "subnegotiation" | "subnegotiation-iac"

/** The longest subnegotiation, in bytes: after so many without its end, what follows is data again. */
const maxSubnegotiation = 512

/**
 * Takes telnet's command sequences out of the bytes, also where a read ends in the
 * middle of a sequence. A doubled IAC is dropped too: 0xFF is never part of UTF-8.
 */
export class TelnetFilter {
  #state: State = "data"
  #subnegotiated = 0

  /** The data in the next bytes of the stream. */
  filter(bytes: Uint8Array): Uint8Array {
    if (this.#state === "data" && !bytes.includes(IAC)) return bytes
    return bytes.filter((byte) => this.#isData(byte))
  }

  #isData(byte: number): boolean {
    switch (this.#state) {
      case "data":
        if (byte !== IAC) return true
        this.#state = "iac"
        return false
      case "iac":
        this.#subnegotiated = 0
        this.#state = byte === SB ? "subnegotiation" : byte >= WILL && byte <= DONT ? "option" : "data"
        return false
      case "option":
        this.#state = "data"
        return false
      case "subnegotiation":
        this.#subnegotiated += 1
        if (byte === IAC) this.#state = "subnegotiation-iac"
        else if (this.#subnegotiated > maxSubnegotiation) this.#state = "data"
        return false
      case "subnegotiation-iac":
        this.#state = byte === SE ? "data" : "subnegotiation"
        return false
    }
  }
}
