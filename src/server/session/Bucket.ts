import type { RateLimit } from "../ServerConfig.ts"

/** What sums of parts of tokens may be off by, as a time in ms. */
const rounding = 1e-6

/**
 * A token bucket: it fills with `perSecond` tokens a second, up to `burst`. It may
 * go into debt: whoever takes a token that is not there waits until the debt is
 * paid, so several that share a bucket get their turns in the order in which they asked.
 */
export class Bucket {
  readonly #limit: RateLimit
  #left: number
  #fillings = 0
  #at: number

  /** A full bucket. `now` in ms, of any clock that never goes back. */
  constructor(limit: RateLimit, now: number) {
    this.#limit = limit
    this.#left = limit.burst
    this.#at = now
  }

  /** How many tokens a second fill the bucket. */
  get perSecond(): number {
    return this.#limit.perSecond
  }

  /** How often the bucket has become full again, as far as whoever took tokens out has seen. */
  get fillings(): number {
    return this.#fillings
  }

  /** How many tokens are missing until the bucket is full. */
  get missing(): number {
    return this.#limit.burst - this.#left
  }

  /** Takes so many tokens out, parts of one too: how long to wait until they are paid, ms. */
  take(tokens: number, now: number): number {
    this.#fill(now)
    this.#left -= tokens
    return this.until(0, now)
  }

  /** Takes so many tokens out if they are there: whether they were. */
  takeIfThere(tokens: number, now: number): boolean {
    if (this.until(tokens, now) > 0) return false
    this.#left -= tokens
    return true
  }

  /** How long it takes until so many tokens are there, ms. */
  until(tokens: number, now: number): number {
    this.#fill(now)
    return Math.max(0, Math.ceil(((tokens - this.#left) * 1000) / this.#limit.perSecond - rounding))
  }

  /** Puts tokens back that were taken for something that did not come to pass. */
  giveBack(tokens: number): void {
    this.#left = Math.min(this.#limit.burst, this.#left + tokens)
  }

  #fill(now: number): void {
    const { burst, perSecond } = this.#limit
    const left = Math.min(burst, this.#left + ((now - this.#at) * perSecond) / 1000)
    if (left === burst && this.#left < burst) this.#fillings += 1
    this.#left = left
    this.#at = now
  }
}
