import * as Effect from "effect/Effect"
import { monotonicMillis } from "../../net/clock.ts"
import { silence } from "../../net/Inbox.ts"
import type { Tcp } from "../../net/Tcp.ts"
import type { ServerOptions } from "../ServerConfig.ts"
import { parse, type ProxyHeader } from "../../net/proxyHeader.ts"

const nothing = new Uint8Array(0)

/**
 * Reads the header with which a trusted proxy introduces a connection, before
 * anything is recognised: from then on the connection has the client's address.
 * Returns whether there is somebody to serve. A proxy that connects for itself
 * and says nothing, or nothing at all, is nobody; so is one whose header is
 * malformed, with the reason in the log. The caller closes the connection then.
 */
export const introduced = Effect.fnUntraced(function* (connection: Tcp, { nameTimeout, proxyHeaderWithin }: ServerOptions) {
  const proxy = connection.address
  const until = (yield* monotonicMillis) + proxyHeaderWithin
  let bytes: Uint8Array = nothing
  let header: ProxyHeader | undefined
  while (header === undefined) {
    const read = yield* connection.read(Math.max(0, until - (yield* monotonicMillis)))
    if (read instanceof Uint8Array) {
      bytes = bytes.length === 0 ? read : Buffer.concat([bytes, read])
      header = parse(bytes)
    } else if (read === silence) {
      header = { _tag: "Malformed", reason: `it has not come whole within ${proxyHeaderWithin / 1000} s` }
    } else {
      if (bytes.length === 0) return false
      header = { _tag: "Malformed", reason: "the connection ended within it" }
    }
  }
  if (header._tag === "Malformed") {
    yield* Effect.logWarning(`${proxy} is trusted as a proxy, and its header was not taken: ${header.reason}`)
    return false
  }
  if (header._tag === "Proxied") connection.present(header.host, header.port)
  const rest = bytes.subarray(header.length)
  if (rest.length > 0) connection.putBack(rest)
  else if (header._tag === "Local") {
    const first = yield* connection.read(nameTimeout)
    if (!(first instanceof Uint8Array)) return false
    connection.putBack(first)
  }
  return true
})
