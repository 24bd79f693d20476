import { describe, expect, it } from "@effect/vitest"
import { after, crowdEnd, type FanOut, holdEnd, noFanOut, pace, windowEnd } from "../../../src/server/delivery/pace.ts"

/** The longest short window, ms. */
const longest = 5

/** A fan-out that ended at 1000 ms. */
const fanOut = (last: Partial<FanOut>): FanOut => ({ end: 1000, took: 8, usual: last.took ?? 8, messages: 1, size: 1, ...last })

describe("The coalescing window", () => {
  it.each<readonly [string, FanOut, number]>([
    ["is over before anything was sent", noFanOut, 0],
    ["is half as long as a fan-out of one message", fanOut({ messages: 1 }), 1004],
    ["is half as long after two", fanOut({ messages: 2 }), 1004],
    ["is no longer than the longest short one", fanOut({ messages: 1, took: 40 }), 1005],
    ["ends three times as long after the start, after three", fanOut({ messages: 3 }), 1016],
    ["ends there after fifteen", fanOut({ messages: 15 }), 1016],
    ["is half as long again after sixteen", fanOut({ messages: 16 }), 1004],
    ["is half as long after hundreds", fanOut({ messages: 500, size: 600 }), 1004],
    ["is none after a fan-out that took much longer than usual", fanOut({ messages: 8, took: 30, usual: 8 }), 1000],
    ["is shorter after one that took somewhat longer", fanOut({ messages: 8, took: 12, usual: 10 }), 1018],
    ["is longer after one that took less", fanOut({ messages: 8, took: 6, usual: 6 }), 1012],
    ["is no longer than five longest short ones, however long a fan-out takes", fanOut({ messages: 8, took: 100 }), 1025],
    ["is half as long where only people came and went", fanOut({ messages: 0, size: 300 }), 1004]
  ])("%s", (_, last, end) => {
    expect(windowEnd(last, longest)).toBeCloseTo(end, 6)
  })
})

describe("What has come is", () => {
  it.each<readonly [string, FanOut, { readonly come: number; readonly now: number }, ReturnType<typeof pace>]>([
    ["sent at once where nothing was sent before", noFanOut, { come: 1, now: 0 }, { _tag: "Send" }],
    ["sent when the window is over", fanOut({}), { come: 1, now: 1004 }, { _tag: "Send" }],
    ["waited with until then", fanOut({}), { come: 1, now: 1003 }, { _tag: "Wait", until: 1004 }],
    ["waited with until then, however much it is", fanOut({ messages: 15 }), { come: 999, now: 1000 }, { _tag: "Wait", until: 1016 }],
    ["looked at again soon, after many", fanOut({ messages: 20, size: 20 }), { come: 19, now: 1000 }, { _tag: "Look", at: 1001 }],
    ["looked at again when the window ends, if that is sooner", fanOut({ messages: 20, size: 20 }), { come: 19, now: 1003.5 }, { _tag: "Look", at: 1004 }],
    ["sent once as much has come again, after many", fanOut({ messages: 20, size: 20 }), { come: 20, now: 1000 }, { _tag: "Send" }],
    ["not enough while those who came and went with the many are missing", fanOut({ messages: 20, size: 30 }), { come: 29, now: 1000 }, { _tag: "Look", at: 1001 }]
  ])("%s", (_, last, { come, now }, next) => {
    const found = pace(last, come, now, longest)
    expect(found._tag).toBe(next._tag)
    if (found._tag === "Wait" && next._tag === "Wait") expect(found.until).toBeCloseTo(next.until, 6)
    if (found._tag === "Look" && next._tag === "Look") expect(found.at).toBeCloseTo(next.at, 6)
  })
})

describe("What a fan-out usually costs", () => {
  const next = (usual: number, took: number) => after(fanOut({ usual }), { start: 2000, end: 2000 + took, messages: 1, size: 1 }).usual

  it.each<readonly [string, number, number, number]>([
    ["is what the first one cost", 0, 8, 8],
    ["stays, where the next one costs the same", 8, 8, 8],
    ["falls at once", 8, 3, 3],
    ["rises slowly: a fifth of the way", 10, 20, 12]
  ])("%s", (_, usual, took, expected) => {
    expect(next(usual, took)).toBeCloseTo(expected, 6)
  })

  it("is kept with the rest of what is known of the last one", () => {
    expect(after(noFanOut, { start: 10, end: 14, messages: 2, size: 3 })).toEqual({ end: 14, took: 4, usual: 4, messages: 2, size: 3 })
  })
})

describe("Comings and goings wait for more of them", () => {
  it("as long as a fan-out usually takes, 50 ms at most", () => {
    expect(holdEnd(fanOut({ took: 0, usual: 0 }), 5000)).toBe(5000)
    expect(holdEnd(fanOut({ took: 20, usual: 20 }), 5000)).toBe(5020)
    expect(holdEnd(fanOut({ took: 90, usual: 90 }), 5000)).toBe(5050)
  })

  it("until a crowd has been complete for 50 ms, half a second at most", () => {
    expect(crowdEnd(5000, 5000)).toBe(5050)
    expect(crowdEnd(5000, 5400)).toBe(5450)
    expect(crowdEnd(5000, 5480)).toBe(5500)
    expect(crowdEnd(5000, 5600)).toBe(5500)
  })
})

describe("Comings and goings wait", () => {
  it.each<readonly [string, number, number]>([
    ["not at all where a fan-out costs nothing", 0, 1000],
    ["eight times as long as the last fan-out", 8, 1064],
    ["eight times as long also where a fan-out takes as long as to thousands", 60, 1480],
    ["half a second at most", 62.5, 1500],
    ["half a second, however long a fan-out takes", 250, 1500]
  ])("%s", (_, took, end) => {
    expect(holdEnd(fanOut({ took }), 0)).toBe(end)
  })

  it("so long that telling of them takes a ninth of the time, up to fan-outs of a sixteenth of a second", () => {
    for (let took = 1; took <= 62; took += 1) expect(took / (holdEnd(fanOut({ took }), 0) - 1000 + took)).toBeCloseTo(1 / 9, 6)
  })
})
