import { createHash, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { wrongPassword } from "../../domain/wording.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { CutOff } from "../../net/Errors.ts"
import { maxPasswordLength } from "../ServerConfig.ts"

const required = new Refusal({ code: "password-required", message: "This room needs a password: say hello with it." })
const wrong = new Refusal({ code: "password-wrong", message: wrongPassword })

/** A room's password, and one who wants to get in. */
export class Gate {
  readonly #password: Redacted.Redacted
  #triesLeft: number

  /** `tries`: how often somebody may be wrong. */
  constructor(password: Redacted.Redacted, tries: number) {
    this.#password = password
    this.#triesLeft = tries
  }

  /** Lets in whoever says the password: `undefined`. Otherwise, a refusal, or the end of the connection. */
  knock(given: string | undefined): Refusal | CutOff | undefined {
    if (given === undefined) return required
    if (matches(this.#password, given)) return undefined
    this.#triesLeft -= 1
    return this.#triesLeft > 0 ? wrong : new CutOff({ code: "wrong-password", reason: "wrong password" })
  }
}

// How long it takes tells nothing of the password, not even its length.
const matches = (password: Redacted.Redacted, given: string): boolean =>
  given.length <= maxPasswordLength && timingSafeEqual(digest(Redacted.value(password)), digest(given))

const digest = (password: string): Uint8Array => createHash("sha256").update(password.normalize("NFC")).digest()
