/** SASL, as clients of IRC speak it: https://ircv3.net/specs/extensions/sasl-3.1, with PLAIN (RFC 4616), and EXTERNAL (RFC 4422) where the client has shown a certificate. */
import type { Hearing } from "../Dialect.ts"
import { decodeUtf8 } from "../../../net/utf8.ts"

/** The mechanisms that are spoken here. */
export type Mechanism = "PLAIN" | "EXTERNAL"

/** Those that are spoken to this client, as they are listed. */
export const mechanismsFor = ({ encryption }: Pick<Hearing, "encryption">): string => (encryption?.certificate === undefined ? "PLAIN" : "EXTERNAL,PLAIN")

/** The longest piece of a response, in characters: a shorter one is the last. */
export const longestPiece = 400

/** How long all pieces of a response are together at most. */
const longestResponse = 4 * longestPiece

/** Who somebody says that it is, and its words; without them by EXTERNAL, where nobody may be named either. */
export interface Identification {
  readonly name: string | undefined
  readonly words: string | undefined
}

/** A response while it comes, piece by piece. */
export class SaslResponse {
  readonly #mechanism: Mechanism
  #encoded = ""

  constructor(mechanism: Mechanism) {
    this.#mechanism = mechanism
  }

  /** Takes a piece: `more` where others follow, `undefined` where the response is too long, is none of its mechanism, or says nobody's name or no words. */
  take(piece: string): Identification | "more" | undefined {
    if (piece !== "+") this.#encoded += piece
    if (this.#encoded.length > longestResponse) return undefined
    return piece.length === longestPiece ? "more" : readers[this.#mechanism](this.#encoded)
  }
}

const base64 = /^(?:[\d+/A-Za-z]{4})*(?:[\d+/A-Za-z]{2}==|[\d+/A-Za-z]{3}=)?$/u

const textIn = (encoded: string): string | undefined => (base64.test(encoded) ? decodeUtf8(Buffer.from(encoded, "base64")) : undefined)

const readExternal = (encoded: string): Identification | undefined => {
  const name = textIn(encoded)
  return name === undefined ? undefined : { name: name === "" ? undefined : name, words: undefined }
}

const readPlain = (encoded: string): Identification | undefined => {
  const text = textIn(encoded)
  const [as, name, words, ...others] = text?.split("\0") ?? []
  if (as === undefined || name === undefined || words === undefined || others.length > 0) return undefined
  // Nobody can be somebody else than who says the words.
  return name === "" || words === "" || (as !== "" && as !== name) ? undefined : { name, words }
}

const readers: Readonly<Record<Mechanism, (encoded: string) => Identification | undefined>> = { PLAIN: readPlain, EXTERNAL: readExternal }
