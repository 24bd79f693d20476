import { describe, expect, it } from "@effect/vitest"
import { Marks, timeIn } from "../../../../src/server/dialect/irc/marks.ts"

const [early, late] = ["2019-01-01T00:00:00.000Z", "2019-06-01T12:00:00.000Z"] as const

const of = (marks: Marks, target: string): string => marks.line(target).split(" ").at(-1) ?? ""

describe("How far a client has read", () => {
  it("is not known before it says so, and then never goes back", () => {
    const marks = new Marks()
    expect(of(marks, "#dev")).toBe("*")
    marks.set("#dev", late)
    marks.set("#dev", early)
    expect(of(marks, "#dev")).toBe(`timestamp=${late}`)
  })

  it("is known by the room or the person, however it is written", () => {
    const marks = new Marks()
    marks.set("#Dev", early)
    marks.set("Ann_B", late)
    expect([of(marks, "#dev"), of(marks, "ann_b"), of(marks, "#other")]).toEqual([`timestamp=${early}`, `timestamp=${late}`, "*"])
  })

  it("is kept of a hundred, those that were set last", () => {
    const marks = new Marks()
    for (let n = 0; n < 100; n += 1) marks.set(`#r${n}`, early)
    marks.set("#r0", early)
    marks.set("#one", late)
    expect(["#r0", "#r1", "#r2", "#one"].map((room) => of(marks, room) !== "*")).toEqual([true, false, true, true])
  })

  it.each(["*", "timestamp=*", "timestamp=not-a-time", "timestamp=2019-13-01T00:00:00.000Z", "timestamp=2019-01-01T00:00:00Z", early])("is a time, and not %s", (param) => {
    expect(timeIn(param)).toBeUndefined()
  })

  it("is a time in UTC, to the millisecond", () => {
    expect(timeIn(`timestamp=${early}`)).toBe(early)
  })
})
