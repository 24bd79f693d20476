import { Bucket } from "./Bucket.ts"
import { TtlMap } from "./TtlMap.ts"

/** What wrong guesses cost: how many of them nothing, and how long the longest pause is, ms. */
interface Bounds {
  readonly free: number
  readonly longestPause: number
}

/** Of an address: people mistype. */
const ofAddress: Bounds = { free: 3, longestPause: 60_000 }

/** At the same thing, from whatever address: nobody who knows the word waits long for those who guess. */
export const atOneThing: Bounds = { free: 10, longestPause: 10_000 }

/** The first pause of an address, ms; each further wrong password doubles it. */
const firstPause = 1000

/** The longest pause because of what others have guessed, ms: nobody who mistypes waits longer for them. */
const longestPauseForOthers = 10_000

/** How many wrong passwords of all addresses together cost nobody a pause: so many at once, and after that so many a second. */
const allGuesses = { burst: 30, perSecond: 0.5 }

/** How long the wrong passwords of an address are remembered, ms, and of how many addresses at most. */
const memory = { keptFor: 3_600_000, most: 10_000 }

interface Record {
  wrong: number
  /** From when on the next guess is looked at, ms. */
  freeAt: number
}

/**
 * The wrong passwords of all addresses, and the pause that each costs, see
 * docs/adr/0016. The pause grows with the wrong ones of the same address, and a
 * little where many come from everywhere; but a password from an address that has
 * given no wrong one is always looked at, whatever others do. With
 * other bounds, the same for whatever is guessed at in place of an address. Times are in ms, of
 * any clock that never goes back.
 */
export class Guesses {
  readonly #of: TtlMap<Record>
  readonly #all: Bucket

  readonly #bounds: Bounds

  constructor(now: number, bounds: Bounds = ofAddress) {
    this.#bounds = bounds
    this.#of = new TtlMap(() => ({ wrong: 0, freeAt: 0 }), memory)
    this.#all = new Bucket(allGuesses, now)
  }

  /** How long it takes until the next password of this address is looked at, ms. */
  pauseOf(address: string, now: number): number {
    return Math.max(0, (this.#of.get(address, now)?.freeAt ?? 0) - now)
  }

  /** A password from this address was wrong: how long it takes until its next one is looked at, ms. */
  wrong(address: string, now: number): number {
    const record = this.#of.use(address, now)
    record.wrong += 1
    const beyond = record.wrong - this.#bounds.free
    const own = beyond <= 0 ? 0 : Math.min(this.#bounds.longestPause, firstPause * 2 ** (beyond - 1))
    const pause = Math.max(own, this.#pauseForAll(now))
    record.freeAt = now + pause
    return pause
  }

  // The pause because of what all have guessed. The debt is no longer than the longest pause, so it is over soon after they stop.
  #pauseForAll(now: number): number {
    const pause = this.#all.take(1, now)
    if (pause <= longestPauseForOthers) return pause
    this.#all.giveBack(1)
    return longestPauseForOthers
  }

  /** A password from this address was right: its wrong ones are forgotten. */
  right(address: string): void {
    this.#of.delete(address)
  }
}
