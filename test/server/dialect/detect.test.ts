import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { detect, isGamePing, type Kind, settle } from "../../../src/server/dialect/detect.ts"
import { utf8 } from "../../support/bytes.ts"
import { always } from "../../support/property.ts"

const wait = undefined

describe("The first bytes of a connection", () => {
  it.each<readonly [string, Kind | undefined]>([
    ["", wait],

    ["{", wait],
    ["{ \t\r\n", wait],
    [`{"`, "native"],
    [`{"_tag":"Hello","v":1}\n`, "native"],
    [`{ "_tag"`, "native"],
    ["{}", "native"],
    ["{\n\n}", "native"],
    ["{quit}", "plain"],
    ["{o_o}", "plain"],
    ["{'a':1}", "plain"],
    ["{ quit }", "plain"],
    ["{{", "plain"],
    [` {"_tag":"Hello"}`, "plain"],
    [`{${" ".repeat(600)}`, "plain"],

    ["GET / HTTP/1.1\r\n", "http"],
    ["GET /", "http"],
    ["HEAD /x", "http"],
    ["POST /x", "http"],
    ["OPTIONS /", "http"],
    ["PATCH /", "http"],
    ["GET", wait],
    ["GET ", wait],
    ["G", wait],
    ["GET a life", "plain"],
    ["GETTY", "plain"],
    ["get / http", "plain"],
    ["Post /", "plain"],

    ["CAP LS 302\r\n", "irc"],
    ["CAP LS\n", "irc"],
    ["CAP REQ :sasl\r\n", "irc"],
    ["CAP LIST\r\n", "irc"],
    ["CAP END\r\n", "irc"],
    ["NICK ann\r\n", "irc"],
    ["NICK ann\n", "irc"],
    ["NICK Zoë\r\n", "irc"],
    ["NICK à\r\n", "irc"],
    ["USER a b c :d\r\n", "irc"],
    ["USER a 0 * :Ann of the lobby\r\n", "irc"],
    ["PASS secret\r\n", "irc"],
    ["CAP LS\r\nNICK ann\r\n", "irc"],
    ["N", wait],
    ["NICK", wait],
    ["NICK ann", wait],
    ["NICK ann\r", wait],
    ["CAP LS 302", wait],
    ["USER a b", wait],
    ["PASS x", wait],
    ["NICK\n", "plain"],
    ["NICK \n", "plain"],
    ["NICK of time\n", "plain"],
    ["NICKY\n", "plain"],
    ["Nick Cave", "plain"],
    ["nick ann\r\n", "plain"],
    ["USER a b\r\n", "plain"],
    ["USER a b c d\r\n", "plain"],
    ["CAP off\r\n", "plain"],
    ["CAP LSD\r\n", "plain"],
    ["PASS the salt\r\n", "plain"],
    [`NICK ${"x".repeat(600)}`, "plain"],

    ["ann\n", "plain"],
    ["a", "plain"],
    ["\n", "plain"],
    ["\r\n", "plain"],
    ["\tann", "plain"],
    [" ", "plain"],
    ["/quit", "plain"],
    ["(quit)", "plain"],
    ["é", "plain"],
    ["李", "plain"],
    ["PUTIN\n", "plain"],
    ["Connie", "plain"]
  ])("%j are %s", (first, kind) => {
    expect(detect(utf8(first))).toBe(kind)
  })

  it.each<readonly [string, ReadonlyArray<number>, Kind | undefined]>([
    ["a TLS handshake", [0x16, 0x03, 0x01], "tls"],
    ["the start of one", [0x16], wait],
    ["what only starts like one", [0x16, 0x04], "unknown"],
    ["a Minecraft ping", [0x10, 0x00, 0xf7], "unknown"],
    ["an old Minecraft ping", [0xfe, 0x01], "unknown"],
    ["a NUL", [0x00], "unknown"],
    ["an escape", [0x1b, 0x5b], "unknown"],
    ["a delete", [0x7f], "unknown"],
    ["a telnet negotiation", [0xff, 0xfb, 0x1f], "plain"],
    ["letters that are no UTF-8", [0xe9, 0x0a], "plain"]
  ])("%s: %j are %s", (_, first, kind) => {
    expect(detect(Uint8Array.from(first))).toBe(kind)
  })

  it("are for no one here when the first is a control, but for those that separate words and lines", () => {
    for (let first = 0; first < 0x20; first += 1) {
      const expected = first === 0x09 || first === 0x0a || first === 0x0d ? "plain" : "unknown"
      expect(detect(Uint8Array.of(first, 0x61))).toBe(expected)
    }
  })
})

describe("However the first bytes are split", () => {
  const heads = ["", "{", "{ ", "{ \"", "GET ", "GET /", "NICK ", "USER a b c :", "PASS ", "CAP LS", "CAP ", "OPT", "\u0016\u0003"]
  const tails = ["a", " ", "\r", "\n", "\r\n", ":", "/", "\"", "}", "é", "à", "x".repeat(500), " ".repeat(505), "\0"]
  const first = FastCheck.oneof(
    FastCheck.tuple(FastCheck.constantFrom(...heads), FastCheck.array(FastCheck.constantFrom(...tails), { maxLength: 8 })).map(
      ([head, tail]) => utf8(head + tail.join(""))
    ),
    FastCheck.uint8Array({ maxLength: 12 })
  )

  it("they wait for an answer, and keep it once they have it", () => {
    always(first, (bytes) => {
      let decided: Kind | undefined
      for (let length = 0; length <= bytes.length; length += 1) {
        const kind = detect(bytes.subarray(0, length))
        if (decided !== undefined) expect(kind).toBe(decided)
        decided = kind
      }
    })
  })

  it("they are never waited for beyond 512 bytes", () => {
    always(first, (bytes) => {
      const long = new Uint8Array(512).fill(0x20)
      long.set(bytes.subarray(0, 512))
      expect(detect(long)).toBeDefined()
    })
  })
})

const bytesOf = (value: number): ReadonlyArray<number> => (value < 0x80 ? [value] : [0x80 + (value % 0x80), ...bytesOf(Math.floor(value / 0x80))])

/** The handshake of the game whose port this is. */
const ping = (host: string, version: number, port: number): Uint8Array => {
  const address = utf8(host)
  const body = [0, ...bytesOf(version), ...bytesOf(address.length), ...address, port >> 8, port & 0xff, 1]
  return Uint8Array.from([...bytesOf(body.length), ...body])
}

describe("The handshake of the game whose port this is", () => {
  const host = FastCheck.string({ minLength: 1, maxLength: 255, unit: FastCheck.constantFrom("a", "b", "z", "0", "9", "-", ".") })
  const version = FastCheck.oneof(FastCheck.constantFrom(4, 5, 47, 107, 340, 765, 2 ** 32 - 1), FastCheck.nat(16_383))

  it("is known by itself, of whatever host, version and port, also with the request that follows", () => {
    always(FastCheck.tuple(host, version, FastCheck.nat(65_535)), ([host, version, port]) => {
      const bytes = ping(host, version, port)
      expect(isGamePing(bytes)).toBe(true)
      expect(isGamePing(Uint8Array.from([...bytes, 1, 0]))).toBe(true)
    })
  })

  it.each([
    ["a name", "ann"],
    ["a name with a NUL after it", "A\0"],
    ["a name padded with NULs", `A${"\0".repeat(31)}`],
    ["a name and a message, each with a NUL after it", "A\0hello\0"],
    ["nothing", ""]
  ])("is not %s", (_, text) => {
    expect(isGamePing(utf8(text))).toBe(false)
  })
})

describe("First bytes that could have become more than one dialect, and did not in time", () => {
  it.each([
    ["the start of a TLS handshake", [0x16], "unknown"],
    ["the start of an object", [0x7b], "plain"],
    ["the start of an IRC command", [0x4e, 0x49], "plain"]
  ] as const)("%s", (_, bytes, kind) => {
    expect(settle(Uint8Array.from(bytes))).toBe(kind)
  })
})
