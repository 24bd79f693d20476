import { isEscape } from "../../domain/escapes.ts"

const lineEnd = /^(?:\n|\r[\n\0]?)$/u
const utf8 = new TextDecoder("utf-8")

/** The longest read that is looked at as one key, in bytes. */
const longestKey = 16

// One byte, one whole character, or the sequence of an arrow or a function key.
const isKey = (data: Uint8Array, read: string): boolean =>
  data.length === 1 || isEscape(read) || (Array.from(read).length === 1 && read !== "\ufffd")

/**
 * Tells by the reads whether every key is sent as it is pressed (a terminal in
 * raw mode): then two reads of one key each bring a line's first two keys. A read
 * that brings more before that is a program's, or a line of a terminal that sends lines.
 */
export class Typing {
  #verdict: "open" | "keys" | "lines" = "open"

  /** Whether keys come one by one. */
  get isByKey(): boolean {
    return this.#verdict === "keys"
  }

  /** Whether it is not known yet: what is pending, if anything, is one key. */
  get isOpen(): boolean {
    return this.#verdict === "open"
  }

  /** Takes the next read that has data in it. `isPending`: whether an unfinished line came before it. */
  read(data: Uint8Array, isPending: boolean): void {
    if (this.#verdict !== "open") return
    const read = data.length > longestKey ? "" : utf8.decode(data)
    if (lineEnd.test(read) || isKey(data, read)) {
      if (isPending) this.#verdict = "keys"
    } else this.#verdict = "lines"
  }
}
