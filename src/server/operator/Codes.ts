import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

/** For how long a code is good, ms: a browser has to start meanwhile. */
export const goodFor = 30_000

/** How many codes may be good at once; for one more, the oldest is none any more. */
const mostCodes = 16

// 128 bits, as text for an address or a header.
const newSecret = (): string => randomBytes(16).toString("base64url")

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest()

// How long it takes tells nothing about either.
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

/**
 * What opens the operator's window. A code travels in an address, which other
 * users of this machine may see in the arguments of a browser: each is good once,
 * and not for long. It is exchanged for the secret, which opens the window again
 * as long as the server runs. Times are in ms, of any clock that never goes back.
 */
export class Codes {
  readonly #goodUntil = new Map<string, number>()
  /** Opens the window again, after a reload or a lost connection. */
  readonly secret = newSecret()
  /** Lets another program of the same user have codes. */
  readonly key = newSecret()

  /** A new code, good from now on. */
  mint(now: number): string {
    const code = newSecret()
    this.#goodUntil.set(code, now + goodFor)
    for (const oldest of this.#goodUntil.keys()) {
      if (this.#goodUntil.size <= mostCodes) break
      this.#goodUntil.delete(oldest)
    }
    return code
  }

  /** A new code for whoever has the key. */
  mintFor(key: string, now: number): string | undefined {
    return isSame(key, this.key) ? this.mint(now) : undefined
  }

  /** Whether this secret, or else this code, opens the window; a code is used up. */
  admits({ code, secret }: { readonly code?: string; readonly secret?: string }, now: number): boolean {
    return (secret !== undefined && isSame(secret, this.secret)) || (code !== undefined && this.#redeem(code, now))
  }

  #redeem(given: string, now: number): boolean {
    // All are compared, so that the time does not tell which is near.
    const [found] = [...this.#goodUntil].filter(([code]) => isSame(code, given))
    if (found === undefined) return false
    const [code, until] = found
    this.#goodUntil.delete(code)
    return now < until
  }
}
