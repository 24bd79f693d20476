import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { LineEnds } from "../../../src/server/dialect/LineEnds.ts"
import { inPieces } from "../../support/arbitraries.ts"
import { oneByOne, show, utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

const read = (...pieces: ReadonlyArray<string | Uint8Array>): string => {
  const ends = new LineEnds()
  return pieces.map((piece) => show(ends.read(typeof piece === "string" ? utf8(piece) : piece))).join("")
}

describe("A line end", () => {
  it.each(["\n", "\r", "\r\n", "\r\0", "\r\0\n"])("%j is one line feed", (end) => {
    expect(read(`a${end}b${end}`)).toBe("a\nb\n")
    expect(read(...oneByOne(utf8(`a${end}b${end}`)))).toBe("a\nb\n")
  })

  it("is told as soon as its first byte is there", () => {
    expect(read("a\r")).toBe("a\n")
    expect(read("a\r", "\nb")).toBe("a\nb")
    expect(read("a\r", "\0b")).toBe("a\nb")
  })

  it("twice is an empty line", () => {
    expect(read("\n\n")).toBe("\n\n")
    expect(read("\r\r")).toBe("\n\n")
    expect(read("\r\n\r\n")).toBe("\n\n")
    expect(read("\n\r")).toBe("\n\n")
  })

  it("is not a NUL elsewhere", () => {
    expect(read("a\0b\n\0")).toBe("a\0b\n\0")
  })
})

describe("Whatever comes", () => {
  it("has the same line ends however it is split, and no carriage return", () => {
    const stream = FastCheck.array(FastCheck.constantFrom("a", "\r", "\n", "\0"), { maxLength: 20 }).map((all) => utf8(all.join("")))
    always(inPieces(stream), ({ pieces, whole }) => {
      expect(read(...pieces)).toBe(read(whole))
      expect(read(...oneByOne(whole))).toBe(read(whole))
      expect(read(whole)).not.toContain("\r")
    }, 500)
  })
})
