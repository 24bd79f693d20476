import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { TelnetFilter } from "../../../src/server/dialect/telnet.ts"
import { inPieces } from "../../support/arbitraries.ts"
import { oneByOne, show, utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

const IAC = 255
const [SE, IP, AYT, SB, WILL, WONT, DO, DONT] = [240, 244, 246, 250, 251, 252, 253, 254]

const filtered = (pieces: ReadonlyArray<Uint8Array>): ReadonlyArray<number> => {
  const filter = new TelnetFilter()
  return pieces.flatMap((piece) => [...filter.filter(piece)])
}

const letters = (text: string) => [...utf8(text)]

describe("A telnet sequence is taken out:", () => {
  it.each([
    ["WILL", [IAC, WILL, 31]],
    ["WONT", [IAC, WONT, 1]],
    ["DO", [IAC, DO, 3]],
    ["DONT", [IAC, DONT, 34]],
    ["an option with the number of IAC", [IAC, WILL, 255]],
    ["a command of two bytes", [IAC, IP]],
    ["are you there", [IAC, AYT]],
    ["a subnegotiation", [IAC, SB, 31, 0, 80, 0, 24, IAC, SE]],
    ["a subnegotiation with a doubled IAC in it", [IAC, SB, 31, IAC, IAC, SE, 24, IAC, SE]],
    ["a subnegotiation with letters and line feeds in it", [IAC, SB, 24, 0, ...letters("xterm\n"), IAC, SE]],
    ["a doubled IAC", [IAC, IAC]],
    ["one after another", [IAC, DO, 1, IAC, DO, 3, IAC, SB, 0, IAC, SE]]
  ])("%s", (_, sequence) => {
    const bytes = Uint8Array.from([...letters("a"), ...sequence, ...letters("b")])
    expect(filtered([bytes])).toEqual(letters("ab"))
    expect(filtered(oneByOne(bytes))).toEqual(letters("ab"))
  })
})

describe("Bytes without a telnet sequence", () => {
  it("stay as they are, all but IAC", () => {
    always(FastCheck.uint8Array({ max: 254 }), (bytes) => {
      expect(filtered([bytes])).toEqual([...bytes])
    })
  })

  it("stay whole characters around one", () => {
    const filter = new TelnetFilter()
    const [first, ...rest] = utf8("😀")
    expect(show(filter.filter(Uint8Array.from([first!, IAC, DO, 1, ...rest])))).toBe("😀")
  })
})

describe("Whatever comes", () => {
  it("leaves the same bytes however it is split, and never IAC", () => {
    const byte = FastCheck.oneof(FastCheck.constantFrom(IAC, SE, SB, WILL, DONT, 97, 10), FastCheck.nat({ max: 255 }))
    const stream = FastCheck.array(byte, { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes))
    always(inPieces(stream), ({ pieces, whole }) => {
      expect(filtered(pieces)).toEqual(filtered([whole]))
      expect(filtered(oneByOne(whole))).toEqual(filtered([whole]))
      expect(filtered([whole])).not.toContain(IAC)
    }, 500)
  })
})
