const utf8 = new TextDecoder("utf-8")
const marked = new TextDecoder("utf-8", { ignoreBOM: true })
const encoder = new TextEncoder()
const latin1 = new TextDecoder("latin1")

// Windows-1252 from 0x80 to 0x9F, where Latin-1 has controls. Node 20's own decoder leaves these controls as they are.
const c1 = Array.from("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")
const windows1252 = (bytes: Uint8Array): string =>
  latin1.decode(bytes).replace(/[\u0080-\u009f]/gu, (control) => c1[control.charCodeAt(0) - 0x80] ?? control)

// U+FFFD is what the decoder puts in place of malformed bytes, and may also have been sent.
const isUtf8 = (bytes: Uint8Array): boolean => {
  const again = encoder.encode(marked.decode(bytes))
  return again.length === bytes.length && again.every((byte, index) => byte === bytes[index])
}

/**
 * Decodes a whole line of people or of old programs: as UTF-8, and as
 * Windows-1252 where it is no UTF-8. Text in a legacy 8-bit encoding is hardly
 * ever valid UTF-8 by chance. A byte order mark before it is taken off.
 */
export const decode = (line: Uint8Array): string => {
  const text = utf8.decode(line)
  return text.includes("\ufffd") && !isUtf8(line) ? windows1252(line) : text
}

/** How many bytes at the end are the start of a UTF-8 sequence that is not complete yet. */
export const incompleteTail = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? back : 0
    }
    if (byte < 0x80) return 0
  }
  return 0
}

/** UTF-16, by its byte order. */
export type Utf16 = "utf-16le" | "utf-16be"

/** A stream in UTF-16, transcoded to UTF-8 as it comes; its byte order mark is taken off. */
export class Transcoder {
  readonly #decoder: InstanceType<typeof TextDecoder>

  constructor(encoding: Utf16) {
    this.#decoder = new TextDecoder(encoding)
  }

  /** The UTF-8 of the next bytes. A character that is not complete yet comes out with the bytes that complete it. */
  push(bytes: Uint8Array): Uint8Array {
    return encoder.encode(this.#decoder.decode(bytes, { stream: true }))
  }
}
