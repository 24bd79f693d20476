/** More bytes than these are never waited for. */
export const longestHead = 512

/** Bytes as characters, one for each. */
export const latin1 = new TextDecoder("latin1")

/** The methods of HTTP that are known by the first bytes. */
export const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
// Known by a whole line alone: the first letters of these begin names too, and nobody is to wait for that.
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

// What starts a handshake: how long it is, and a zero. None is longer than what is waited for.
const packetLength = (bytes: Uint8Array): Varint | undefined => {
  const packet = varint(bytes, 0)
  return packet !== undefined && packet.value < longestHead && bytes[packet.length] === 0 ? packet : undefined
}

/** Whether what a handshake says of its own length agrees: `undefined` while not all of that is there. */
const lengthsAgree = (bytes: Uint8Array, packet: Varint): boolean | undefined => {
  const version = varint(bytes, packet.length + 1)
  const host = version && varint(bytes, packet.length + 1 + version.length)
  // After the host come two bytes of port and one of what is wanted.
  return host && packet.value === 1 + version.length + host.length + host.value + 3
}

/**
 * Whether this is the handshake of the game whose port this is: its length, a
 * zero, the version, and the host, whose length agrees with the first. That of
 * a long host starts with a letter, so the first byte alone does not tell.
 */
export const isGamePing = (bytes: Uint8Array): boolean => {
  const packet = packetLength(bytes)
  return packet !== undefined && lengthsAgree(bytes, packet) === true
}

/** Whether what follows can make it one. Two bytes are no sign of it: a C program's name of one letter is that and a NUL. */
export const canBecomeGamePing = (bytes: Uint8Array): boolean => {
  if (bytes.length <= 2 || bytes.length >= headBytes) return false
  const packet = packetLength(bytes)
  return packet !== undefined && lengthsAgree(bytes, packet) === undefined
}

// A record of less than 1024 bytes, in it a ClientHello, and the version.
const isSsl2Hello = ([first = 0, , type, major, minor = 0]: Uint8Array): boolean =>
  (first & 0xfc) === 0x80 && type === 1 && ((major === 0 && minor === 2) || (major === 3 && minor <= 4))

// Four numbers of four bytes each: the length, two that may be anything, and OP_QUERY or OP_MSG.
const isMongoMessage = (bytes: Uint8Array): boolean =>
  bytes[3] === 0 && (bytes[12] === 0xd4 || bytes[12] === 0xdd) && bytes[13] === 0x07 && bytes[14] === 0 && bytes[15] === 0

/** How many bytes it takes at most to tell what is no text from the start of a name. */
export const headBytes = 16

/** Whether first bytes are of a protocol that is unknown here, though the very first can begin a name. */
export const isUnknownProtocol = (head: Uint8Array): boolean => isGamePing(head) || isSsl2Hello(head) || isMongoMessage(head)

/** Whether a line is the first of an HTTP request, whatever the method and what is asked for. */
export const isRequestLine = (line: Uint8Array): boolean => requestLine.test(latin1.decode(line))

/** Whether the start of a line can still become one: of a method that is known, and as long as nothing else is there. */
export const canBecomeRequestLine = (start: Uint8Array): boolean => {
  if (start.length >= longestHead) return false
  const [method = "", target, version = "", ...rest] = latin1.decode(start).split(" ")
  return allMethods.has(method) && target !== undefined && rest.length === 0 && "HTTP/".startsWith(version.slice(0, 5))
}

