import { createHash, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { passwordRequired } from "../../domain/command/join.ts"
import { normalised } from "../../domain/password.ts"
import { passwordGivenUp, passwordTooSoon, wrongPassword } from "../../domain/phrases.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { CutOff } from "../../net/Errors.ts"
import type { Guesses } from "./Guesses.ts"

/** The password check of one client that wants to get in. */
export class Gate {
  readonly #password: () => Redacted.Redacted
  readonly #guesses: Guesses
  readonly #address: string
  #triesLeft: number

  /** `password`: the one that is right now, which may be another at the next try. `tries`: with how many wrong passwords the connection ends. `guesses`: the wrong ones of all, this client's under its `address`. */
  constructor(password: () => Redacted.Redacted, tries: number, guesses: Guesses, address: string) {
    this.#password = password
    this.#triesLeft = tries
    this.#guesses = guesses
    this.#address = address
  }

  /**
   * Checks a password: `undefined` lets the client in. A missing or wrong one is refused; after the last try, the connection is to
   * end. One that comes during the pause that wrong ones cost is refused without a look, and is no try. `now` is in ms.
   * `verbatim`: what was given may also be meant so; either may be right, and both are one try.
   */
  knock(given: string | undefined, now: number, verbatim?: string): Refusal | CutOff | undefined {
    if (given === undefined) return passwordRequired
    const early = this.#guesses.pauseOf(this.#address, now)
    if (early > 0) return new Refusal({ code: "password-wait", message: passwordTooSoon(early), wait: Math.ceil(early) })
    if (this.isRight(given) || (verbatim !== undefined && this.isRight(verbatim))) {
      this.#guesses.right(this.#address)
      return undefined
    }
    const pause = this.#guesses.wrong(this.#address, now)
    this.#triesLeft -= 1
    if (this.#triesLeft <= 0) return new CutOff({ code: "wrong-password", reason: passwordGivenUp(pause) })
    return new Refusal({ code: "password-wrong", message: wrongPassword(pause), wait: pause > 0 ? pause : undefined })
  }

  /** Whether this is the password; it does not count as a try. For what is only a password if it is the right one. */
  isRight(given: string): boolean {
    return matches(this.#password(), given)
  }
}

/** Whether this is the password, by a constant-time comparison of digests: how long it takes tells nothing about the password, not even its length. */
export const matches = (password: Redacted.Redacted, given: string): boolean => {
  const right = normalised(Redacted.value(password))
  const other = normalised(given)
  return right !== undefined && other !== undefined && timingSafeEqual(digest(right), digest(other))
}

const digest = (password: string): Uint8Array => createHash("sha256").update(password).digest()
