import { describe, expect, it } from "@effect/vitest"
import * as Text from "../../src/domain/Text.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { wholesome } from "../support/hostile.ts"

/** How many code points one character on the screen has at most. */
const most = 16
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })
const highest = (text: string) => Math.max(...[...graphemes.segment(text)].map(({ segment }) => Array.from(segment).length))

describe("A flood", () => {
  it.each([
    ["combining marks", "a" + "\u0301".repeat(4000)],
    ["marks above and below in turn", "a" + "\u0301\u0323".repeat(2000)],
    ["enclosing marks", "a" + "\u20dd".repeat(4000)],
    ["joiners", "a" + "\u200d".repeat(4000)],
    ["variation selectors", "a" + "\ufe0f".repeat(4000)],
    ["tags", "🏴" + "\u{e0067}".repeat(2000)],
    ["joined emoji", "👨\u200d".repeat(1000)]
  ])("of %s is piled up no higher than the highest that is ordinary", (_, raw) => {
    expect(highest(Text.clean(raw))).toBeLessThanOrEqual(most)
    expect(highest(Nickname.lenient(raw) ?? "")).toBeLessThanOrEqual(most)
  })
  it("of zero-width spaces is not longer than what can be seen beside it", () => {
    expect(Text.clean("a" + "\u200b".repeat(5000)).length).toBeLessThan(50)
  })
  it.each(wholesome)("%s is no flood", (_, words) => {
    expect(highest(words)).toBeLessThanOrEqual(most)
    expect(Text.clean(words)).toBe(words)
  })
})
