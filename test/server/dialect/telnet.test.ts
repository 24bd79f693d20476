import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { TelnetFilter } from "../../../src/server/dialect/telnet.ts"
import { inPieces } from "../../support/arbitraries.ts"
import { oneByOne, show, utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

const IAC = 255
const [SE, IP, AO, AYT, EC, EL, SB, WILL, WONT, DO, DONT] = [240, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254]

const read = (pieces: ReadonlyArray<Uint8Array>) => {
  const filter = new TelnetFilter()
  const all = pieces.map((piece) => ({ data: filter.filter(piece), answer: filter.answer }))
  return { data: all.flatMap(({ data }) => [...data]), answers: all.flatMap(({ answer }) => [...answer]), isSpoken: filter.isSpoken }
}
const data = (pieces: ReadonlyArray<Uint8Array>): ReadonlyArray<number> => read(pieces).data

const letters = (text: string) => [...utf8(text)]
const yes = letters("Yes, brusio is here.\r\n")

describe("A telnet command is taken out:", () => {
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
    ["a subnegotiation of 3 KiB", [IAC, SB, 39, ...letters("environment\n".repeat(256)), IAC, SE]],
    ["a doubled IAC", [IAC, IAC]],
    ["one after another", [IAC, DO, 1, IAC, DO, 3, IAC, SB, 0, IAC, SE]]
  ])("%s", (_, sequence) => {
    const bytes = Uint8Array.from([...letters("a"), ...sequence, ...letters("b")])
    expect(data([bytes])).toEqual(letters("ab"))
    expect(data(oneByOne(bytes))).toEqual(letters("ab"))
  })

  it("an IAC before what is no command, which stays", () => {
    for (const byte of [0, 65, 0x80, 0xef]) {
      expect(read([Uint8Array.of(97, IAC, byte, 98)])).toEqual({ data: [97, byte, 98], answers: [], isSpoken: false })
    }
  })
})

describe("A telnet command that erases is the control of ASCII that does:", () => {
  it.each([["EC", EC, 0x7f], ["EL", EL, 0x15]])("%s", (_, command, control) => {
    const bytes = Uint8Array.of(97, IAC, command, 98)
    expect(data([bytes])).toEqual([97, control, 98])
    expect(data(oneByOne(bytes))).toEqual([97, control, 98])
  })
})

describe("An answer comes", () => {
  it("to the timing mark that Ctrl-C asks for: without it, a client shows nothing more", () => {
    const bytes = Uint8Array.of(IAC, IP, IAC, DO, 6)
    expect(read([bytes]).answers).toEqual([IAC, WONT, 6])
    expect(read(oneByOne(bytes)).answers).toEqual([IAC, WONT, 6])
    expect(read([bytes, bytes]).answers).toEqual([IAC, WONT, 6, IAC, WONT, 6])
  })

  it("to the question whether anybody is there, once a read", () => {
    expect(read([Uint8Array.of(IAC, AYT)]).answers).toEqual(yes)
    expect(read([Uint8Array.from(Array.from({ length: 1000 }, () => [IAC, AYT]).flat())]).answers).toEqual(yes)
  })

  it("to nothing else", () => {
    const bytes = Uint8Array.of(IAC, DO, 1, IAC, WILL, 6, IAC, AO, IAC, DONT, 6, IAC, SB, 6, DO, 6, AYT, IAC, SE, DO, 6)
    expect(read([bytes]).answers).toEqual([])
    expect(read([Uint8Array.of(IAC, SB, 6, IAC, AYT, IAC, SE)]).answers).toEqual([])
  })
})

describe("Bytes without a telnet command", () => {
  it("stay as they are, all but IAC", () => {
    always(FastCheck.uint8Array({ max: 254 }), (bytes) => {
      expect(read([bytes])).toEqual({ data: [...bytes], answers: [], isSpoken: false })
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
    const byte = FastCheck.oneof(FastCheck.constantFrom(IAC, SE, SB, WILL, DO, DONT, EC, EL, 6, 97, 10), FastCheck.nat({ max: 255 }))
    const stream = FastCheck.array(byte, { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes))
    always(inPieces(stream), ({ pieces, whole }) => {
      expect(read(pieces)).toEqual(read([whole]))
      expect(read(oneByOne(whole))).toEqual(read([whole]))
      expect(data([whole])).not.toContain(IAC)
    }, 500)
  })

  it("is answered by no more bytes than have come, but for one answer a read", () => {
    always(FastCheck.array(FastCheck.constantFrom(IAC, DO, 6, AYT), { maxLength: 60 }), (bytes) => {
      expect(read([Uint8Array.from(bytes)]).answers.length).toBeLessThanOrEqual(bytes.length + yes.length)
    })
  })
})
