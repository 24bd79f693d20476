import * as FastCheck from "effect/FastCheck"
import { describe, expect, it } from "vitest"
import { FairQueue, levelOf } from "../../../src/server/session/FairQueue.ts"
import { always } from "../../support/property.ts"

describe("The level of a backlog", () => {
  it("doubles from line to paste", () => {
    expect([0, 1, 256, 257, 512, 513, 1024, 4096, 4097, 8192, 16_384, 16_385, 1e9].map(levelOf)).toEqual([0, 0, 0, 1, 1, 2, 2, 4, 5, 5, 6, 7, 7])
  })
})

const level = FastCheck.integer({ min: 0, max: 7 })
const step = FastCheck.oneof(
  level.map((at) => ({ _tag: "Add", at }) as const),
  FastCheck.constant({ _tag: "Next" } as const),
  FastCheck.constant({ _tag: "Longest" } as const),
  FastCheck.nat({ max: 40 }).map((id) => ({ _tag: "Delete", id }) as const)
)

describe("The fair queue", () => {
  it("is a list that is searched for the lowest level, or for the earliest arrival", () => {
    always(FastCheck.array(step, { maxLength: 60 }), (steps) => {
      const queue = new FairQueue<number>()
      let model: ReadonlyArray<{ readonly id: number; readonly at: number }> = []
      let ids = 0
      const take = (id: number | undefined) => {
        model = model.filter((one) => one.id !== id)
        return id
      }
      for (const next of steps) {
        const lowest = Math.min(...model.map(({ at }) => at))
        expect(queue.lowest).toBe(lowest)
        switch (next._tag) {
          case "Add":
            ids += 1
            model = [...model, { id: ids, at: next.at }]
            queue.add(ids, next.at)
            break
          case "Next":
            expect(queue.next()).toBe(take(model.find(({ at }) => at === lowest)?.id))
            break
          case "Longest":
            expect(queue.longest()).toBe(take(model[0]?.id))
            break
          case "Delete":
            queue.delete(next.id)
            take(next.id)
        }
      }
    })
  })
})
