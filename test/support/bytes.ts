const encoder = new TextEncoder()

/** The UTF-8 of a text. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** A text in ISO 8859-1: a byte for each character. */
export const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1")

/** Bytes decoded as UTF-8; malformed ones become U+FFFD. */
export const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Bytes as chunks of one byte each. */
export const oneByOne = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => [...bytes].map((byte) => Uint8Array.of(byte))
