import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { decode, Transcoder, type Utf16 } from "../../../src/domain/wire/encoding.ts"
import { anyString, inPieces } from "../../support/arbitraries.ts"
import { latin1, oneByOne, show, utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

describe("A line", () => {
  it("in UTF-8 is what it is, also with a replacement character in it", () => {
    always(anyString(), (text) => {
      const whole = text.toWellFormed()
      expect(decode(utf8(whole))).toBe(whole.replace(/^\ufeff/u, ""))
    })
    expect(decode(utf8("a\ufffdö"))).toBe("a\ufffdö")
    expect(decode(utf8("\ufeffa\ufffd"))).toBe("a\ufffd")
  })

  it("that is no UTF-8 is in Windows-1252", () => {
    expect(decode(latin1("Grüße aus Köln"))).toBe("Grüße aus Köln")
    expect(decode(Uint8Array.of(0x80, 0x82, 0x8a, 0x93, 0x94, 0x96, 0x99, 0x9f))).toBe("€‚Š“”–™Ÿ")
    expect(decode(latin1("caf\u00e9"))).toBe("café")
  })

  it("is read whatever it is", () => {
    always(FastCheck.uint8Array(), (bytes) => {
      expect(decode(bytes).length).toBeLessThanOrEqual(bytes.length)
    })
  })
})

describe("A stream in UTF-16", () => {
  const encoded = (encoding: Utf16, text: string) => {
    const bytes = Buffer.from(text, "utf16le")
    return encoding === "utf-16le" ? bytes : bytes.swap16()
  }
  const transcoded = (encoding: Utf16, pieces: ReadonlyArray<Uint8Array>) => {
    const transcoder = new Transcoder(encoding)
    return show(Buffer.concat(pieces.map((piece) => transcoder.push(piece))))
  }

  it.each(["utf-16le", "utf-16be"] as const)("is the same in UTF-8 however it is split: %s", (encoding) => {
    always(inPieces(anyString().map((text) => encoded(encoding, `\ufeff${text.toWellFormed()}`))), ({ pieces, whole }) => {
      const once = transcoded(encoding, [whole])
      expect(transcoded(encoding, pieces)).toBe(once)
      expect(transcoded(encoding, oneByOne(whole))).toBe(once)
    })
    expect(transcoded(encoding, [encoded(encoding, "\ufeffGrüße 😀\n")])).toBe("Grüße 😀\n")
  })
})
