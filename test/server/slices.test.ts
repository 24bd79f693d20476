import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { foldInSlices } from "../../src/server/slices.ts"
import { StoppedClock } from "../support/StoppedClock.ts"

const steps = Array.from({ length: 12 }, (_, n) => n)

/** How often others had a turn before each step, where a step takes 2 ms. */
const turnsBefore = (work: (step: (n: number) => void) => Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const clock = new StoppedClock()
    let turns = 0
    let immediate: NodeJS.Immediate
    const count = () => {
      turns += 1
      immediate = setImmediate(count)
    }
    immediate = setImmediate(count)
    const before: Array<number> = []
    yield* Effect.withClock(
      work((n) => {
        before[n] = turns
        clock.take(2)
      }),
      clock
    )
    clearImmediate(immediate)
    return before
  })

const inSlicesOfThree = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]

describe("Work in slices", () => {
  it.effect("lets others have a turn every 5 ms", () =>
    Effect.gen(function* () {
      let sum = 0
      const before = yield* turnsBefore((step) =>
        Effect.map(
          foldInSlices(steps, 0, (sum, n) => {
            step(n)
            return sum + n
          }),
          (result) => (sum = result)
        )
      )
      expect(before).toEqual(inSlicesOfThree)
      expect(sum).toBe(66)
    })
  )
})
