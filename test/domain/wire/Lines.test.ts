import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { type Line, LineSplitter, tooLong } from "../../../src/domain/wire/Lines.ts"
import { inPieces } from "../../support/arbitraries.ts"
import { oneByOne, show, utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

const maxBytes = 12

const seen = (lines: ReadonlyArray<Line>) => lines.map((line) => (line === tooLong ? tooLong : show(line)))

const split = (pieces: ReadonlyArray<Uint8Array>) => {
  const splitter = new LineSplitter(maxBytes)
  const lines = pieces.flatMap((piece) => [...splitter.push(piece)])
  return { lines: seen(lines), pending: show(splitter.pending), skipping: splitter.skipping }
}

/** What the splitter promises, said for a whole text at once. */
const expected = (whole: string) => {
  const units = whole.split("\n").map((line) => (utf8(line).length > maxBytes ? tooLong : line))
  const last = units.at(-1) ?? ""
  return last === tooLong
    ? { lines: units, pending: "", skipping: true }
    : { lines: units.slice(0, -1), pending: last, skipping: false }
}

const texts = FastCheck.array(FastCheck.constantFrom("a", "é", "한", "😀", "\r", "\n", "\n", "long enough, and more"), {
  maxLength: 40
}).map((units) => units.join(""))

describe("Lines", () => {
  it("end at each line feed, without it", () => {
    expect(split([utf8("a\nb\r\n\nc")])).toEqual({ lines: ["a", "b\r", ""], pending: "c", skipping: false })
  })

  it("are the same however the bytes are split", () => {
    always(inPieces(texts.map(utf8)), ({ pieces, whole }) => {
      expect(split(pieces)).toEqual(expected(show(whole)))
      expect(split([whole])).toEqual(expected(show(whole)))
    })
  })

  it("are the same when the bytes come one at a time", () => {
    always(texts, (whole) => {
      expect(split(oneByOne(utf8(whole)))).toEqual(expected(whole))
    })
  })

  it("keep a character whole that two reads share", () => {
    for (let at = 1; at < 4; at += 1) {
      const bytes = utf8("😀\n")
      expect(split([bytes.subarray(0, at), bytes.subarray(at)]).lines).toEqual(["😀"])
    }
  })

  it("keep bytes that are no UTF-8 as they are", () => {
    const splitter = new LineSplitter(maxBytes)
    expect(splitter.push(Uint8Array.of(0xff, 0x00, 0xc3, 0x0a))).toEqual([Uint8Array.of(0xff, 0x00, 0xc3)])
  })

  it("do not change when the bytes they came from do", () => {
    const splitter = new LineSplitter(maxBytes)
    const read = utf8("ab\ncd")
    const [line] = splitter.push(read)
    read.fill(0x78)
    expect([show(line === tooLong ? read : line!), show(splitter.pending)]).toEqual(["ab", "cd"])
  })
})

describe("A line that is too long", () => {
  it("is one with a byte more than the limit", () => {
    expect(split([utf8(`${"x".repeat(12)}\n${"y".repeat(13)}\n`)]).lines).toEqual(["x".repeat(12), tooLong])
  })

  it("is counted in bytes", () => {
    expect(split([utf8(`${"é".repeat(6)}\n${"é".repeat(7)}\n`)]).lines).toEqual(["é".repeat(6), tooLong])
  })

  it("is reported once, as soon as it is known, and the next line is heard", () => {
    const splitter = new LineSplitter(maxBytes)
    expect(splitter.push(utf8("x".repeat(13)))).toEqual([tooLong])
    expect(splitter.skipping).toBe(true)
    expect(splitter.push(utf8("x".repeat(1000)))).toEqual([])
    expect(seen(splitter.push(utf8("x\nnext\n")))).toEqual(["next"])
    expect(splitter.skipping).toBe(false)
  })

  it("never makes the splitter hold more than the limit", () => {
    always(inPieces(texts.map(utf8)), ({ pieces }) => {
      const splitter = new LineSplitter(maxBytes)
      for (const piece of pieces) {
        splitter.push(piece)
        expect(splitter.pending.length).toBeLessThanOrEqual(maxBytes)
        expect(splitter.pending.buffer.byteLength).toBeLessThanOrEqual(maxBytes)
      }
    })
  })
})

describe("Flushing", () => {
  it("ends the line as it stands", () => {
    const splitter = new LineSplitter(maxBytes)
    splitter.push(utf8("a\nbc"))
    expect(show(splitter.flush())).toBe("bc")
    expect(splitter.pending.length).toBe(0)
    expect(seen(splitter.push(utf8("d\n")))).toEqual(["d"])
  })

  it("leaves as many bytes as asked for the next line", () => {
    const splitter = new LineSplitter(maxBytes)
    const [lead, ...rest] = utf8("é")
    splitter.push(Uint8Array.of(0x61, lead!))
    expect(show(splitter.flush(1))).toBe("a")
    expect(seen(splitter.push(Uint8Array.of(...rest, 0x0a)))).toEqual(["é"])
  })

  it("ends the skipping of a line that was too long", () => {
    const splitter = new LineSplitter(maxBytes)
    splitter.push(utf8("x".repeat(20)))
    expect(splitter.flush().length).toBe(0)
    expect(seen(splitter.push(utf8("next\n")))).toEqual(["next"])
  })

  it("gives nothing when nothing is pending", () => {
    expect(new LineSplitter(maxBytes).flush().length).toBe(0)
  })
})
