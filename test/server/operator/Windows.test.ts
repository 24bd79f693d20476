import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { type Going, grace, type Happening, none, step, type Windows, type Wish } from "../../../src/server/operator/Windows.ts"
import { always } from "../../support/property.ts"

/** The windows and the wishes after this has happened, each so many ms after the one before. */
const play = (happenings: ReadonlyArray<readonly [Happening, number]>) => {
  let at = 0
  let windows: Windows = none
  const wishes: Array<Wish> = []
  for (const [happening, later] of happenings) {
    at += later
    const { next, wish } = step(windows, happening, at)
    windows = next
    if (wish !== undefined) wishes.push(wish)
  }
  return { windows, wishes, at }
}

// Only windows that are open can go.
const stories = FastCheck.array(FastCheck.tuple(FastCheck.constantFrom<Happening>("Opened", "Closed", "Lost", "Tick"), FastCheck.nat(70_000)), { maxLength: 40 }).map((story) => {
  let open = 0
  return story.filter(([happening]) => {
    if (happening === "Opened") open += 1
    if (happening !== "Closed" && happening !== "Lost") return true
    if (open === 0) return false
    open -= 1
    return true
  })
})

describe("The operator's windows", () => {
  it("close the room 5 s after the last was closed", () => {
    const { wishes } = play([["Opened", 0], ["Closed", 100], ["Tick", 4999], ["Tick", 1], ["Tick", 1]])
    expect(wishes).toEqual([{ _tag: "Wait", going: "Closed", ms: 5000 }, { _tag: "Close", going: "Closed" }])
  })

  it("close it 60 s after the last was lost", () => {
    const { wishes } = play([["Opened", 0], ["Lost", 100], ["Tick", 59_999], ["Tick", 1]])
    expect(wishes).toEqual([{ _tag: "Wait", going: "Lost", ms: 60_000 }, { _tag: "Close", going: "Lost" }])
  })

  it("keep it open when one comes back in time, as when a page is loaded again", () => {
    for (const going of ["Closed", "Lost"] as const) {
      const { windows, wishes } = play([["Opened", 0], [going, 100], ["Opened", 244], ["Tick", 100_000]])
      expect(wishes).toEqual([{ _tag: "Wait", going, ms: grace[going] }, { _tag: "Stay" }])
      expect(windows).toEqual({ open: 1 })
    }
  })

  it("close nothing before one was opened, and while another is open", () => {
    expect(play([["Tick", 1e9]]).wishes).toEqual([])
    expect(play([["Opened", 0], ["Opened", 0], ["Closed", 0], ["Tick", 1e9], ["Opened", 0], ["Lost", 0], ["Tick", 1e9]]).wishes).toEqual([])
  })

  it("are counted, whatever happens, and the room closes only after it was said, and when nobody is there", () => {
    always(stories, (story) => {
      const opened = story.filter(([happening]) => happening === "Opened").length
      const gone = story.filter(([happening]) => happening === "Closed" || happening === "Lost").length
      const { windows, wishes } = play(story)
      expect(windows.open).toBe(opened - gone)
      if (windows.open > 0) expect(windows.closing).toBeUndefined()
      // What is said is always undone or done before it is said again.
      for (const [index, wish] of wishes.entries()) expect(wish._tag === "Wait").toBe(index % 2 === 0)
      for (const [index, wish] of wishes.entries()) {
        const before = wishes[index - 1]
        if (wish._tag === "Close") expect(before).toEqual({ _tag: "Wait", going: wish.going, ms: grace[wish.going] })
      }
    })
  })

  it("close the room never sooner than was said, and at the first tick after that", () => {
    always(FastCheck.tuple(FastCheck.constantFrom<Going>("Closed", "Lost"), FastCheck.array(FastCheck.nat(20_000))), ([going, ticks]) => {
      let waited = 0
      for (let count = 1; count <= ticks.length; count += 1) {
        waited += ticks[count - 1] ?? 0
        const { wishes } = play([["Opened", 0], [going, 0], ...ticks.slice(0, count).map((later) => ["Tick", later] as const)])
        expect(wishes.length).toBe(waited < grace[going] ? 1 : 2)
      }
    })
  })
})
