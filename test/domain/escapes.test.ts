import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { endsInEscape, isEscape, withoutEscapes } from "../../src/domain/escapes.ts"
import { anyString } from "../support/arbitraries.ts"
import { utf8 } from "../support/bytes.ts"
import { always } from "../support/property.ts"

const e = "\u001b"

const keys: ReadonlyArray<readonly [string, string]> = [
  ["an arrow", `${e}[A`],
  ["an arrow of the keypad", `${e}OA`],
  ["F1", `${e}OP`],
  ["F1 of a Linux console", `${e}[[A`],
  ["F5", `${e}[15~`],
  ["F12 with all modifiers", `${e}[24;8~`],
  ["Delete", `${e}[3~`],
  ["Ctrl and an arrow", `${e}[1;5C`],
  ["the start of a paste", `${e}[200~`],
  ["the end of a paste", `${e}[201~`],
  ["Escape", e],
  ["an 8-bit arrow", "\u009bA"]
]

const others: ReadonlyArray<readonly [string, string]> = [
  ["a colour", `${e}[1;38;2;255;0;0m`],
  ["a title", `${e}]0;title\u0007`],
  ["a title that ends with ST", `${e}]0;title${e}\\`],
  ["a title in 8 bits", "\u009d0;title\u009c"],
  ["a link", `${e}]8;;http://example.com${e}\\`],
  ["DCS", `${e}P$q"p${e}\\`],
  ["APC", `${e}_G${e}\\`],
  ["a character set", `${e}(0`],
  ["two of them", `${e}[31m${e}[0m`],
  ["one within another", `${e}[${e}[A`]
]

describe("Taken out whole", () => {
  it.each([...keys, ...others])("is %s", (_, sequence) => {
    expect(withoutEscapes(`hel${sequence}lo`)).toBe("hello")
    expect(withoutEscapes(sequence)).toBe("")
  })

  it.each([
    ["a title", `${e}]0;title`, "0;title"],
    ["words after Escape", `${e}OK`, "OK"],
    ["Alt and a letter", `${e}f`, "f"],
    ["DCS", `${e}Please`, "Please"]
  ])("is only the start of what does not end: %s", (_, line, rest) => {
    expect(withoutEscapes(line)).toBe(rest)
  })

  it("is what is cut off at the end of the line", () => {
    expect(withoutEscapes(`hello${e}[1;5`)).toBe("hello")
  })

  it("is nothing of a line without one", () => {
    for (const line of ["[31m", "a\tb", "~ [A ]0;"]) expect(withoutEscapes(line)).toBe(line)
  })

  it("is every escape of whatever comes", () => {
    const piece = FastCheck.constantFrom(e, "[", "]", "O", "P", "1", ";", "A", "m", "~", "\u0007", "\\", "\u009b", "\u009d", "\u009c", " ")
    always(FastCheck.oneof(FastCheck.array(piece, { maxLength: 20 }).map((all) => all.join("")), anyString()), (line) => {
      expect(withoutEscapes(line)).not.toMatch(/[\u001b\u008f\u0090\u0098\u009b\u009d-\u009f]/u)
    }, 1000)
  })

  it.each([`${e}]`, `${e}[`, `${e}[1`, "\u009d", `${e}P`, `${e}[1;`, `${e}( `])("costs time in proportion to the line: %j", (start) => {
    const took = (times: number) => {
      const line = start.repeat(times)
      const from = performance.now()
      withoutEscapes(line)
      return performance.now() - from
    }
    took(1000)
    const short = Math.min(...Array.from({ length: 5 }, () => took(4000)))
    // Ten times the line costs ten times as much, and not a hundred times.
    expect(Math.min(...Array.from({ length: 5 }, () => took(40_000)))).toBeLessThan(40 * short + 5)
  })
})

describe("One key", () => {
  it.each(keys)("is %s, which may come in two parts", (_, sequence) => {
    expect(isEscape(sequence)).toBe(true)
    const bytes = utf8(sequence)
    if (bytes[0] !== 0x1b) return
    for (let at = 1; at < bytes.length; at += 1) expect(endsInEscape(bytes.subarray(0, at))).toBe(sequence !== `${e}[[A` || at < 3)
    if (sequence !== e) expect(endsInEscape(bytes)).toBe(false)
  })

  it.each(["a", `${e}[Aa`, `${e}[A${e}[A`, ""])("is not %j", (text) => {
    expect(isEscape(text)).toBe(false)
  })
})
