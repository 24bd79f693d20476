import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import stringWidth from "string-width"
import { layOut, widest } from "../../../src/client/terminal/paragraph.ts"
import { graphemesOf } from "../../../src/client/terminal/graphemes.ts"
import { anyString } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"
import * as Text from "../../../src/domain/Text.ts"

const rows = (line: string, columns: number, indent = 4) => layOut(line, columns, indent).split("\n")

describe("A line that is wider than the terminal", () => {
  it.each<readonly [string, string, ReadonlyArray<string>]>([
    ["is broken between words", "one two three four five", ["one two three", "    four five"]],
    ["is left as it is where it fits", "one two three", ["one two three"]],
    ["loses the blanks where it is broken", `one${" ".repeat(40)}two`, ["one", "    two"]],
    ["keeps the blanks within a row", "a    b", ["a    b"]],
    ["has its tabs as blanks", "a\tb", ["a       b"]],
    ["has a word that is longer than a row cut", "one abcdefghijklmnopqrst", ["one abcdefghij", "    klmnopqrst"]],
    ["is broken between wide characters", "一二三四五六七八九", ["一二三四五六七", "    八九"]],
    ["is not broken before punctuation", "一二三四五六七。八", ["一二三四五六", "    七。八"]],
    ["is not broken at a no-break space", "aaaaaa two\u00a0three four", ["aaaaaa", "    two\u00a0three", "    four"]]
  ])("%s", (_, line, wanted) => {
    expect(rows(line, 14)).toEqual(wanted)
  })

  it("keeps its colours, which take no columns", () => {
    expect(rows("\u001b[2m09:05\u001b[22m \u001b[1mBob\u001b[22m: one two", 12)).toEqual(["\u001b[2m09:05\u001b[22m \u001b[1mBob\u001b[22m:", "    one two"])
  })

  it("that is padded so that its rest reads as another's line does not begin at the edge", () => {
    const [, second] = rows(`09:05  Eve: ${"x".repeat(10)}${" ".repeat(60)}09:05  Bob: I approve`, 80, 9)
    expect(second).toBe(`${" ".repeat(9)}09:05  Bob: I approve`)
    expect(rows(`Eve: x${"\u00a0".repeat(74)}Bob: yes`, 80, 9)[1]).toMatch(/^ {9}/u)
    expect(rows(`Eve: ${"\u3000".repeat(38)}Bob: yes`, 80, 9)[1]).toBe(`${" ".repeat(9)}Bob: yes`)
  })

  it("is indented less in a narrow terminal", () => {
    expect(rows("one two", 6, 9)).toEqual(["one", "  two"])
    expect(rows("日本", 1, 9)).toEqual(["日", "本"])
  })

  it("is laid out in a time that grows with its length alone", () => {
    const time = (line: string) => {
      const from = performance.now()
      layOut(line, 80, 9)
      return performance.now() - from
    }
    const text = "日本 é x 👩‍🚀 ".repeat(500)
    time(text)
    const [short, long] = [time(text), time(text.repeat(8))]
    expect(long).toBeLessThan(40 * Math.max(short, 1))
  })
})

describe("The widest a character can be", () => {
  it.each([["a", 1], ["日", 2], ["é", 1], ["e\u0301", 1], ["§", 1], ["❤\ufe0f", 2], ["👩‍👩‍👧", 6], ["🇮🇹", 4], ["👍🏽", 4], ["สี", 1], ["☸", 2]] as const)("%s", (cluster, width) => {
    expect(widest(cluster)).toBe(width)
  })
})

describe("Whatever a line says", () => {
  const line = anyString(200).map((raw) => Text.clean(raw))

  it("no row is wider than the terminal, all but the first are indented, and nothing but blanks is lost", () => {
    always(FastCheck.tuple(line, FastCheck.integer({ min: 12, max: 90 })), ([text, columns]) => {
      const all = rows(text, columns)
      for (const [index, row] of all.entries()) {
        expect(stringWidth(row)).toBeLessThanOrEqual(columns)
        let width = 0
        for (const cluster of graphemesOf(row)) width += cluster === "\t" ? 8 - (width % 8) : widest(cluster)
        expect(width).toBeLessThanOrEqual(columns)
        if (index > 0) expect(row).toMatch(/^ {4}/u)
      }
      expect(all.join("").replace(/\s/gu, "")).toBe(text.replace(/\s/gu, ""))
    }, 1000)
  })
})
