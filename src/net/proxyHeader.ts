import * as Net from "node:net"
import { crc32c } from "./crc32c.ts"

/** What a proxy says of a connection, and how many bytes its header has. */
export type ProxyHeader =
  /** It forwards a client that has this address. */
  | { readonly _tag: "Proxied"; readonly host: string; readonly port: number; readonly length: number }
  /** It forwards a client whose address it does not know, or tells no address of IP. */
  | { readonly _tag: "Unknown"; readonly length: number }
  /** It has connected for itself, to see whether the server is there. */
  | { readonly _tag: "Local"; readonly length: number }
  /** It is no valid header, for this reason. */
  | { readonly _tag: "Malformed"; readonly reason: string }

const malformed = (reason: string): ProxyHeader => ({ _tag: "Malformed", reason })

/** The longest header of version 1, its line end included, in bytes. */
const longestLine = 107
const latin1 = new TextDecoder("latin1")
const start = "PROXY "
const signature = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a)
/** The length of the fixed part of version 2: the signature, version and command, family and protocol, and the length of the rest. */
const fixedLength = 16

/**
 * Parses the header of the PROXY protocol, version 1 or 2, at the start of what a
 * proxy has sent; `undefined` while more bytes are needed to tell.
 */
export const parse = (bytes: Uint8Array): ProxyHeader | undefined => {
  const begins = (expected: Uint8Array) => bytes.subarray(0, expected.length).every((byte, place) => byte === expected[place])
  if (begins(signature)) return bytes.length < fixedLength ? undefined : binary(bytes)
  if (begins(Buffer.from(start))) return line(latin1.decode(bytes.subarray(0, longestLine)))
  return malformed("it does not begin with the PROXY protocol")
}

const line = (text: string): ProxyHeader | undefined => {
  const end = text.indexOf("\r\n")
  if (end < 0) return text.length < longestLine ? undefined : malformed(`its line does not end within ${longestLine} bytes`)
  const length = end + 2
  const [, family, host = "", to = "", port = "", toPort = "", ...more] = text.slice(0, end).split(" ")
  if (family === "UNKNOWN") return { _tag: "Unknown", length }
  const isAddress = family === "TCP4" ? Net.isIPv4 : family === "TCP6" ? isPlainIPv6 : undefined
  if (isAddress === undefined) return malformed("its line names neither TCP4, TCP6 nor UNKNOWN")
  const isWhole = isAddress(host) && isAddress(to) && isPort(port) && isPort(toPort) && more.length === 0
  if (!isWhole) return malformed(`its line does not hold two addresses of ${family} and two ports`)
  return { _tag: "Proxied", host: family === "TCP4" ? host : canonical(host), port: Number(port), length }
}

// Without the zone that only the proxy's own machine knows.
const isPlainIPv6 = (text: string): boolean => Net.isIPv6(text) && !text.includes("%")
// As the system spells addresses: the same address is the same text.
const canonical = (ipv6: string): string => new Net.SocketAddress({ address: ipv6, family: "ipv6" }).address

const isPort = (text: string): boolean => /^\d{1,5}$/u.test(text) && Number(text) <= 65_535

const binary = (bytes: Uint8Array): ProxyHeader | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const command = view.getUint8(12)
  const family = view.getUint8(13)
  const rest = view.getUint16(14)
  const length = fixedLength + rest
  if (command >> 4 !== 2) return malformed(`its version is ${command >> 4}, and 2 is the newest`)
  if (command !== 0x20 && command !== 0x21) return malformed("its command is neither LOCAL nor PROXY")
  const addresses = addressLengths.get(family)
  if (addresses === undefined) return malformed("its family of addresses is not known")
  if (command === 0x21 && rest < addresses) return malformed("it is too short for its addresses")
  if (bytes.length < length) return undefined
  if (command === 0x20) return { _tag: "Local", length }
  const wrong = wrongIn(bytes.subarray(0, length), fixedLength + addresses)
  if (wrong !== undefined) return malformed(wrong)
  if (family === tcp4) return { _tag: "Proxied", host: bytes.subarray(16, 20).join("."), port: view.getUint16(24), length }
  if (family === tcp6) return { _tag: "Proxied", host: ipv6(view), port: view.getUint16(48), length }
  return { _tag: "Unknown", length }
}

const tcp4 = 0x11
const tcp6 = 0x21
// The family in the upper half of the byte, the transport in the lower: none, then IPv4, IPv6 and UNIX, each as a stream and as datagrams.
const addressLengths: ReadonlyMap<number, number> = new Map([[0x00, 0], [tcp4, 12], [0x12, 12], [tcp6, 36], [0x22, 36], [0x31, 216], [0x32, 216]])

const ipv6 = (view: DataView): string => canonical(Array.from({ length: 8 }, (_, n) => view.getUint16(16 + 2 * n).toString(16)).join(":"))

const crcType = 0x03

// Extensions (TLVs): a byte for the type, two for the length, the value. They are skipped, but for the checksum of the header.
const wrongIn = (header: Uint8Array, from: number): string | undefined => {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  let place = from
  while (place < header.length) {
    if (place + 3 > header.length) return "an extension of it is cut off"
    const value = place + 3
    const next = value + view.getUint16(place + 1)
    if (next > header.length) return "an extension of it is longer than it"
    if (view.getUint8(place) === crcType) {
      if (next - value !== 4) return "its checksum has not four bytes"
      const zeroed = Uint8Array.from(header).fill(0, value, next)
      if (crc32c(zeroed) !== view.getUint32(value)) return "its checksum is wrong"
    }
    place = next
  }
  return undefined
}
