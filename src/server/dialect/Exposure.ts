import { clean, type Text } from "../../domain/Text.ts"
import type { Encryption, Heard } from "./Dialect.ts"

/** What somebody is told who has said a secret over a line that others on the way can read. */
const words = clean("What you have just said is a secret, and it came here unencrypted: whoever is on the way could read it. Come with TLS, where the server speaks it.")

// Whether this carries words that only some are to know. The fingerprint of a certificate is none.
const isSecret = (heard: Heard): boolean => {
  switch (heard._tag) {
    case "Hello":
      return heard.password !== undefined
    case "Authenticate":
      return heard.by.kind === "words"
    case "Sealed":
    case "SetKey":
    case "Back":
    case "ClaimName":
    case "Operate":
      return true
    default:
      return false
  }
}

/** Tells somebody, once, who types a secret into a line that others could read. */
export class Exposure {
  #isTold: boolean

  constructor(encryption: Encryption | undefined) {
    this.#isTold = encryption?.isExposed !== true
  }

  /** What was heard, with the words behind the first secret in it. `tell`: how they are said. */
  after(heard: Iterable<Heard>, tell: (words: Text) => Heard): Iterable<Heard> {
    return this.#isTold ? heard : this.#watch(heard, tell)
  }

  *#watch(heard: Iterable<Heard>, tell: (words: Text) => Heard): Iterable<Heard> {
    let hasSecret = false
    for (const item of heard) {
      hasSecret ||= isSecret(item)
      yield item
    }
    if (!hasSecret || this.#isTold) return
    this.#isTold = true
    yield tell(words)
  }
}
