import type { Timer } from "../../src/server/session/Shaper.ts"

/** A timer whose time goes on only when the test says so. */
export class VirtualTimer implements Timer {
  #now = 0
  readonly #due = new Set<{ readonly at: number; readonly then: () => void }>()

  now = (): number => this.#now

  after = (ms: number, then: () => void): (() => void) => {
    const one = { at: this.#now + ms, then }
    this.#due.add(one)
    return () => {
      this.#due.delete(one)
    }
  }

  /** How many calls are due some time. */
  get pending(): number {
    return this.#due.size
  }

  /** Lets the time go on to `at`, and what is due until then happen, in its order. */
  goTo(at: number): void {
    for (;;) {
      const [next] = [...this.#due].filter((one) => one.at <= at).sort((one, other) => one.at - other.at)
      if (next === undefined) break
      this.#due.delete(next)
      this.#now = next.at
      next.then()
    }
    this.#now = at
  }

  /** Lets all happen that is due, however late, `until` holds. */
  run(until: () => boolean): void {
    while (!until()) {
      const next = Math.min(...[...this.#due].map(({ at }) => at))
      if (next === Infinity) throw new Error("nothing is due any more")
      this.goTo(next)
    }
  }
}
