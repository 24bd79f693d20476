import type { RateLimit } from "./ServerConfig.ts"

/**
 * What a client may still send: it fills at the rate, up to the burst, and each
 * message takes one out. It may owe: then the client waits until it owes
 * nothing.
 */
export class Allowance {
  readonly #limit: RateLimit
  #left: number
  #at: number
  #isTold = false

  /** `now` in ms, of any clock that never goes back. */
  constructor(limit: RateLimit, now: number) {
    this.#limit = limit
    this.#left = limit.burst
    this.#at = now
  }

  /** How many messages a second fill it. */
  get perSecond(): number {
    return this.#limit.perSecond
  }

  /** Takes so many messages out: how long to wait before they are taken up, ms. */
  take(messages: number, now: number): number {
    const { burst, perSecond } = this.#limit
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * perSecond) / 1000)
    this.#at = now
    if (this.#left === burst) this.#isTold = false
    this.#left -= messages
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left * 1000) / perSecond)
  }

  /** Whether the client is still to be told that it waits: once, until the allowance has been full again. */
  get tellsNow(): boolean {
    const tells = !this.#isTold
    this.#isTold = true
    return tells
  }
}
