import { describe, expect, it } from "@effect/vitest"
import { Refusal } from "../../src/domain/Refusal.ts"
import { isInvisible } from "../../src/domain/invisible.ts"
import * as Text from "../../src/domain/Text.ts"
import { anyString } from "../support/arbitraries.ts"
import { always } from "../support/property.ts"

const outcome = (raw: string): string => {
  const text = Text.parse(raw)
  return text instanceof Refusal ? text.code : text
}

const lineBreaks = [
  ["LF", "\n"],
  ["CR", "\r"],
  ["VT", "\v"],
  ["FF", "\f"],
  ["NEL", "\u0085"],
  ["LINE SEPARATOR", "\u2028"],
  ["PARAGRAPH SEPARATOR", "\u2029"]
] as const

describe("A line break", () => {
  it.each(lineBreaks)("%s inside a message is refused when a program sent it", (_, character) => {
    expect(outcome(`a${character}b`)).toBe("text-line-break")
    expect(outcome(`${character}b`)).toBe("text-line-break")
  })

  it.each(lineBreaks)("%s becomes a space when it is made safe", (_, character) => {
    expect(Text.clean(`a${character}b`)).toBe("a b")
    expect(Text.lenient(`a${character}b`)).toBe("a b")
  })

  it.each(lineBreaks)("%s at the end is white space like any other when it was typed", (_, character) => {
    expect(Text.lenient(`a ${character}`)).toBe("a")
  })

  it.each(lineBreaks)("%s at the end of a message is refused when a program sent it", (_, character) => {
    expect(outcome(`a${character}`)).toBe("text-line-break")
    expect(outcome(`a ${character} `)).toBe("text-line-break")
  })
})

describe("A message", () => {
  it.each([
    ["keeps white space before it", "  \ta", "  \ta"],
    ["loses white space after it", "a \t\u3000 ", "a"],
    ["keeps the tabs in it", "a\tb", "a\tb"],
    ["keeps what joins characters", "👨\u200d👩 می\u200cخواهم", "👨\u200d👩 می\u200cخواهم"],
    ["keeps marks of direction, which end nowhere but at once", "a\u200eb\u200fc\u061cd", "a\u200eb\u200fc\u061cd"],
    ["loses an escape sequence's escape", "\u001b[31mred", "[31mred"],
    ["loses C1 controls", "a\u009b31m", "a31m"],
    ["loses overrides and isolates", "a\u202eb\u2066c\u2069", "abc"],
    ["loses what is not allowed before the white space is removed", "a \u0007", "a"],
    ["shows a lone surrogate as a replacement", "a\ud800b", "a\ufffdb"],
    ["is otherwise just what was sent", "{\"_tag\":\"x\"} <b> %s \\n", "{\"_tag\":\"x\"} <b> %s \\n"]
  ])("%s", (_, raw, text) => {
    expect(outcome(raw)).toBe(text)
    expect(Text.lenient(raw)).toBe(text)
  })

  it("has no control left in it but the tab, of all there are", () => {
    for (let code = 0; code <= 0x9f; code += 1) {
      const character = String.fromCharCode(code)
      if (!/\p{Cc}/u.test(character)) continue
      const isBreak = lineBreaks.some(([, lineBreak]) => lineBreak === character)
      expect(Text.clean(`a${character}b`)).toBe(character === "\t" ? "a\tb" : isBreak ? "a b" : "ab")
    }
  })

  it.each([
    ["nothing", ""],
    ["white space", " \t \u3000"],
    ["controls", "\u0000\u0007\u001b"],
    ["overrides", "\u202e\u202c"],
    ["a zero-width space", "\u200b"],
    ["joiners", "\u200c\u200d"],
    ["a word joiner", "\u2060"],
    ["a soft hyphen", "\u00ad"],
    ["a grapheme joiner", "\u034f"],
    ["directional marks", "\u200e\u200f\u061c"],
    ["Hangul fillers", "\u3164\u115f\u1160\uffa0"],
    ["blank braille patterns", "\u2800 \u2800"],
    ["variation selectors", "\ufe0f\u{e0100}"],
    ["Mongolian variation selectors", "\u180b\u180e"],
    ["tags", "\u{e0041}\u{e0042}"],
    ["blanks among hieroglyphs", "\u{13441}\u{13442}"],
    ["null noteheads", "\u{1d159}"],
    ["musical format characters", "\u{1d173}\u{1d17a}"],
    ["spaces of all widths", "\u00a0\u2003\u205f\u3000\u1680"],
    ["an interlinear annotation", "\ufff9\ufffb"],
    ["a filler among Khitan characters", "\u{16fe4}"]
  ])("of %s is refused as empty", (_, raw) => {
    expect(outcome(raw)).toBe("text-empty")
    expect(Text.lenient(raw)).toBeUndefined()
  })
})

describe("What can be seen", () => {
  it.each(["\u0301", "\u0600", "\ufffd", ".", "🏴", "ㅤa", "\u303f"])("%j is a text", (raw) => {
    expect(outcome(raw)).toBe(Text.clean(raw))
  })

  it("is, of all that Unicode calls format characters, only what it draws before or around numbers", () => {
    const drawn: Array<string> = []
    for (let code = 0; code <= 0x10ffff; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const character = String.fromCodePoint(code)
      if (/\p{Cf}/u.test(character) && !isInvisible(character)) drawn.push(code.toString(16))
    }
    expect(drawn).toEqual(["600", "601", "602", "603", "604", "605", "6dd", "70f", "890", "891", "8e2", "110bd", "110cd"])
  })
})

describe("Whatever is sent as a text", () => {
  const results = (raw: string): ReadonlyArray<string> =>
    [Text.clean(raw), Text.lenient(raw), Text.parse(raw)].filter((result) => typeof result === "string")

  it("comes out with nothing that steers a terminal, breaks a line or reverses it", () => {
    always(anyString(), (raw) => {
      for (const text of results(raw)) {
        expect(text).not.toMatch(/[\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]/u)
        expect(text.replaceAll("\t", "")).not.toMatch(/\p{Cc}/u)
        expect(text.isWellFormed()).toBe(true)
      }
    }, 800)
  })

  it("is left as it is the second time", () => {
    always(anyString(), (raw) => {
      expect(Text.clean(Text.clean(raw))).toBe(Text.clean(raw))
      const text = Text.parse(raw)
      if (!(text instanceof Refusal)) expect(Text.parse(text)).toBe(text)
      const typed = Text.lenient(raw)
      if (typed !== undefined) expect(Text.parse(typed)).toBe(typed)
    }, 800)
  })

  it("is never empty and never ends with white space, when it is a message", () => {
    always(anyString(), (raw) => {
      for (const text of [Text.parse(raw), Text.lenient(raw)]) {
        if (typeof text !== "string") continue
        expect(text).not.toBe("")
        expect(text).toBe(text.trimEnd())
      }
    }, 400)
  })

  it("loses no character that is safe", () => {
    always(anyString(), (raw) => {
      const kept = (text: string) => Array.from(text).filter((character) => /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character))
      expect(kept(Text.clean(raw))).toEqual(kept(raw.toWellFormed()))
    }, 400)
  })
})
