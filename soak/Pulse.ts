import { Difference } from "./Difference.ts"

/** How often everything is looked at, ms. */
const every = 20

interface Wish {
  readonly what: () => string
  readonly holds: () => boolean
  readonly until: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** The beat of the soak: what has come is checked with it, and what is waited for is looked for. The first difference ends it. */
export class Pulse {
  readonly failed: Promise<never>
  #fail: (error: unknown) => void = () => undefined
  readonly #wishes = new Set<Wish>()
  readonly #works = new Set<() => void>()
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    // Whoever waits for something else meanwhile hears of it later.
    this.failed.catch(() => undefined)
    this.#timer = setInterval(() => {
      this.#beat()
    }, every)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  fail(error: unknown): void {
    this.#fail(error)
  }

  /** Does this with every beat, until it is told to stop. */
  each(work: () => void): () => void {
    this.#works.add(work)
    return () => this.#works.delete(work)
  }

  /** Waits until something holds; that it does not within `millis` is a difference. */
  until(what: string | (() => string), holds: () => boolean, millis: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const name = typeof what === "string" ? () => what : what
      this.#wishes.add({ what: name, holds, until: performance.now() + millis, resolve, reject })
    })
  }

  /** Waits for a time, or until something holds. */
  pause(millis: number, orUntil: () => boolean): Promise<void> {
    const until = performance.now() + millis
    return this.until("a pause", () => performance.now() >= until || orUntil(), millis + 60_000)
  }

  #beat(): void {
    try {
      for (const work of this.#works) work()
    } catch (error) {
      this.#fail(error)
    }
    const now = performance.now()
    for (const wish of this.#wishes) {
      if (wish.holds()) {
        this.#wishes.delete(wish)
        wish.resolve()
      } else if (now > wish.until) {
        this.#wishes.delete(wish)
        wish.reject(new Difference(`it never came to be: ${wish.what()}`))
      }
    }
  }
}
