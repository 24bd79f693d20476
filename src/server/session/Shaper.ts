import type { Wait } from "../../net/Wait.ts"
import type { RateLimit } from "../ServerConfig.ts"
import { Bucket } from "./Bucket.ts"
import { FairQueue } from "./FairQueue.ts"

/** A monotonic clock in ms, and its timer. */
export interface Timer {
  readonly now: () => number
  /** Calls `then` after so many ms, unless what it returns is called before. */
  readonly after: (ms: number, then: () => void) => () => void
}

/** Of so many tokens one goes to whoever has waited longest, so that nobody waits for ever. */
const share = 16

interface Waiter {
  readonly level: number
  /** How many tokens it has got, and how many it still needs. */
  paid: number
  owed: number
  readonly go: () => void
}

/**
 * A traffic shaper: a token bucket that several share, with a fair queue before it
 * (docs/adr/0015). Whoever finds too few tokens in it waits. As they come they are
 * dealt out one at a time, to whoever is at the lowest level of the queue: so who
 * needs one does not wait for a neighbour who needs a hundred. Together they never
 * get more than the bucket gives.
 */
export class Shaper {
  readonly #bucket: Bucket
  readonly #timer: Timer
  readonly #unit: number
  readonly #queue = new FairQueue<Waiter>()
  #dealt = 0
  #stop: (() => void) | undefined

  /** Shapes to `limit`, with a full bucket. */
  constructor(limit: RateLimit, timer: Timer) {
    this.#bucket = new Bucket(limit, timer.now())
    this.#timer = timer
    this.#unit = Math.min(1, limit.burst)
  }

  /** How many tokens a second there are. */
  get perSecond(): number {
    return this.#bucket.perSecond
  }

  /** How often the bucket has become full again, as far as whoever took tokens out has seen. */
  get fillings(): number {
    return this.#bucket.fillings
  }

  /** Takes so many tokens at once, unless somebody waits or they are not there: whether it has. */
  take(tokens: number): boolean {
    return this.#isIdle && this.#bucket.takeIfThere(tokens, this.#timer.now())
  }

  /** Waits for so many tokens, at this level of the queue. Who gives up gives back what it has got. */
  wait(tokens: number, level: number): Wait {
    return (go) => {
      const waiter: Waiter = { level, paid: 0, owed: tokens, go }
      this.#queue.add(waiter, level)
      this.#deal()
      return () => {
        if (waiter.owed <= 0) return
        this.#queue.delete(waiter)
        this.#bucket.giveBack(waiter.paid)
        waiter.owed = 0
        // What it has given back may be enough for somebody else.
        this.#deal()
      }
    }
  }

  get #isIdle(): boolean {
    return this.#queue.lowest === Infinity
  }

  #deal(): void {
    this.#stop?.()
    this.#stop = undefined
    const now = this.#timer.now()
    while (!this.#isIdle) {
      if (!this.#bucket.takeIfThere(this.#unit, now)) {
        this.#stop = this.#timer.after(this.#bucket.until(this.#unit, now), () => {
          this.#deal()
        })
        return
      }
      this.#dealt += 1
      const waiter = this.#dealt % share === 0 ? this.#queue.longest() : this.#queue.next()
      if (waiter !== undefined) this.#pay(waiter)
    }
  }

  #pay(waiter: Waiter): void {
    const part = Math.min(this.#unit, waiter.owed)
    if (part < this.#unit) this.#bucket.giveBack(this.#unit - part)
    waiter.paid += part
    waiter.owed -= part
    if (waiter.owed > 0) this.#queue.add(waiter, waiter.level)
    else waiter.go()
  }
}
