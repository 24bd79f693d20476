import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { TtlMap } from "../../../src/server/session/TtlMap.ts"
import { always } from "../../support/property.ts"

const steps = FastCheck.array(
  FastCheck.record({
    what: FastCheck.constantFrom("use", "hold", "release"),
    key: FastCheck.constantFrom("a", "b", "c", "d", "e"),
    pause: FastCheck.integer({ min: 0, max: 60 })
  }),
  { maxLength: 80 }
)
const limits = { keptFor: 100, most: 2 }

describe("A map that forgets", () => {
  it("keeps what is held, and of the rest the few that were used last, for a time", () => {
    always(steps, (steps) => {
      let made = 0
      const map = new TtlMap(() => (made += 1), limits)
      // The model: the value of each key, how often it is held, and when it was used last; the last used at the end.
      let known: ReadonlyArray<{ readonly key: string; readonly value: number; readonly holders: number; readonly usedAt: number }> = []
      let now = 0
      let last = 0
      for (const { key, pause, what } of steps) {
        now += pause
        const idle = known.filter(({ holders }) => holders === 0).slice(-limits.most)
        known = known.filter((entry) => entry.holders > 0 || (idle.includes(entry) && now - entry.usedAt < limits.keptFor))
        const before = known.find((entry) => entry.key === key)
        if (what === "release") {
          map.release(key, now)
          if (before === undefined || before.holders === 0) continue
          known = [...known.filter((entry) => entry !== before), { ...before, holders: before.holders - 1, usedAt: now }]
          continue
        }
        const value = what === "hold" ? map.hold(key, now) : map.use(key, now)
        if (before === undefined) expect(value).toBe((last += 1))
        else expect(value).toBe(before.value)
        known = [...known.filter((entry) => entry !== before), { key, value, holders: (before?.holders ?? 0) + (what === "hold" ? 1 : 0), usedAt: now }]
      }
      expect(map.size).toBeLessThanOrEqual(known.filter(({ holders }) => holders > 0).length + limits.most)
    }, 300)
  })

  it("stays as small as it may be, however many keys come", () => {
    const map = new TtlMap((key) => key, { keptFor: 1000, most: 50 })
    for (let n = 0; n < 10_000; n += 1) map.use(`key ${n}`, n / 100)
    expect(map.size).toBe(50)
  })
})
