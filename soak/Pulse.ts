import { Difference } from "./Difference.ts"

/** The polling interval, ms. */
const every = 20

interface Wish {
  readonly what: () => string
  readonly holds: () => boolean
  readonly until: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** The polling loop of a soak: at each tick it runs the checks and looks whether what is waited for holds. The first difference ends the soak. */
export class Pulse {
  /** Rejects with the first difference. */
  readonly failed: Promise<never>
  #fail: (error: unknown) => void = () => undefined
  readonly #wishes = new Set<Wish>()
  readonly #works = new Set<() => void>()
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    // Marks the rejection as handled: it may come before anybody awaits `failed`.
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

  /** Runs `work` at every tick until the returned function is called. */
  each(work: () => void): () => void {
    this.#works.add(work)
    return () => this.#works.delete(work)
  }

  /** Waits until `holds`; rejects with a {@link Difference} that names `what` after `millis` ms. */
  until(what: string | (() => string), holds: () => boolean, millis: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const name = typeof what === "string" ? () => what : what
      this.#wishes.add({ what: name, holds, until: performance.now() + millis, resolve, reject })
    })
  }

  /** Waits for `millis` ms, or until `orUntil` holds. */
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
