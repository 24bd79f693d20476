import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { throttled, throttledAddress } from "../../../src/domain/phrases.ts"
import { Allowance, type Due, weight } from "../../../src/server/session/Allowance.ts"
import { Shaper } from "../../../src/server/session/Shaper.ts"
import type { RateLimit } from "../../../src/server/ServerConfig.ts"
import { utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"
import { VirtualTimer } from "../../support/VirtualTimer.ts"

const limits: FastCheck.Arbitrary<RateLimit> = FastCheck.record({
  perSecond: FastCheck.integer({ min: 1, max: 1000 }),
  burst: FastCheck.integer({ min: 1, max: 200 })
})
const pauses = FastCheck.array(FastCheck.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 200, size: "max" })

/** When each message is taken up, of one who sends one, waits its time, and sends the next after such a pause; all in ms. */
const takenUp = (limit: RateLimit, pauses: ReadonlyArray<number>): ReadonlyArray<number> => {
  const allowance = new Allowance(limit, 0)
  let now = 0
  return pauses.map((pause) => {
    now += pause
    now += allowance.message(now).wait
    return now
  })
}

const none = (count: number): ReadonlyArray<number> => Array.from({ length: count }, () => 0)

describe("An allowance", () => {
  it("lets a burst through at once, and then one message at a time, at the rate", () => {
    expect(takenUp({ perSecond: 10, burst: 3 }, none(7))).toEqual([0, 0, 0, 100, 200, 300, 400])
  })

  it("takes up a flood of any length in just the time that it needs", () => {
    always(FastCheck.tuple(limits, FastCheck.integer({ min: 1, max: 400 })), ([limit, count]) => {
      const least = Math.max(0, ((count - limit.burst) * 1000) / limit.perSecond)
      const last = takenUp(limit, none(count)).at(-1) ?? 0
      expect(last).toBeGreaterThanOrEqual(least - 1e-6)
      expect(last).toBeLessThan(least + 1.001)
    })
  })

  it("never takes up more in any stretch of time than a burst and what the rate gives", () => {
    always(FastCheck.tuple(limits, pauses), ([limit, pauses]) => {
      const at = takenUp(limit, pauses)
      return at.every((start, first) =>
        at.slice(first).every((end, more) => more <= limit.burst + ((end - start) * limit.perSecond) / 1000 + 1e-6)
      )
    }, 60)
  })

  it("never holds up one who keeps to the rate", () => {
    always(limits, (limit) => {
      const pause = Math.ceil(1000 / limit.perSecond)
      expect(takenUp(limit, Array.from({ length: 300 }, () => pause))).toEqual(Array.from({ length: 300 }, (_, n) => (n + 1) * pause))
    }, 100)
  })

  it("is never more than full, however long the silence was", () => {
    always(FastCheck.tuple(limits, FastCheck.integer({ min: 0, max: 100_000_000 })), ([limit, silence]) => {
      const allowance = new Allowance(limit, 0)
      expect(none(limit.burst).map(() => allowance.message(silence).wait)).toEqual(none(limit.burst))
      expect(allowance.message(silence).wait).toBeGreaterThan(0)
    })
  })

  it("takes out what is read and says nothing, in parts of a message", () => {
    const allowance = new Allowance({ perSecond: 10, burst: 1 }, 0)
    expect([allowance.message(0), allowance.beyond(0.5, 0), allowance.beyond(0.25, 0)].map(({ wait }) => wait)).toEqual([0, 50, 75])
    expect(allowance.beyond(0.1, 75).wait).toBe(10)
  })

  it("takes a message out once, in however many parts it was read", () => {
    const parts = FastCheck.array(FastCheck.double({ min: 0.01, max: 0.2, noNaN: true }), { maxLength: 5 })
    always(FastCheck.array(parts, { minLength: 1, maxLength: 50 }), (messages) => {
      const allowance = new Allowance({ perSecond: 1, burst: 1 }, 0)
      const waits = messages.map((parts) => {
        for (const part of parts) allowance.beyond(part, 0)
        return allowance.message(0).wait
      })
      waits.forEach((wait, before) => {
        expect(wait).toBeGreaterThanOrEqual(before * 1000)
        expect(wait).toBeLessThan(before * 1000 + 1.001)
      })
    })
  })

  it("takes out what was beyond a message, and lets one message go for it at most", () => {
    const allowance = new Allowance({ perSecond: 1, burst: 1 }, 0)
    expect([allowance.beyond(5, 0), allowance.message(0), allowance.message(0)].map(({ wait }) => wait)).toEqual([4000, 4000, 5000])
  })

  it("is to be told of once, and again only after it has been full", () => {
    const allowance = new Allowance({ perSecond: 10, burst: 3 }, 0)
    const floods = (now: number) => none(5).map(() => allowance.message(now)).some(({ wait }) => wait > 0) && allowance.notice !== undefined
    expect([floods(0), floods(200), floods(900)]).toEqual([true, false, false])
    // Three are owed: 600 ms later it would be full, and 501 ms after the next flood again.
    expect(floods(1499)).toBe(false)
    expect(floods(1999)).toBe(false)
    expect([floods(3000), floods(3000)]).toEqual([true, false])
  })
})

const roomy: RateLimit = { perSecond: 1_000_000, burst: 1_000_000 }

describe("The allowance of an address", () => {
  const shared = (limit: RateLimit) => {
    const timer = new VirtualTimer()
    return { timer, address: new Shaper(limit, timer) }
  }
  /** Whether what is due has to wait for its turn; then it waits. */
  const waits = (client: Allowance, due: Due, level = 0, go: () => void = () => undefined) => {
    const turn = client.turn(due, level)
    turn?.(go)
    return turn !== undefined
  }

  it("does not come back with a new connection", () => {
    const { address } = shared({ perSecond: 10, burst: 3 })
    const first = new Allowance(roomy, 0, address)
    expect(none(3).map(() => waits(first, first.message(0)))).toEqual([false, false, false])
    const second = new Allowance(roomy, 0, address)
    expect(waits(second, second.message(0))).toBe(true)
  })

  it("is told of in words of its own, once to each client, and again only after it has been full", () => {
    const { address, timer } = shared({ perSecond: 10, burst: 1 })
    const [ada, bob] = [new Allowance(roomy, 0, address), new Allowance(roomy, 0, address)]
    const told = (client: Allowance, at: number) => {
      timer.goTo(at)
      return waits(client, client.message(at)) ? client.sharedNotice : undefined
    }
    const notice = { perSecond: 10, message: throttledAddress(10) }
    expect([told(ada, 0), told(bob, 0), told(ada, 0), told(bob, 0)]).toEqual([undefined, notice, notice, undefined])
    expect([told(bob, 1000), told(ada, 1000)]).toEqual([undefined, notice])
  })

  it("is asked only once the client's own is out of debt, so that it is told that it is the one who is too fast", () => {
    const { address } = shared({ perSecond: 10, burst: 1 })
    const allowance = new Allowance({ perSecond: 1, burst: 1 }, 0, address)
    expect([allowance.message(0), allowance.message(0), allowance.notice]).toEqual([
      { wait: 0, shared: 1 },
      { wait: 1000, shared: 1 },
      { perSecond: 1, message: throttled(1) }
    ])
  })

  it("is not spent by one client's blank lines: they cost it a message at most each time", () => {
    const due = new Allowance({ perSecond: 10, burst: 1 }, 0).beyond(1000, 0)
    expect(due.wait).toBeGreaterThan(90_000)
    expect(due.shared).toBe(1)
  })

  it("goes first to whoever has said little lately, also where the others say no more at a time", () => {
    const { address, timer } = shared({ perSecond: 100, burst: 1 })
    address.take(1)
    const served: Array<string> = []
    const say = (name: string, client: Allowance) => {
      waits(client, client.message(timer.now()), 0, () => {
        served.push(name)
        // Who floods says the next thing as soon as it may.
        if (name === "flood") say(name, client)
      })
    }
    for (let n = 0; n < 20; n += 1) say("flood", new Allowance(roomy, 0, address))
    timer.goTo(20_000)
    const talker = new Allowance(roomy, 0, address)
    const waited: Array<number> = []
    for (let n = 0; n < 20; n += 1) {
      const before = served.length
      say("talker", talker)
      timer.goTo(timer.now() + 3000)
      waited.push(served.slice(before).indexOf("talker"))
    }
    expect(Math.max(...waited)).toBeLessThanOrEqual(1)
    expect(Math.min(...waited)).toBe(0)
  })
})

describe("An answer", () => {
  const answered = (own: RateLimit, bytes: number) => new Allowance(own, 0).answered(bytes, 0)
  const one: RateLimit = { perSecond: 1, burst: 1 }

  it("costs its asker nothing beyond the question while it is short, and else a message for each 4 KiB", () => {
    expect([100, 4096, 12_288, 40_960].map((bytes) => answered(one, bytes).wait)).toEqual([0, 0, 1000, 8000])
  })

  it("costs the address a message for each KiB", () => {
    expect([100, 1024, 4096, 11_264].map((bytes) => answered(roomy, bytes).shared)).toEqual([0, 0, 3, 10])
  })
})

describe("What was read is worth", () => {
  it.each<readonly [string, string, number]>([
    ["a little, for a key", "x", 1 / 16],
    ["as much as its lines", "\n\n\n", 3],
    ["as much as its lines, however they end", "\r\r\n\n\r\n", 4],
    ["as much as it has KiB", "x".repeat(10_240), 10],
    ["no less for a line that is short", "hello\n", 1]
  ])("%s", (_, text, messages) => {
    expect(weight(utf8(text))).toBe(messages)
  })
})
