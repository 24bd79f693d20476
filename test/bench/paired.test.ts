import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { compare, type Pair } from "../../bench/against/paired.ts"
import { median } from "../../bench/median.ts"
import { always } from "../support/property.ts"

const pairsOf = (...values: ReadonlyArray<readonly [number | null, number | null]>): ReadonlyArray<Pair> =>
  values.map(([ours, other]) => ({ ours, other }))

describe("the median", () => {
  it("is the middle value, or the mean of the two in the middle, in numeric order", () => {
    expect(median([10, 9, 100])).toBe(10)
    expect(median([1, 30, 2, 4])).toBe(3)
    expect(median([])).toBeUndefined()
  })
})

describe("a paired comparison", () => {
  it("takes the median of the ratios, not the ratio of the medians", () => {
    // A machine that gets slower and slower: either build's medians hide what every pair shows.
    expect(compare(pairsOf([1, 2], [10, 20], [100, 50]))).toEqual({ ours: 10, other: 20, ratio: 0.5, least: 0.5, most: 2, pairs: 3 })
    expect(compare(pairsOf([1, 1], [4, 2], [6, 9]))?.ratio).toBe(1)
  })

  it("leaves out pairs of which one side tells nothing, and those with nothing to divide by", () => {
    expect(compare(pairsOf([3, 2], [null, 2], [2, null], [1, 0]))).toEqual({ ours: 3, other: 2, ratio: 1.5, least: 1.5, most: 1.5, pairs: 1 })
    expect(compare(pairsOf([null, null]))).toBeUndefined()
  })

  it("does not see what changes both runs of a pair alike", () => {
    const run = FastCheck.integer({ min: 1, max: 1000 })
    always(FastCheck.array(FastCheck.tuple(run, run, run), { minLength: 1, maxLength: 12 }), (runs) => {
      const still = compare(pairsOf(...runs.map(([ours, other]) => [ours, other] as const)))
      const moving = compare(pairsOf(...runs.map(([ours, other, speed]) => [ours * speed, other * speed] as const)))
      expect(moving?.ratio).toBeCloseTo(still?.ratio ?? NaN, 9)
      expect(still?.least).toBeLessThanOrEqual(still?.ratio ?? NaN)
      expect(still?.most).toBeGreaterThanOrEqual(still?.ratio ?? NaN)
    })
  })
})
