/** The size of the smallest backlog that is told from none, in bytes: a line or two that somebody has typed. */
const smallest = 256

/** How many levels there are: the last is for all backlogs of 16 KiB and more. */
const levels = 8

/** The level of a backlog of so many bytes: 0 for up to {@link smallest}, one more each time that it doubles. */
export const levelOf = (bytes: number): number => (bytes <= smallest ? 0 : Math.min(levels - 1, 32 - Math.clz32((bytes - 1) / smallest)))

/**
 * A multilevel queue: shortest backlog first, and first come, first served among
 * those of one level. Whoever says a line now and then waits for nobody's paste,
 * and those who paste take turns.
 */
export class FairQueue<A> {
  // By level: who waits, and the number of its arrival; the earliest first. There are none before the first one has to wait:
  // thousands of addresses are remembered of which nobody ever does.
  #levels: ReadonlyArray<Map<A, number>> = []
  #arrivals = 0

  /** The lowest level that somebody waits at; `Infinity` when nobody waits. */
  get lowest(): number {
    const level = this.#levels.findIndex((waiting) => waiting.size > 0)
    return level < 0 ? Infinity : level
  }

  /** Puts somebody at the end of a level. */
  add(waiting: A, level: number): void {
    if (this.#levels.length === 0) this.#levels = Array.from({ length: levels }, () => new Map<A, number>())
    this.#levels[level]?.set(waiting, (this.#arrivals += 1))
  }

  /** Takes somebody out who waits no longer. */
  delete(waiting: A): void {
    for (const level of this.#levels) level.delete(waiting)
  }

  /** Takes who is to be served next, `undefined` when nobody waits. */
  next(): A | undefined {
    return this.#take(this.#levels.find((waiting) => waiting.size > 0))
  }

  /** Takes who has waited longest, at whatever level: nobody is passed over for ever. */
  longest(): A | undefined {
    let first = Infinity
    let longest: Map<A, number> | undefined
    for (const level of this.#levels) {
      const [arrival = Infinity] = level.values()
      if (arrival >= first) continue
      first = arrival
      longest = level
    }
    return this.#take(longest)
  }

  #take(level: Map<A, number> | undefined): A | undefined {
    if (level === undefined) return undefined
    for (const waiting of level.keys()) {
      level.delete(waiting)
      return waiting
    }
    return undefined
  }
}
