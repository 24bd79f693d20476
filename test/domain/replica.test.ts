import { describe, expect, it } from "@effect/vitest"
import { bookkeeping, fold, refused, restore } from "../../src/domain/replica/fold.ts"
import { digested } from "../../src/domain/replica/record.ts"
import { asking } from "../../src/domain/replica/Replica.ts"
import { Writer } from "../../src/domain/replica/Writer.ts"
import { playAll, type Rules } from "../support/replicas.ts"

const rules: Rules = { Writer, asking, bookkeeping, digested, fold, refused, restore }

describe("The replicated log", () => {
  it("has one order on all nodes, loses and doubles nothing, and goes on, in 1,000 stories of what can go wrong", async () => {
    const { counts, ended, nobody, stuck, violations } = await playAll(rules, 1000)
    expect(violations).toEqual([])
    expect(stuck).toBe(0)
    // The stories are about something.
    expect(counts.forgets).toBeGreaterThan(1000)
    expect(counts.kills).toBeGreaterThan(2000)
    expect(counts.pauses).toBeGreaterThan(5000)
    expect(counts.cuts).toBeGreaterThan(5000)
    expect(counts.joins).toBeGreaterThan(5000)
    expect(counts.closes).toBeGreaterThan(300)
    expect(counts.truncations).toBeGreaterThan(1000)
    expect(counts.skews).toBeGreaterThan(1000)
    expect(counts.snapshots).toBeGreaterThan(3000)
    expect(counts.founded).toBeGreaterThan(1000)
    expect(counts.resent).toBeGreaterThan(3000)
    expect(counts.decided).toBeGreaterThan(500_000)
    for (const why of ["given-up", "behind", "superseded", "closed", "other-settings", "too-old", "too-new"] as const) expect(ended[why] ?? 0, why).toBeGreaterThan(50)
    // A node is left in nearly all of them.
    expect(nobody).toBeLessThan(50)
  }, 180_000)
})
