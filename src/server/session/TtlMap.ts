/** How long a {@link TtlMap} keeps what is no longer held, in ms, and how many such entries at most. */
export interface TtlLimits {
  readonly keptFor: number
  readonly most: number
}

interface Entry<A> {
  readonly value: A
  /** How often the entry is held: it is kept at least until all have released it. */
  holders: number
  /** When the entry was last used, ms. */
  usedAt: number
}

/**
 * A map that makes an entry for a key at its first use. It keeps an entry as long
 * as somebody holds it, and for a time after its last use (time to live). Those
 * that nobody holds are bounded in number: the one not used for longest goes first (LRU).
 */
export class TtlMap<A> {
  readonly #make: (key: string, now: number) => A
  readonly #limits: TtlLimits
  readonly #held = new Map<string, Entry<A>>()
  // Those that nobody holds, in the order of their last use.
  readonly #idle = new Map<string, Entry<A>>()

  /** `make`: the value of a new entry. */
  constructor(make: (key: string, now: number) => A, limits: TtlLimits) {
    this.#make = make
    this.#limits = limits
  }

  /** How many entries there are. */
  get size(): number {
    return this.#held.size + this.#idle.size
  }

  /** The value of this key, if there is one: to look at it is not to use it. */
  get(key: string, now: number): A | undefined {
    this.#expire(now)
    return (this.#held.get(key) ?? this.#idle.get(key))?.value
  }

  /** The value of this key, which is used now, ms of any clock that never goes back. */
  use(key: string, now: number): A {
    const entry = this.#held.get(key) ?? this.#idleEntry(key, now)
    entry.usedAt = now
    if (entry.holders === 0) this.#keepIdle(key, entry, now)
    return entry.value
  }

  /** Holds the entry of this key until it is released as often. */
  hold(key: string, now: number): A {
    const entry = this.#held.get(key) ?? this.#idleEntry(key, now)
    this.#idle.delete(key)
    this.#held.set(key, entry)
    entry.holders += 1
    return entry.value
  }

  /** Ends one `hold` of this key. */
  release(key: string, now: number): void {
    const entry = this.#held.get(key)
    if (entry === undefined) return
    entry.holders -= 1
    entry.usedAt = now
    if (entry.holders > 0) return
    this.#held.delete(key)
    this.#keepIdle(key, entry, now)
  }

  /** Forgets this key, unless it is held. */
  delete(key: string): void {
    this.#idle.delete(key)
  }

  #idleEntry(key: string, now: number): Entry<A> {
    this.#expire(now)
    return this.#idle.get(key) ?? { value: this.#make(key, now), holders: 0, usedAt: now }
  }

  #keepIdle(key: string, entry: Entry<A>, now: number): void {
    this.#idle.delete(key)
    this.#idle.set(key, entry)
    this.#expire(now)
  }

  #expire(now: number): void {
    for (const [key, { usedAt }] of this.#idle) {
      if (this.#idle.size <= this.#limits.most && now - usedAt < this.#limits.keptFor) return
      this.#idle.delete(key)
    }
  }
}
