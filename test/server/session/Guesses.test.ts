import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { Guesses } from "../../../src/server/session/Guesses.ts"
import { always } from "../../support/property.ts"

const hour = 3_600_000

/** When each of so many wrong passwords is looked at, of an address that gives the next as soon as it may; in ms. */
const lookedAt = (guesses: Guesses, address: string, count: number, from = 0): ReadonlyArray<number> => {
  let now = from
  return Array.from({ length: count }, () => {
    now += guesses.pauseOf(address, now)
    const at = now
    guesses.wrong(address, now)
    return at
  })
}

describe("Wrong passwords of one address", () => {
  it("cost nothing at first, and then a pause that doubles up to a minute", () => {
    const guesses = new Guesses(0)
    const pauses = Array.from({ length: 12 }, (_, n) => guesses.wrong("a", n * 100_000) / 1000)
    expect(pauses).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60])
  })

  it("are few, however many connections give them: at most a dozen in the first minutes, and one a minute after that", () => {
    const at = lookedAt(new Guesses(0), "a", 100)
    expect(at.filter((time) => time < 60_000)).toHaveLength(9)
    expect(at.at(-1)).toBeGreaterThan(90 * 60_000)
  })

  it("are not looked at during the pause, and a look does not make it longer", () => {
    const guesses = new Guesses(0)
    lookedAt(guesses, "a", 5)
    const start = guesses.pauseOf("a", 1000)
    expect(start).toBe(2000)
    for (let now = 1000; now <= 3000; now += 100) expect(guesses.pauseOf("a", now)).toBe(3000 - now)
  })

  it("are forgotten with the right one, and an hour after the last", () => {
    const guesses = new Guesses(0)
    lookedAt(guesses, "a", 6)
    guesses.right("a")
    expect([guesses.pauseOf("a", 0), guesses.wrong("a", 0)]).toEqual([0, 0])
    lookedAt(guesses, "b", 8)
    const last = 40_000
    expect(guesses.wrong("b", last)).toBe(32_000)
    expect(guesses.wrong("b", last + hour - 1)).toBe(60_000)
    expect(guesses.wrong("b", last + 2 * hour)).toBe(0)
  })
})

describe("Wrong passwords from everywhere", () => {
  it("never keep an address waiting that has given no wrong one", () => {
    const guessers = FastCheck.array(FastCheck.tuple(FastCheck.nat({ max: 100 }), FastCheck.nat({ max: 1000 })), { maxLength: 300 })
    always(guessers, (all) => {
      const guesses = new Guesses(0)
      let now = 0
      for (const [which, pause] of all) {
        now += pause
        if (guesses.pauseOf(`address ${which}`, now) === 0) guesses.wrong(`address ${which}`, now)
        expect(guesses.pauseOf("elsewhere", now)).toBe(0)
      }
    }, 100)
  })

  it("cost a pause from the first on, where there are many: ten seconds at most for what others do", () => {
    const guesses = new Guesses(0)
    const pauses = Array.from({ length: 1000 }, (_, n) => guesses.wrong(`address ${n}`, 0))
    expect(pauses.slice(0, 30)).toEqual(pauses.slice(0, 30).map(() => 0))
    expect(pauses.slice(30, 33)).toEqual([2000, 4000, 6000])
    expect(Math.max(...pauses)).toBe(10_000)
  })

  it("are bounded a second, by a tenth of the addresses", () => {
    const guesses = new Guesses(0)
    let looked = 0
    for (let now = 0; now < 60_000; now += 250) {
      for (let n = 0; n < 100; n += 1) {
        if (guesses.pauseOf(`address ${n}`, now) > 0) continue
        guesses.wrong(`address ${n}`, now)
        looked += 1
      }
    }
    expect(looked).toBeLessThan(100 * (3 + 60 / 10) + 30)
  })
})
