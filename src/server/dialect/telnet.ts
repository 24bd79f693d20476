import { areYouThere } from "../../domain/phrases.ts"

const SE = 240
const AYT = 246
const EC = 247
const EL = 248
const SB = 250
const WILL = 251
const WONT = 252
const DO = 253
const DONT = 254
const IAC = 255
const timingMark = 6

/** The ASCII controls that erase as telnet's commands do: the character before, and the whole line. */
export const eraseCharacter = 0x7f
export const eraseLine = 0x15

type State = "data" | "iac" | "option" | "subnegotiation" | "subnegotiation-iac"

const alive = new TextEncoder().encode(`${areYouThere}\r\n`)

/**
 * Telnet (RFC 854) without any option: takes its commands out of the bytes, also
 * where a read ends in the middle of one. It erases as the commands EC and EL say,
 * by the controls of ASCII, and answers "are you there" and the timing mark: after
 * an interrupt a client throws all away that comes before that answer. Options are
 * not answered: programs that send their name with the first of them read the
 * welcome next. A doubled IAC is dropped too: 0xFF is never part of UTF-8.
 */
export class TelnetFilter {
  #state: State = "data"
  #command = 0
  #isSpoken = false
  #answer: ReadonlyArray<number> = []

  /** Whether the client has sent a command: it is a telnet client, or speaks as one. */
  get isSpoken(): boolean {
    return this.#isSpoken
  }

  /** What the bytes filtered last want answered, to be sent as it is; empty where they want nothing. */
  get answer(): Uint8Array {
    return Uint8Array.from(this.#answer)
  }

  /** The data in the next bytes of the stream. */
  filter(bytes: Uint8Array): Uint8Array {
    this.#answer = []
    if (this.#state === "data" && !bytes.includes(IAC)) return bytes
    const data = new Uint8Array(bytes.length)
    let length = 0
    let isAsked = false
    const marks: Array<number> = []
    for (const byte of bytes) {
      const kept = this.#step(byte)
      if (kept !== undefined) {
        data[length] = kept
        length += 1
      } else if (this.#state === "data" && this.#command === AYT) isAsked = true
      else if (this.#state === "data" && this.#command === DO && byte === timingMark) marks.push(IAC, WONT, timingMark)
    }
    // Asked several times in one read, it is answered once: an answer is longer than its question.
    this.#answer = isAsked ? [...marks, ...alive] : marks
    return data.subarray(0, length)
  }

  // The byte of data that a byte of the stream comes to, if any.
  #step(byte: number): number | undefined {
    switch (this.#state) {
      case "data":
        this.#command = 0
        if (byte !== IAC) return byte
        this.#state = "iac"
        return undefined
      case "iac":
        return this.#commanded(byte)
      case "option":
        this.#state = "data"
        return undefined
      case "subnegotiation":
        if (byte === IAC) this.#state = "subnegotiation-iac"
        return undefined
      case "subnegotiation-iac":
        this.#state = byte === SE ? "data" : "subnegotiation"
        this.#command = 0
        return undefined
    }
  }

  // After an IAC: below SE there are no commands, so that IAC was none.
  #commanded(byte: number): number | undefined {
    this.#state = byte === SB ? "subnegotiation" : byte >= WILL && byte <= DONT ? "option" : "data"
    this.#command = byte
    if (byte < SE) return byte
    if (byte !== IAC) this.#isSpoken = true
    return byte === EC ? eraseCharacter : byte === EL ? eraseLine : undefined
  }
}
