import * as FileSystem from "node:fs/promises"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { formatAddress } from "./address.ts"

const read = (path: string): Effect.Effect<string> => Effect.orElseSucceed(Effect.tryPromise(() => FileSystem.readFile(path, "latin1")), () => "")

/** The system's tables of TCP connections, one after the other: those of Linux; empty on other systems. */
export class SocketTables extends Context.Reference<SocketTables>()("brusio/SocketTables", {
  defaultValue: () => Effect.zipWith(read("/proc/net/tcp"), read("/proc/net/tcp6"), (four, six) => `${four}${six}`)
}) {}

// In a row of a table, counted from the colon behind its number: where the local and the remote address begin, and how many
// characters lie between the end of the remote one and the count of retransmits since the last acknowledgement.
const localAt = 2
const retransmitsBehind = 34
const portLength = 5

/** The `host:port` of all peers to which the system sends something again and again, as they do not acknowledge it. */
export const retransmittedTo = (tables: string): ReadonlyArray<string> => {
  const addresses: Array<string> = []
  // By offsets and not by a pattern: there may be 20,000 rows, every few seconds.
  for (let start = 0, end = tables.indexOf("\n"); end >= 0; start = end + 1, end = tables.indexOf("\n", start)) {
    const colon = tables.indexOf(":", start)
    if (colon < 0 || colon > end) continue
    const hostLength = tables[colon + localAt + 8] === ":" ? 8 : 32
    const remoteAt = colon + localAt + hostLength + portLength + 1
    const remoteEnd = remoteAt + hostLength + portLength
    if (remoteEnd + retransmitsBehind > end || tables.startsWith("00000000", remoteEnd + retransmitsBehind)) continue
    const host = tables.slice(remoteAt, remoteAt + hostLength)
    addresses.push(formatAddress(hostOf(host), Number.parseInt(tables.slice(remoteAt + hostLength + 1, remoteEnd), 16)))
  }
  return addresses
}

// The kernel prints an address in words of 32 bits, each in the byte order of the machine: little-endian wherever Node runs.
const hostOf = (hex: string): string => {
  const bytes: Array<number> = []
  for (let word = 0; word < hex.length; word += 8) {
    for (let byte = 6; byte >= 0; byte -= 2) bytes.push(Number.parseInt(hex.slice(word + byte, word + byte + 2), 16))
  }
  if (bytes.length === 4) return bytes.join(".")
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff) return bytes.slice(12).join(".")
  const groups = Array.from({ length: 8 }, (_, n) => (((bytes[2 * n] ?? 0) << 8) | (bytes[2 * n + 1] ?? 0)).toString(16))
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)
}
