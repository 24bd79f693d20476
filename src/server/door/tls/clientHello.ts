/** What the first record of a client of TLS shows, before anything is computed for it: RFC 8446, 5.1 and 4.1.2. */

const headerLength = 5

/** The longest record in clear, bytes. */
const longestRecord = 2 ** 14

/** How many bytes the first record has in all: `undefined` while its header has not come whole, and 0 where there can be no such record. */
export const recordLength = (bytes: Uint8Array): number | undefined => {
  const [type, major, , high, low] = bytes
  if (high === undefined || low === undefined) return undefined
  const length = high * 256 + low
  return type !== 0x16 || major !== 0x03 || length === 0 || length > longestRecord ? 0 : headerLength + length
}

// The protocols of browsers as they stand in the extension ALPN (RFC 7301), each behind its length.
const browsing = ["\u0002h2", "\u0008http/1.1"]

/** Whether the client offers HTTP, as all browsers do. It is asked for no certificate: a browser would ask its user for one. */
export const offersHttp = (hello: Uint8Array): boolean => {
  const text = Buffer.from(hello.buffer, hello.byteOffset, hello.length).toString("latin1")
  return browsing.some((protocol) => text.includes(protocol))
}
