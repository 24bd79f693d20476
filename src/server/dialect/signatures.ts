/** How many first bytes are looked at to recognise a protocol: more are never waited for. */
export const longestHead = 512

/** Decodes bytes as characters, one for each byte. */
export const latin1 = new TextDecoder("latin1")

/** The methods of HTTP that are recognised by the first bytes. */
export const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
// Recognised by a whole request line only: names begin with the same letters, and nobody with such a name is to wait.
const otherMethods = ["PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH"]
const allMethods: ReadonlySet<string> = new Set([...methods, ...otherMethods])
const requestLine = /^[A-Z][A-Z_-]* (?:.* )?HTTP\/\d\.\d\r?$/su

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

/** Whether first bytes are those of a binary protocol, though the very first byte could begin a name. */
export const isUnknownProtocol = (head: Uint8Array): boolean => isGamePing(head) || isSsl2Hello(head) || isMongoMessage(head)

/** Whether this is the request line of an HTTP request, with any method and target. */
export const isRequestLine = (line: Uint8Array): boolean => requestLine.test(latin1.decode(line))

/** Whether the start of a line can still become a request line: it begins with a known method and a target, and so far nothing contradicts. */
export const canBecomeRequestLine = (start: Uint8Array): boolean => {
  if (start.length >= longestHead) return false
  const [method = "", target, version = "", ...rest] = latin1.decode(start).split(" ")
  return allMethods.has(method) && target !== undefined && rest.length === 0 && "HTTP/".startsWith(version.slice(0, 5))
}

