import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Deadlines from "../../src/domain/Deadlines.ts"
import { MemberId } from "../../src/domain/Member.ts"
import { always } from "../support/property.ts"

const place = (n: number, at: number): Deadlines.Deadline => ({ at, due: { _tag: "Place", id: MemberId.make(`m${n}`) } })

/** Adds a deadline for a member, or takes it back, or meets the first. */
const deed = FastCheck.record({ what: FastCheck.constantFrom("add", "remove", "meet"), n: FastCheck.nat({ max: 12 }), at: FastCheck.nat({ max: 20 }) })

describe("Deadlines", () => {
  it("come in the order of their time, each once, and those that were taken back not at all", () => {
    always(FastCheck.array(deed, { maxLength: 80, size: "max" }), (deeds) => {
      const model = new Map<number, number>()
      let deadlines = Deadlines.none
      const earliest = () => [...model].map(([n, at]) => place(n, at)).sort((one, other) => one.at - other.at || (JSON.stringify(one.due) < JSON.stringify(other.due) ? -1 : 1))[0]
      for (const { at, n, what } of deeds) {
        const known = model.get(n)
        if (what === "add" && known === undefined) {
          model.set(n, at)
          deadlines = Deadlines.add(deadlines, place(n, at))
        } else if (what === "remove") {
          deadlines = Deadlines.remove(deadlines, place(n, known ?? at))
          model.delete(n)
        } else if (what === "meet") {
          const first = Deadlines.first(deadlines)
          if (first === undefined) continue
          deadlines = Deadlines.remove(deadlines, first)
          for (const [each, when] of model) if (first.due._tag === "Place" && first.due.id === `m${each}` && when === first.at) model.delete(each)
        }
        expect(Deadlines.first(deadlines)).toEqual(earliest())
      }
    })
  })

  it("are many: ten thousand at once are met in order", () => {
    let deadlines = Deadlines.none
    for (let n = 0; n < 10_000; n += 1) deadlines = Deadlines.add(deadlines, place(n, (n * 7919) % 10_007))
    let last = -1
    for (let first = Deadlines.first(deadlines); first !== undefined; first = Deadlines.first(deadlines)) {
      expect(first.at).toBeGreaterThan(last)
      last = first.at
      deadlines = Deadlines.remove(deadlines, first)
    }
    expect(last).toBe(10_006)
  })
})
