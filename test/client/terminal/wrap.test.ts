import { describe, expect, it, vi } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import stringWidth from "string-width"
import { fit, heightOf, wrap } from "../../../src/client/terminal/wrap.ts"
import { clean } from "../../../src/domain/Text.ts"
import { anyString } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"

// No tabs: the line that is typed has none.
const line = anyString(60).map((raw) => clean(raw).replaceAll("\t", " "))
const columns = FastCheck.integer({ min: 2, max: 30 })

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })
const cut = (text: string, place: number): readonly [string, string] => {
  const borders = [...Array.from(graphemes.segment(text), ({ index }) => index), text.length]
  const at = borders[place % borders.length] ?? 0
  return [text.slice(0, at), text.slice(at)]
}

describe("A line in rows", () => {
  it.each<readonly [string, string, string, number, ReadonlyArray<string>, readonly [number, number]]>([
    ["that fits", "> ab", "", 10, ["> ab"], [0, 4]],
    ["with the cursor in the middle", "> a", "b", 10, ["> ab"], [0, 3]],
    ["of nothing", "", "", 10, [""], [0, 0]],
    ["that fills a row: the cursor is in the next", "abcd", "", 4, ["abcd", ""], [1, 0]],
    ["that fills a row, with the cursor within", "abc", "d", 4, ["abcd"], [0, 3]],
    ["that is broken", "abcdef", "", 4, ["abcd", "ef"], [1, 2]],
    ["that is broken where the cursor is", "abcd", "ef", 4, ["abcd", "ef"], [1, 0]],
    ["of wide characters, which are not cut in half", "日本語", "", 5, ["日本", "語"], [1, 2]],
    ["with an emoji of several code points", "a👩‍🚀b", "", 10, ["a👩‍🚀b"], [0, 4]],
    ["with combining marks, which take no column", "e\u0301e\u0301", "e\u0301", 10, ["e\u0301e\u0301e\u0301"], [0, 2]],
    ["in right-to-left text, in logical order", "של", "ום", 10, ["שלום"], [0, 2]]
  ])("%s", (_, before, after, width, rows, [row, column]) => {
    expect(wrap(before, after, width)).toEqual({ rows, cursor: { row, column } })
  })

  it("is never wider than there are columns, and nothing of it is lost", () => {
    always(FastCheck.tuple(line, FastCheck.nat(), columns), ([text, place, columns]) => {
      const [before, after] = cut(text, place)
      const { cursor, rows } = wrap(before, after, columns)
      expect(rows.join("")).toBe(text)
      for (const row of rows) expect(Array.from(graphemes.segment(row), ({ segment }) => stringWidth(segment)).reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(columns)
      expect(cursor.row).toBeLessThan(rows.length)
      expect(cursor.column).toBeLessThan(columns)
      expect(heightOf(text, columns)).toBeLessThanOrEqual(rows.length)
    }, 600)
  })

  it("has the cursor behind all that is before it", () => {
    always(FastCheck.tuple(line, FastCheck.nat(), columns), ([text, place, columns]) => {
      const [before, after] = cut(text, place)
      const { cursor, rows } = wrap(before, after, columns)
      const above = rows.slice(0, cursor.row).join("")
      expect(before.startsWith(above) || above.startsWith(before)).toBe(true)
      if (before.startsWith(above)) expect(cursor.column).toBe(Array.from(graphemes.segment(before.slice(above.length)), ({ segment }) => stringWidth(segment)).reduce((sum, width) => sum + width, 0))
    }, 600)
  })
})

describe("The work of laying out a line of 16 KiB", () => {
  /** V8 copies all that it is given for each segment: the characters copied while `f` runs. */
  const copied = (f: () => void): number => {
    const asked = vi.spyOn(Intl.Segmenter.prototype, "segment")
    try {
      f()
      return asked.mock.calls.reduce((sum, [text]) => sum + text.length ** 2, 0)
    } finally {
      asked.mockRestore()
    }
  }

  it.each([
    ["of letters", "na\u00efve \u65e5\u672c\u8a9e "],
    ["of emoji of several code points", "\u{1f469}\u200d\u{1f680}"],
    ["of flags", "\u{1f1e9}\u{1f1ea}"],
    ["of punctuation", "..."]
  ])("%s grows with its length alone", (_, part) => {
    const [short, long] = [part.repeat(16), part.repeat(Math.floor((16 * 1024) / part.length))]
    const times = long.length / short.length
    const ofOne = copied(() => wrap(short, "", 80))
    expect(ofOne).toBeGreaterThan(0)
    expect(copied(() => wrap(long, "", 80))).toBeLessThan(4 * times * ofOne)
    // Of what does not fit no more is looked at than is shown.
    expect(copied(() => fit(long, 80))).toBeLessThan(40 * ofOne)
  })
})

describe("As much of a line as fits", () => {
  it.each([
    ["all of it", "hello", 5, "hello"],
    ["the beginning of it, and a mark", "hello!", 5, "hell…"],
    ["no half of a wide character", "日本語", 4, "日…"],
    ["no half of an emoji", "a👩‍🚀👩‍🚀", 4, "a👩‍🚀…"]
  ])("is %s", (_, text, columns, shown) => {
    expect(fit(text, columns)).toBe(shown)
  })

  it("is never wider than there are columns, and a beginning of the line", () => {
    always(FastCheck.tuple(line, columns), ([text, columns]) => {
      const shown = fit(text, columns)
      expect(stringWidth(shown)).toBeLessThanOrEqual(columns)
      expect(text.startsWith(shown === text ? shown : shown.slice(0, -1))).toBe(true)
    }, 600)
  })
})
