import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { graphemesOf } from "../../../src/client/terminal/graphemes.ts"
import { anyString } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"

const whole = new Intl.Segmenter("und", { granularity: "grapheme" })
const segments = (text: string): ReadonlyArray<string> => Array.from(whole.segment(text), ({ segment }) => segment)

/** What joins with its neighbours, and halves of it. */
const parts = FastCheck.constantFrom(
  "a", " ", "\r", "\n", "e\u0301", "\u0301", "\u200d", "\ufe0f", "\u{1f469}", "\u{1f680}", "\u{1f3fd}", "\u{1f1e9}", "\u{1f1ea}",
  "\u{1f3f4}", "\u{e0067}", "\u{e007f}", "\u1100", "\u1161", "\u11a8", "\u0915", "\u094d", "\u0600", "\ud83d", "\udc69"
)
const text = FastCheck.oneof(anyString(80), FastCheck.array(parts, { maxLength: 60 }).map((all) => all.join("")))

describe("The characters of a text", () => {
  it("are those of the text as a whole, however short the pieces are", () => {
    always(FastCheck.tuple(text, FastCheck.integer({ min: 1, max: 20 })), ([text, piece]) => {
      expect([...graphemesOf(text, piece)]).toEqual(segments(text))
    }, 3000)
  })

  it.each([
    ["one that is longer than a piece", `a${"\u0301".repeat(1000)}b`],
    ["a flag across two pieces", `${"x".repeat(63)}\u{1f1e9}\u{1f1ea}\u{1f1e9}\u{1f1ea}y`],
    ["a mark in two halves across two pieces", `${"x".repeat(62)}\u{1f44b}\u{1f3fd}y`],
    ["none", ""]
  ])("with %s", (_, text) => {
    expect([...graphemesOf(text)]).toEqual(segments(text))
  })
})
