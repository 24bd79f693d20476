import { canBecomeProtocol, protocolOfStart } from "../dialect/firstLines.ts"
import type { Protocol } from "../dialect/foreign.ts"
import { binaryProtocol, isBinary, isOfProgram, latin1, longestHead } from "../dialect/signatures.ts"

/** What the first bytes of a connection turn out to be: a dialect, or a protocol that is not spoken here. */
export type Kind = "native" | "plain" | "irc" | Protocol

const openBrace = 0x7b

const native = /^\{[ \t\r\n]*["}]/u
const nativeSoFar = /^\{[ \t\r\n]*$/u
const byteOrderMark = [0xef, 0xbb, 0xbf]
/** Controls that a person may begin with: bell, backspace, tab, line ends, escape and delete. */
const keys: ReadonlySet<number> = new Set([0x07, 0x08, 0x09, 0x0a, 0x0d, 0x1b, 0x7f])

/** What first bytes are taken for when nothing more came in time and {@link detect} is still undecided. */
export const settle = (bytes: Uint8Array): Kind => (bytes[0] === 0x16 || bytes[0] === 0xfe ? "unknown" : "plain")

/** What is made of a first read, besides what {@link detect} makes of the bytes: one with controls is nobody's name, and programs send more than one line at once. */
export const judge = (kind: Kind, firstRead: Uint8Array): Kind =>
  kind === "plain" && (isBinary(firstRead) || isOfProgram(firstRead)) ? (binaryProtocol(firstRead) ?? "unknown") : kind

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
  // FE FF marks UTF-16; FE 01 is the ping of a game.
  if (first === 0xfe && bytes.length === 1) return undefined
  if ((first < 0x20 && !keys.has(first)) || (first === 0xfe && bytes[1] !== 0xff)) return "unknown"
  const head = latin1.decode(bytes.subarray(0, longestHead))
  if (first === openBrace) {
    if (native.test(head)) return "native"
    return nativeSoFar.test(head) && head.length < longestHead ? undefined : "plain"
  }
  return protocolOfStart(head) ?? (canBecomeProtocol(head) ? undefined : "plain")
}
