/** How long a bell is enough, ms: a hundred mentions in a second ring once. */
const enough = 1000

/** Limits how often the terminal's bell rings. It knows no clock. */
export class Bell {
  #last: number | undefined

  /** Whether it rings `now`, in ms of a clock that is never set. */
  rings(now: number): boolean {
    if (this.#last !== undefined && now - this.#last < enough) return false
    this.#last = now
    return true
  }
}
