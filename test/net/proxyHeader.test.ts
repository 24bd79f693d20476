import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { crc32c } from "../../src/net/crc32c.ts"
import { parse } from "../../src/net/proxyHeader.ts"
import { inRanges, isAddressRange } from "../../src/net/addressRanges.ts"
import { oneByOne, utf8 } from "../support/bytes.ts"
import { always } from "../support/property.ts"

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
const ipv4 = [192, 0, 2, 7, 192, 0, 2, 8, 0xdc, 0x04, 0x63, 0xdd]
const ipv6 = [...[0x2001, 0xdb8, 0, 0, 0, 0, 0, 7].flatMap((n) => [n >> 8, n & 0xff]), ...Array.from({ length: 16 }, () => 1), 0xdc, 0x04, 0x63, 0xdd]

/** A header of version 2. */
const second = (command: number, family: number, rest: ReadonlyArray<number>): Uint8Array =>
  Uint8Array.from([...signature, command, family, rest.length >> 8, rest.length & 0xff, ...rest])

const extension = (type: number, value: ReadonlyArray<number>) => [type, value.length >> 8, value.length & 0xff, ...value]

/** The same with its checksum. */
const summed = (command: number, family: number, rest: ReadonlyArray<number>): Uint8Array => {
  const header = second(command, family, [...rest, ...extension(3, [0, 0, 0, 0])])
  new DataView(header.buffer).setUint32(header.length - 4, crc32c(header))
  return header
}

const valid: ReadonlyArray<readonly [string, Uint8Array, object]> = [
  ["IPv4", utf8("PROXY TCP4 192.0.2.7 192.0.2.8 56324 25565\r\n"), { _tag: "Proxied", host: "192.0.2.7", port: 56_324 }],
  ["IPv6", utf8("PROXY TCP6 2001:DB8:0::7 2001:db8::8 56324 25565\r\n"), { _tag: "Proxied", host: "2001:db8::7", port: 56_324 }],
  ["an address that is not known", utf8("PROXY UNKNOWN\r\n"), { _tag: "Unknown" }],
  ["one that is not known, with words", utf8("PROXY UNKNOWN ffff:f...f:ffff 1 2\r\n"), { _tag: "Unknown" }],
  ["IPv4 in the second version", second(0x21, 0x11, ipv4), { _tag: "Proxied", host: "192.0.2.7", port: 56_324 }],
  ["IPv6 in the second version", second(0x21, 0x21, ipv6), { _tag: "Proxied", host: "2001:db8::7", port: 56_324 }],
  ["extensions", second(0x21, 0x11, [...ipv4, ...extension(4, []), ...extension(0x20, [1, 0, 0, 0, 0]), ...extension(0xe0, [9])]), { _tag: "Proxied", host: "192.0.2.7" }],
  ["a checksum", summed(0x21, 0x11, [...ipv4, ...extension(1, [104, 50])]), { _tag: "Proxied", host: "192.0.2.7" }],
  ["no family", second(0x21, 0x00, []), { _tag: "Unknown" }],
  ["a family of paths", second(0x21, 0x31, Array.from({ length: 216 }, () => 0x61)), { _tag: "Unknown" }],
  ["a check of the proxy's own", second(0x20, 0x00, []), { _tag: "Local" }],
  ["a check with addresses, which do not count", second(0x20, 0x11, ipv4), { _tag: "Local" }]
]

const malformed: ReadonlyArray<readonly [string, Uint8Array]> = [
  ["a name", utf8("ann\n")],
  ["small letters", utf8("proxy TCP4 192.0.2.7 192.0.2.8 1 2\r\n")],
  ["nothing behind it", utf8("PROXY \r\n")],
  ["another family", utf8("PROXY UDP4 192.0.2.7 192.0.2.8 1 2\r\n")],
  ["an address of the other family", utf8("PROXY TCP4 2001:db8::7 192.0.2.8 1 2\r\n")],
  ["an address with a zone", utf8("PROXY TCP6 fe80::1%eth0 fe80::2 1 2\r\n")],
  ["a host's name", utf8("PROXY TCP4 chat.example 192.0.2.8 1 2\r\n")],
  ["a port too high", utf8("PROXY TCP4 192.0.2.7 192.0.2.8 65536 2\r\n")],
  ["no second port", utf8("PROXY TCP4 192.0.2.7 192.0.2.8 1\r\n")],
  ["too much", utf8("PROXY TCP4 192.0.2.7 192.0.2.8 1 2 3\r\n")],
  ["a line without an end", utf8(`PROXY UNKNOWN ${"x".repeat(100)}`)],
  ["a third version", Uint8Array.from([...signature, 0x31, 0x11, 0, 12, ...ipv4])],
  ["another command", second(0x22, 0x11, ipv4)],
  ["another family in the second version", second(0x21, 0x41, ipv4)],
  ["no room for its addresses", second(0x21, 0x21, ipv4)],
  ["half an extension", second(0x21, 0x11, [...ipv4, 4, 0])],
  ["an extension longer than the header", second(0x21, 0x11, [...ipv4, 4, 0, 9, 1])],
  ["a wrong checksum", second(0x21, 0x11, [...ipv4, ...extension(3, [1, 2, 3, 4])])],
  ["a short checksum", second(0x21, 0x11, [...ipv4, ...extension(3, [1])])]
]

describe("The header of the PROXY protocol", () => {
  it.each(valid)("tells %s, and where it ends, whatever comes behind", (_, header, expected) => {
    for (const rest of ["", "ann\n", "PROXY ", "\r\n"]) {
      expect(parse(Buffer.concat([header, utf8(rest)]))).toMatchObject({ ...expected, length: header.length })
    }
  })

  it.each(valid)("of %s is waited for up to its last byte", (_, header) => {
    for (let length = 0; length < header.length; length += 1) expect(parse(header.subarray(0, length))).toBeUndefined()
  })

  it.each(malformed)("is none with %s", (_, bytes) => {
    const header = parse(bytes)
    expect(header?._tag === "Malformed" ? header.reason : header).toMatch(/^(?:its?|an extension of it) /u)
  })

  it("is told the same however it is split, and nothing is waited for without bound", () => {
    const header = FastCheck.oneof(FastCheck.constantFrom(...valid.map(([, bytes]) => bytes)), FastCheck.constantFrom(...malformed.map(([, bytes]) => bytes)))
    const changed = FastCheck.tuple(header, FastCheck.nat(60), FastCheck.integer({ min: 0, max: 255 }), FastCheck.uint8Array({ maxLength: 30 })).map(
      ([bytes, place, byte, rest]) => Uint8Array.from([...bytes.subarray(0, place), byte, ...bytes.subarray(place + 1), ...rest])
    )
    always(FastCheck.oneof(changed, FastCheck.uint8Array({ maxLength: 40 })), (bytes) => {
      let known: ReturnType<typeof parse>
      let seen: Uint8Array = new Uint8Array(0)
      for (const byte of oneByOne(bytes)) {
        seen = Uint8Array.from([...seen, ...byte])
        const now = parse(seen)
        if (known !== undefined) expect(now).toEqual(known)
        known = now
      }
      expect(parse(bytes)).toEqual(known)
      expect(parse(Uint8Array.from([...bytes, ...new Uint8Array(66_000)]))).toBeDefined()
    })
  })
})

describe("The checksum", () => {
  it("is that of RFC 3720", () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
    expect(crc32c(utf8("123456789"))).toBe(0xe3069283)
  })
})

describe("Ranges of addresses", () => {
  it.each(["192.0.2.7", "10.0.0.0/8", "0.0.0.0/0", "192.0.2.7/32", "::1", "2001:db8::/32", "::/0", "::1/128"])("%s is one", (text) => {
    expect(isAddressRange(text)).toBe(true)
  })

  it.each(["", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/x", "::1/129", "10.0.0", " 10.0.0.1"])("%j is none", (text) => {
    expect(isAddressRange(text)).toBe(false)
  })

  it("hold the addresses in them, and no others", () => {
    const isIn = inRanges(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"])
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7", "2001:db8::9"]) expect(isIn(address), address).toBe(true)
    for (const address of ["11.1.2.3", "::ffff:11.1.2.3", "192.0.2.8", "2001:db9::9", "", "unknown"]) expect(isIn(address), address).toBe(false)
    expect(inRanges([])("127.0.0.1")).toBe(false)
  })
})
