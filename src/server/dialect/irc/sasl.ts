/** SASL, as clients of IRC speak it: https://ircv3.net/specs/extensions/sasl-3.1, with PLAIN (RFC 4616) alone. */
import { decodeUtf8 } from "./utf8.ts"

/** The mechanisms that are spoken here, as they are listed. */
export const mechanisms = "PLAIN"

/** The longest piece of a response, in characters: a shorter one is the last. */
export const longestPiece = 400

/** How long all pieces of a response are together at most. */
const longestResponse = 4 * longestPiece

/** Who somebody says that it is, and its words. */
export interface Identification {
  readonly name: string
  readonly words: string
}

/** A response while it comes, piece by piece. */
export class SaslResponse {
  #encoded = ""

  /** Takes a piece: `more` where others follow, `undefined` where the response is too long, is none of PLAIN, or says nobody's name or no words. */
  take(piece: string): Identification | "more" | undefined {
    if (piece !== "+") this.#encoded += piece
    if (this.#encoded.length > longestResponse) return undefined
    return piece.length === longestPiece ? "more" : readPlain(this.#encoded)
  }
}

const base64 = /^(?:[\d+/A-Za-z]{4})*(?:[\d+/A-Za-z]{2}==|[\d+/A-Za-z]{3}=)?$/u

const readPlain = (encoded: string): Identification | undefined => {
  const text = base64.test(encoded) ? decodeUtf8(Buffer.from(encoded, "base64")) : undefined
  const [as, name, words, ...others] = text?.split("\0") ?? []
  if (as === undefined || name === undefined || words === undefined || others.length > 0) return undefined
  // Nobody can be somebody else than who says the words.
  return name === "" || words === "" || (as !== "" && as !== name) ? undefined : { name, words }
}
