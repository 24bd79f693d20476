import { createHash, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { normalised } from "../../domain/password.ts"
import { wrongPassword } from "../../domain/wording.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { CutOff } from "../../net/Errors.ts"

const required = new Refusal({ code: "password-required", message: "This room needs a password: say hello with it." })
const wrong = new Refusal({ code: "password-wrong", message: wrongPassword })

/** The password check of one client that wants to get in. */
export class Gate {
  readonly #password: Redacted.Redacted
  #triesLeft: number

  /** `tries`: with how many wrong passwords the connection ends. */
  constructor(password: Redacted.Redacted, tries: number) {
    this.#password = password
    this.#triesLeft = tries
  }

  /**
   * Checks a password: `undefined` lets the client in. A missing or wrong one is refused; after the last try, the connection is to
   * end. `verbatim`: what was given may also be meant so; either may be right, and both are one try.
   */
  knock(given: string | undefined, verbatim?: string): Refusal | CutOff | undefined {
    if (given === undefined) return required
    if (this.isRight(given) || (verbatim !== undefined && this.isRight(verbatim))) return undefined
    this.#triesLeft -= 1
    return this.#triesLeft > 0 ? wrong : new CutOff({ code: "wrong-password", reason: "wrong password" })
  }

  /** Whether this is the password; it does not count as a try. For what is only a password if it is the right one. */
  isRight(given: string): boolean {
    return matches(this.#password, given)
  }
}

// A constant-time comparison of digests: how long it takes tells nothing about the password, not even its length.
const matches = (password: Redacted.Redacted, given: string): boolean => {
  const right = normalised(Redacted.value(password))
  const other = normalised(given)
  return right !== undefined && other !== undefined && timingSafeEqual(digest(right), digest(other))
}

const digest = (password: string): Uint8Array => createHash("sha256").update(password).digest()
