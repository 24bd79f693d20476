import { createHash, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { wrongPassword } from "../../domain/wording.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { CutOff } from "../../net/Errors.ts"
import { maxPasswordLength } from "../ServerConfig.ts"

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

  /** Checks a password: `undefined` lets the client in. A missing or wrong one is refused; after the last try, the connection is to end. */
  knock(given: string | undefined): Refusal | CutOff | undefined {
    if (given === undefined) return required
    if (matches(this.#password, given)) return undefined
    this.#triesLeft -= 1
    return this.#triesLeft > 0 ? wrong : new CutOff({ code: "wrong-password", reason: "wrong password" })
  }
}

// A constant-time comparison of digests: how long it takes tells nothing about the password, not even its length.
const matches = (password: Redacted.Redacted, given: string): boolean =>
  given.length <= maxPasswordLength && timingSafeEqual(digest(Redacted.value(password)), digest(given))

const digest = (password: string): Uint8Array => createHash("sha256").update(password.normalize("NFC")).digest()
