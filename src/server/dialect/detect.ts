/** What the first bytes of a connection turn out to be. */
export type Kind = "native" | "plain" | "irc" | "http" | "tls" | "unknown"

const openBrace = 0x7b
const latin1 = new TextDecoder("latin1")

const native = /^\{[ \t\r\n]*["}]/u
const nativeSoFar = /^\{[ \t\r\n]*$/u
// Neither is left out by whoever opens a connection with it.
const http2 = "PRI * HTTP/"
const ssh = "SSH-2.0-"
const byteOrderMark = [0xef, 0xbb, 0xbf]

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
const http = new RegExp(`^(?:${methods.join("|")}) /`, "u")
const irc = /^(?:CAP (?:LS|REQ|LIST|END)\b.*|NICK [^ \r\n]+|USER [^ \r\n]+ [^ \r\n]+ [^ \r\n]+ :.*|PASS [^ \r\n]+)\r?\n/u
const ircWords = ["CAP ", "NICK ", "USER ", "PASS "]

interface Varint {
  readonly value: number
  readonly length: number
}

const varint = (bytes: Uint8Array, start: number): Varint | undefined => {
  let value = 0
  for (let length = 1; length <= 5; length += 1) {
    const byte = bytes[start + length - 1]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 2 ** (7 * (length - 1))
    if (byte < 0x80) return { value, length }
  }
  return undefined
}

/**
 * Whether this is the handshake of the game whose port this is: its length, a
 * zero, the version, and the host, whose length agrees with the first. That of
 * a long host starts with a letter, so the first byte alone does not tell.
 */
export const isGamePing = (bytes: Uint8Array): boolean => {
  const packet = varint(bytes, 0)
  if (packet === undefined || bytes[packet.length] !== 0) return false
  const version = varint(bytes, packet.length + 1)
  if (version === undefined) return false
  const host = varint(bytes, packet.length + 1 + version.length)
  // After the host come two bytes of port and one of what is wanted.
  return host !== undefined && packet.value === 1 + version.length + host.length + host.value + 3
}

/** What bytes are that could have become more than one, and did not in time. */
export const settle = (bytes: Uint8Array): Kind => (bytes[0] === 0x16 ? "unknown" : "plain")

/**
 * Tells dialects apart by their first bytes: `undefined` while these can still
 * become more than one of them. The same bytes give the same answer however
 * they were split.
 */
export const detect = (bytes: Uint8Array): Kind | undefined => {
  if (byteOrderMark.every((byte, place) => byte === (bytes[place] ?? byte))) {
    return bytes.length <= byteOrderMark.length ? undefined : detectAfterMark(bytes.subarray(byteOrderMark.length))
  }
  return detectAfterMark(bytes)
}

const detectAfterMark = (bytes: Uint8Array): Kind | undefined => {
  const first = bytes[0]
  if (first === undefined) return undefined
  if (first === 0x16) {
    if (bytes.length === 1) return undefined
    return bytes[1] === 0x03 ? "tls" : "unknown"
  }
  const isLineSpace = first === 0x09 || first === 0x0a || first === 0x0d
  if ((first < 0x20 && !isLineSpace) || first === 0x7f || first === 0xfe) return "unknown"
  const head = latin1.decode(bytes.subarray(0, 512))
  if (first === openBrace) {
    if (native.test(head)) return "native"
    return nativeSoFar.test(head) && head.length < 512 ? undefined : "plain"
  }
  if (http.test(head) || head.startsWith(http2)) return "http"
  if (head.startsWith(ssh)) return "unknown"
  if (irc.test(head)) return "irc"
  const canBecomeOther = [http2, ssh].some((start) => start.startsWith(head))
  return canBecomeHttp(head) || canBecomeIrc(head) || canBecomeOther ? undefined : "plain"
}

const canBecomeHttp = (head: string): boolean => methods.some((method) => `${method} /`.startsWith(head))

// A line that starts like an IRC command is waited for up to its end.
const canBecomeIrc = (head: string): boolean =>
  !head.includes("\n") &&
  head.length < 512 &&
  ircWords.some((word) => word.startsWith(head) || head.startsWith(word))
