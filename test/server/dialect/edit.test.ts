import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { edited } from "../../../src/server/dialect/edit.ts"
import { anyString } from "../../support/arbitraries.ts"
import { always } from "../../support/property.ts"

describe("A line of keys", () => {
  it.each([
    ["hel\blo\b\b\b\b\b\b\bhi", "hi"],
    ["zw\u00f6\u007fölf", "zwölf"],
    ["a😀\bb", "ab"],
    ["\b\u007fa", "a"],
    ["a\0b\0", "ab"],
    ["hel\u001b[D\b\u001b[3~lo", "helo"]
  ])("%j reads %j", (keys, line) => {
    expect(edited(keys, false)).toBe(line)
    expect(edited(keys, true)).toBe(line)
  })

  it.each([
    ["wrong\u0015right", "right"],
    ["\u0015", ""],
    ["one twoo\u0017two", "one two"],
    ["one two  \u0017", "one "],
    ["one\u0017\u0017\u0017", ""],
    ["one\ttwo\u0017", "one\t"]
  ])("%j, pressed one by one, reads %j", (keys, line) => {
    expect(edited(keys, true)).toBe(line)
  })

  it("keeps what Ctrl-U and Ctrl-W would take away where a terminal has edited it", () => {
    expect(edited("wrong\u0015right\u0017", false)).toBe("wrongright")
  })

  it("has no key left in it that edits, whatever it is, and is no longer than it was", () => {
    const keys = FastCheck.array(FastCheck.constantFrom("a", " ", "\b", "\u007f", "\u0015", "\u0017", "\u001b[D", "\u001b", "😀"), { maxLength: 20 }).map((all) => all.join(""))
    always(FastCheck.tuple(FastCheck.oneof(keys, anyString()), FastCheck.boolean()), ([typed, isTyping]) => {
      const line = edited(typed, isTyping)
      expect(line).not.toMatch(/[\0\b\u0015\u0017\u001b\u007f]/u)
      expect(line.length).toBeLessThanOrEqual(typed.length)
    })
  })
})
