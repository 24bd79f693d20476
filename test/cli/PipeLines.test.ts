import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { PipeLines } from "../../src/cli/PipeLines.ts"
import { tooLong } from "../../src/domain/wire/Lines.ts"
import { inPieces } from "../support/arbitraries.ts"
import { latin1, oneByOne, utf8 } from "../support/bytes.ts"
import { always } from "../support/property.ts"

const lines = (pieces: ReadonlyArray<Uint8Array>, maxBytes = 1000) => {
  const pipe = new PipeLines(maxBytes)
  return [...pieces.flatMap((piece) => pipe.push(piece)), ...pipe.end()]
}
const utf16 = (text: string) => Buffer.from(text, "utf16le")

describe("The lines of a pipe", () => {
  it.each<readonly [string, Uint8Array, ReadonlyArray<string>]>([
    ["end with LF or CR LF, and the last with the input", utf8("one\ntwo\r\nthree"), ["one", "two", "three"]],
    ["do not end with a CR alone", utf8("one\rtwo\n"), ["one\rtwo"]],
    ["do not end with a NUL", utf8("one\0two\n"), ["one\0two"]],
    ["may be empty", utf8("\n\r\n"), ["", ""]],
    ["have no byte order mark", utf8("\ufeffhello\n\ufeffworld\n"), ["hello", "world"]],
    ["are Windows-1252 where they are no UTF-8", Buffer.concat([latin1("Grüße\n"), utf8("Grüße\n")]), ["Grüße", "Grüße"]],
    ["are UTF-16 as PowerShell writes it", utf16("\ufeffcaffè\r\n你好\r\nbye"), ["caffè", "你好", "bye"]],
    ["are UTF-16 with the high byte first", utf16("\ufeffcaffè\r\n你好\r\n").swap16(), ["caffè", "你好"]],
    ["have no colours", utf8("\u001b[31mred\u001b[0m\n"), ["red"]],
    ["are none in nothing", utf8(""), []],
    ["may be one byte", Uint8Array.of(0xff), ["ÿ"]]
  ])("%s", (_, bytes, expected) => {
    expect(lines([bytes])).toEqual(expected)
    expect(lines(oneByOne(bytes))).toEqual(expected)
  })

  it("are told to be too long once each", () => {
    expect(lines([utf8(`${"x".repeat(20)}\nshort\n`)], 10)).toEqual([tooLong, "short"])
  })

  it("are the same however the bytes are split", () => {
    const piece = FastCheck.oneof(FastCheck.constantFrom([0xff, 0xfe], [0xfe, 0xff], [10], [13, 10], [0], [0xe9], [0xc3, 0xa9]), FastCheck.array(FastCheck.nat(255), { maxLength: 3 }))
    always(inPieces(FastCheck.array(piece, { maxLength: 12 }).map((all) => Uint8Array.from(all.flat()))), ({ pieces, whole }) => {
      expect(lines(pieces)).toEqual(lines([whole]))
      expect(lines(oneByOne(whole))).toEqual(lines([whole]))
    })
  })
})
