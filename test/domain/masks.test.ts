import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { fits } from "../../src/domain/masks.ts"

describe("A pattern", () => {
  it.each([
    ["ada", "ada", true],
    ["ada", "adam", false],
    ["*", "", true],
    ["?", "", false],
    ["a*", "ada", true],
    ["*a", "ada", true],
    ["a?a", "ada", true],
    ["*d*d*", "ada", false],
    ["a*b*c", "aXbYbZc", true],
    ["**", "ada", true],
    ["", "", true],
    ["", "a", false]
  ])("%s fits %s: %s", (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected)
  })

  it("fits what a regular expression does that means the same", () => {
    const word = FastCheck.array(FastCheck.constantFrom("a", "b", "c"), { maxLength: 8 }).map((letters) => letters.join(""))
    const pattern = FastCheck.array(FastCheck.constantFrom("a", "b", "*", "?"), { maxLength: 8 }).map((letters) => letters.join(""))
    FastCheck.assert(
      FastCheck.property(pattern, word, (pattern, word) => {
        const meant = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "u")
        expect(fits(pattern, word)).toBe(meant.test(word))
      }),
      { numRuns: 2000 }
    )
  })
})
