import type { Protocol } from "../dialect/foreign.ts"
import { latin1, longestHead, methods } from "../dialect/signatures.ts"

/** What the first bytes of a connection turn out to be: a dialect, or a protocol that is not spoken here. */
export type Kind = "native" | "plain" | Protocol

const openBrace = 0x7b

const native = /^\{[ \t\r\n]*["}]/u
const nativeSoFar = /^\{[ \t\r\n]*$/u
// The fixed first bytes of HTTP/2 (its connection preface) and of SSH.
const http2 = "PRI * HTTP/"
const ssh = "SSH-2.0-"
const byteOrderMark = [0xef, 0xbb, 0xbf]

const http = new RegExp(`^(?:${methods.join("|")}) /`, "u")
const irc = /^(?:CAP (?:LS|REQ|LIST|END)\b.*|NICK [^ \r\n]+|USER [^ \r\n]+ [^ \r\n]+ [^ \r\n]+ :.*|PASS [^ \r\n]+)\r?\n/u
const ircWords = ["CAP ", "NICK ", "USER ", "PASS "]

/** What first bytes are taken for when nothing more came in time and {@link detect} is still undecided. */
export const settle = (bytes: Uint8Array): Kind => (bytes[0] === 0x16 ? "unknown" : "plain")

/**
 * Tells dialects apart by the first bytes of a connection; `undefined` while the
 * bytes can still become more than one of them. However the bytes were split into
 * reads, the answer is one. What starts like a name is plain here; the plain
 * interpreter looks at it again when it reads the name.
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
  const head = latin1.decode(bytes.subarray(0, longestHead))
  if (first === openBrace) {
    if (native.test(head)) return "native"
    return nativeSoFar.test(head) && head.length < longestHead ? undefined : "plain"
  }
  if (http.test(head) || head.startsWith(http2)) return "http"
  if (head.startsWith(ssh)) return "unknown"
  if (irc.test(head)) return "irc"
  const canBecomeOther = [http2, ssh].some((start) => start.startsWith(head))
  return canBecomeHttp(head) || canBecomeIrc(head) || canBecomeOther ? undefined : "plain"
}

const canBecomeHttp = (head: string): boolean => methods.some((method) => `${method} /`.startsWith(head))

// An IRC command is recognised by its whole line, so a line that starts like one is undecided up to its end.
const canBecomeIrc = (head: string): boolean =>
  !head.includes("\n") &&
  head.length < longestHead &&
  ircWords.some((word) => word.startsWith(head) || head.startsWith(word))
