const encoder = new TextEncoder()

/** The UTF-8 of a text. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** What bytes say, each piece of them as it would be seen. */
export const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The same bytes one at a time. */
export const oneByOne = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => [...bytes].map((byte) => Uint8Array.of(byte))
