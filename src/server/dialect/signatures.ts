import { eraseLine, TelnetFilter } from "./telnet.ts"

/** How many first bytes are looked at to recognise a protocol: more are never waited for. */
export const longestHead = 512

/** Decodes bytes as characters, one for each byte. */
export const latin1 = new TextDecoder("latin1")

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

// The start of a Minecraft handshake: the packet's length as a varint, and the packet id, 0. Only packets shorter than `longestHead` count.
const packetLength = (bytes: Uint8Array): Varint | undefined => {
  const packet = varint(bytes, 0)
  return packet !== undefined && packet.value < longestHead && bytes[packet.length] === 0 ? packet : undefined
}

/** Whether the lengths within a handshake agree with each other; `undefined` while the bytes do not say it all yet. */
const lengthsAgree = (bytes: Uint8Array, packet: Varint): boolean | undefined => {
  const version = varint(bytes, packet.length + 1)
  const host = version && varint(bytes, packet.length + 1 + version.length)
  // After the host come the port, two bytes, and the next state, one byte.
  return host && packet.value === 1 + version.length + host.length + host.value + 3
}

/**
 * Whether this is the handshake of Minecraft, whose default port is ours too: the
 * packet's length, the packet id 0, the version, and the host, whose length agrees
 * with the packet's. With a long host the first byte is that of a letter, so it
 * does not tell alone.
 */
export const isGamePing = (bytes: Uint8Array): boolean => {
  const packet = packetLength(bytes)
  return packet !== undefined && lengthsAgree(bytes, packet) === true
}

/** Whether more bytes can still make this such a handshake. Two bytes are no sign of one: a C program may send a name of one letter and a NUL. */
export const canBecomeGamePing = (bytes: Uint8Array): boolean => {
  if (bytes.length <= 2 || bytes.length >= headBytes) return false
  const packet = packetLength(bytes)
  return packet !== undefined && lengthsAgree(bytes, packet) === undefined
}

// An SSL 2 record of less than 1024 bytes with a ClientHello, and its version: SSL 2, or SSL 3.0 to TLS 1.3 (3.0 to 3.4).
const isSsl2Hello = ([first = 0, , type, major, minor = 0]: Uint8Array): boolean =>
  (first & 0xfc) === 0x80 && type === 1 && ((major === 0 && minor === 2) || (major === 3 && minor <= 4))

// MongoDB's header, four numbers of four bytes each: the length, two that may be anything, and OP_QUERY or OP_MSG.
const isMongoMessage = (bytes: Uint8Array): boolean =>
  bytes[3] === 0 && (bytes[12] === 0xd4 || bytes[12] === 0xdd) && bytes[13] === 0x07 && bytes[14] === 0 && bytes[15] === 0

/** How many bytes it takes at most to tell a binary protocol from the start of a name. */
export const headBytes = 16

// The first bytes of the PROXY protocol, version 2.
const proxySignature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

/** Whether these are, or begin with, the first bytes of the PROXY protocol of version 2. */
const isProxyHeader = (bytes: Uint8Array): boolean => proxySignature.every((byte, place) => byte === bytes[place])

/** The binary protocol that first bytes are of, though the very first byte could begin a name. */
export const binaryProtocol = (head: Uint8Array): "proxy" | "unknown" | undefined => {
  if (isProxyHeader(head)) return "proxy"
  return isGamePing(head) || isSsl2Hello(head) || isMongoMessage(head) ? "unknown" : undefined
}

// Controls that nobody types into a name: all but NUL, with which C programs pad, and bell, backspace, tab, line ends and
// escape.
const controls = /[\u0001-\u0006\u000b\u000c\u000e-\u001a\u001c-\u001f]/u

const isUtf16 = ([first, second, third = 0, fourth]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe && third >= 0x20 && fourth === 0) || (first === 0xfe && second === 0xff)

// EBCDIC's capitals; its blank is what is "@" here.
const ebcdicWord = "[\u00c1-\u00c9\u00d1-\u00d9\u00e2-\u00e9]{1,8}@+"

/** What first reads begin with that are known by more than their first line: a line that would be a name by itself. */
const programs: ReadonlyArray<RegExp> = [
  // An empty frame of STOMP, and the cookie of iperf3, which is longer than a name.
  /^[A-Z]+\r?\n\r?\n\0/u,
  /^[a-z\d]{36,37}\0+$/u,
  // A mainframe's request to connect.
  new RegExp(`^${ebcdicWord}${ebcdicWord}\\0`, "u"),
  // Commands of a television, each padded to eight characters, and of a monitor.
  /^(?:[A-Z]{4}(?=[\d?]+ +\r)[\d? ]{4}\r){2}/u,
  /^init\r?\noff all\r?\n/u
]

/** Whether somebody's first read is what a program of another protocol sends at once, though its first line could be a name. */
export const isOfProgram = (firstRead: Uint8Array): boolean => {
  const text = latin1.decode(firstRead.subarray(0, longestHead))
  return programs.some((program) => program.test(text))
}

/**
 * Whether somebody's first read is that of a binary protocol: there is a control
 * character in it, before a name has ended. Telnet's own sequences do not count,
 * nor does UTF-16. Only a first read is so: later, somebody may type such keys.
 */
export const isBinary = (firstRead: Uint8Array): boolean => {
  if (isUtf16(firstRead)) return false
  const filter = new TelnetFilter()
  const text = latin1.decode(filter.filter(firstRead))
  // A line with a NUL in it is no name that a line feed ends.
  const name = /^\s*[^\s\0][^\r\n\0]*[\r\n]/u.exec(text)?.[0] ?? text
  // Telnet erases a line by a control.
  return controls.test(filter.isSpoken ? name.replaceAll(String.fromCharCode(eraseLine), "") : name)
}
