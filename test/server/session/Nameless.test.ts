import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { Nameless } from "../../../src/server/session/Nameless.ts"
import { always } from "../../support/property.ts"

const numbers = [0, 1, 2, 3, 4]

const steps = FastCheck.array(
  FastCheck.record({
    what: FastCheck.constantFrom("add", "add", "attempt", "delete", "make room"),
    which: FastCheck.nat({ max: 30 }),
    address: FastCheck.constantFrom("a", "b", "c", "d")
  }),
  { maxLength: 120 }
)

interface Waiting {
  readonly id: number
  readonly address: string
  readonly attempts: number
}

describe("Who makes room without a name", () => {
  it("is of the address that has most of them, and there the one that tried to come in longest ago", () => {
    always(steps, (steps) => {
      const nameless = new Nameless<number>()
      // The model: those who wait, the one that tried longest ago first.
      let waiting: ReadonlyArray<Waiting> = []
      const without = (id: number | undefined) => waiting.filter((other) => other.id !== id)
      const countAt = (address: string) => waiting.filter((other) => other.address === address).length
      for (const [id, { address, what, which }] of steps.entries()) {
        const chosen = waiting[which % Math.max(1, waiting.length)]
        if (what === "add") {
          nameless.add(id, address)
          waiting = [...waiting, { id, address, attempts: 0 }]
        } else if (what === "make room") {
          const { first } = nameless
          const most = Math.max(0, ...waiting.map(({ address }) => countAt(address)))
          const losers = waiting.filter(({ address }) => countAt(address) === most)
          const oldest = [...new Set(losers.map(({ address }) => address))].map((address) => losers.find((other) => other.address === address)?.id)
          if (waiting.length === 0) expect(first).toBeUndefined()
          else expect(oldest).toContain(first)
          if (first !== undefined) nameless.delete(first)
          waiting = without(first)
        } else if (chosen !== undefined && what === "delete") {
          nameless.delete(chosen.id)
          waiting = without(chosen.id)
        } else if (chosen !== undefined) {
          nameless.attempted(chosen.id)
          if (chosen.attempts < 3) waiting = [...without(chosen.id), { ...chosen, attempts: chosen.attempts + 1 }]
        }
        expect(nameless.size).toBe(waiting.length)
      }
    }, 500)
  })

  it("is the one that came or tried longest ago, where each comes from an address of its own", () => {
    const nameless = new Nameless<number>()
    for (const n of numbers) nameless.add(n, `address ${n}`)
    for (const n of [0, 2]) nameless.attempted(n)
    const order = numbers.map(() => {
      const { first } = nameless
      if (first !== undefined) nameless.delete(first)
      return first
    })
    expect(order).toEqual([1, 3, 4, 0, 2])
  })

  it("does not hold its place by trying on and on", () => {
    const nameless = new Nameless<string>()
    nameless.add("tries", "a")
    for (let n = 0; n < 3; n += 1) nameless.attempted("tries")
    nameless.add("thinks", "b")
    nameless.attempted("tries")
    expect(nameless.first).toBe("tries")
  })
})
