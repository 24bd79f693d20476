const strict = new TextDecoder("utf-8", { fatal: true })

/** Bytes as a text; `undefined` where they are not in UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}
