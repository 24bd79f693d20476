import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { Shaper } from "../../../src/server/session/Shaper.ts"
import type { RateLimit } from "../../../src/server/ServerConfig.ts"
import { always } from "../../support/property.ts"
import { VirtualTimer } from "../../support/VirtualTimer.ts"

const limits: FastCheck.Arbitrary<RateLimit> = FastCheck.record({
  perSecond: FastCheck.integer({ min: 1, max: 1000 }),
  burst: FastCheck.integer({ min: 1, max: 200 })
})
const level = FastCheck.integer({ min: 0, max: 7 })

const made = (limit: RateLimit) => {
  const timer = new VirtualTimer()
  return { timer, shaper: new Shaper(limit, timer) }
}

/** A shaper whose bucket is empty. */
const empty = (limit: RateLimit) => {
  const one = made(limit)
  expect(one.shaper.take(limit.burst)).toBe(true)
  return one
}

describe("A shaper", () => {
  it("lets a burst through at once, and then so much as comes", () => {
    const { shaper, timer } = made({ perSecond: 10, burst: 3 })
    const at: Array<number> = []
    for (let n = 0; n < 6; n += 1) {
      const served = () => at.push(timer.now())
      if (shaper.take(1)) served()
      else shaper.wait(1, 0)(served)
    }
    timer.run(() => at.length === 6)
    expect(at).toEqual([0, 0, 0, 100, 200, 300])
    expect(timer.pending).toBe(0)
  })

  it("gives no more than a burst and what the rate gives, whoever comes, waits and goes", () => {
    const visit = FastCheck.record({
      at: FastCheck.integer({ min: 0, max: 2000 }),
      tokens: FastCheck.constantFrom(1 / 16, 0.5, 1, 1, 1, 2, 7.3, 40),
      level,
      gives: FastCheck.option(FastCheck.integer({ min: 0, max: 500 }))
    })
    always(FastCheck.tuple(limits, FastCheck.array(visit, { minLength: 1, maxLength: 60 })), ([limit, visits]) => {
      const { shaper, timer } = made(limit)
      const served: Array<{ readonly at: number; readonly tokens: number }> = []
      let gone = 0
      for (const { at, gives, level, tokens } of visits) {
        timer.after(at, () => {
          let isServed = false
          const go = () => {
            isServed = true
            served.push({ at: timer.now(), tokens })
          }
          if (shaper.take(tokens)) {
            go()
            return
          }
          const giveUp = shaper.wait(tokens, level)(go)
          if (gives !== null) {
            timer.after(gives, () => {
              if (!isServed) gone += 1
              giveUp()
            })
          }
        })
      }
      timer.run(() => served.length + gone === visits.length)
      let sum = 0
      for (const { at, tokens } of served) {
        sum += tokens
        expect(sum).toBeLessThanOrEqual(limit.burst + (at * limit.perSecond) / 1000 + 1e-6)
      }
    }, 150)
  })

  it("gives no more in any stretch of time either, however many have much to say", () => {
    const crowd = FastCheck.array(FastCheck.record({ level, messages: FastCheck.integer({ min: 1, max: 20 }) }), { minLength: 1, maxLength: 15 })
    always(FastCheck.tuple(limits, crowd), ([limit, crowd]) => {
      const { shaper, timer } = made(limit)
      const served: Array<number> = []
      const say = (level: number, left: number) => {
        if (left === 0) return
        const go = () => {
          served.push(timer.now())
          say(level, left - 1)
        }
        if (shaper.take(1)) go()
        else shaper.wait(1, level)(go)
      }
      for (const { level, messages } of crowd) say(level, messages)
      timer.run(() => served.length === crowd.reduce((sum, { messages }) => sum + messages, 0))
      return served.every((start, first) => served.slice(first).every((end, more) => more <= limit.burst + ((end - start) * limit.perSecond) / 1000 + 1e-6))
    }, 60)
  })

  it("serves the lowest level first, and those of one level as they came; one in sixteen is whoever has waited longest", () => {
    always(FastCheck.array(level, { minLength: 1, maxLength: 80 }), (levels) => {
      const { shaper, timer } = empty({ perSecond: 100, burst: 1 })
      const served: Array<number> = []
      levels.forEach((level, n) => shaper.wait(1, level)(() => served.push(n)))
      timer.run(() => served.length === levels.length)
      const waiting = new Set(levels.keys())
      served.forEach((who, n) => {
        const lowest = Math.min(...[...waiting].map((one) => levels[one] ?? 0))
        const [longest] = waiting
        const [first] = [...waiting].filter((one) => levels[one] === lowest)
        expect(who).toBe(n % 16 === 15 ? longest : first)
        waiting.delete(who)
      })
    })
  })

  it("lets one who needs little wait for the rest of a token and one more at most, whatever its neighbours want", () => {
    const flood = FastCheck.record({ tokens: FastCheck.integer({ min: 1, max: 100 }), level: FastCheck.integer({ min: 1, max: 7 }) })
    always(FastCheck.tuple(limits, FastCheck.array(flood, { minLength: 1, maxLength: 60 }), FastCheck.integer({ min: 0, max: 3000 })), ([limit, floods, at]) => {
      const { shaper, timer } = empty(limit)
      for (const { level, tokens } of floods) shaper.wait(tokens, level)(() => undefined)
      timer.goTo(at)
      let servedAt: number | undefined
      const talk = () => {
        servedAt = timer.now()
      }
      if (shaper.take(1)) talk()
      else shaper.wait(1, 0)(talk)
      timer.run(() => servedAt !== undefined)
      expect((servedAt ?? Infinity) - at).toBeLessThanOrEqual(Math.ceil(2000 / limit.perSecond) + 1)
    })
  })

  it("lets nobody wait for ever, however many come who need little", () => {
    const { shaper, timer } = empty({ perSecond: 100, burst: 1 })
    let isServed = false
    let come = 0
    shaper.wait(1, 7)(() => {
      isServed = true
    })
    const another = () => {
      come += 1
      shaper.wait(1, 0)(another)
    }
    another()
    timer.run(() => isServed)
    expect(come).toBeLessThanOrEqual(17)
  })

  it("lets those of one level take turns, a token each, also where one needs many", () => {
    const { shaper, timer } = empty({ perSecond: 10, burst: 1 })
    const served: Array<string> = []
    shaper.wait(5, 3)(() => served.push(`long at ${timer.now()}`))
    for (const name of ["a", "b", "c"]) shaper.wait(1, 3)(() => served.push(`${name} at ${timer.now()}`))
    timer.run(() => served.length === 4)
    expect(served).toEqual(["a at 200", "b at 300", "c at 400", "long at 800"])
  })

  it("has the next one get what somebody gives up who goes before", () => {
    const { shaper, timer } = empty({ perSecond: 1, burst: 5 })
    const giveUp = shaper.wait(5, 0)(() => undefined)
    let servedAt: number | undefined
    shaper.wait(3, 1)(() => {
      servedAt = timer.now()
    })
    timer.goTo(4000)
    expect(servedAt).toBe(undefined)
    giveUp()
    expect(servedAt).toBe(4000)
    giveUp()
    expect(timer.pending).toBe(0)
    expect(shaper.take(1)).toBe(true)
    expect(shaper.take(1)).toBe(false)
  })

  it("keeps no timer when the last has gone", () => {
    const { shaper, timer } = empty({ perSecond: 1, burst: 1 })
    shaper.wait(1, 0)(() => undefined)()
    expect(timer.pending).toBe(0)
  })
})
