/** The opening of a WebSocket, RFC 6455. */
import { createHash } from "node:crypto"
import type * as Http from "node:http"
import { chosen } from "../../dialect/irc/overWebSocket.ts"
import { askedOf, check, type Denied } from "./request.ts"
import { noPlace } from "./full.ts"
import { operatorPath } from "./Site.ts"
import type { Becoming, Visit } from "./Visit.ts"

/** What RFC 6455 has a server append to the key of the client. */
const keySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
const webSocketKey = /^[+/0-9A-Za-z]{22}==$/u

/**
 * What the connection of this request becomes, or why it opens no WebSocket. One of the chat has taken its place in the room
 * then. `names`: the hosts that the server may be asked for.
 */
export const checkUpgrade = (names: ReadonlyArray<string>, request: Http.IncomingMessage, visit: Visit | undefined): Denied | Becoming => {
  const checked = check(askedOf(request), names)
  if ("status" in checked) return checked
  const becoming = checked.path === "/" ? (chosen(request.headers["sec-websocket-protocol"] ?? "") ?? "chat") : checked.path === operatorPath && visit?.isOperators === true ? "operator" : undefined
  if (becoming === undefined) return { status: 404, words: "The chat is at the path /." }
  if (becoming !== "operator" && visit?.isSentAway === true) return { status: 403, words: "This room is encrypted: the address of its WebSocket begins with wss." }
  if (becoming !== "operator" && visit?.full !== undefined) return { status: 503, words: noPlace(visit.full.reason) }
  if (request.method !== "GET" || request.headers.upgrade?.toLowerCase() !== "websocket" || !webSocketKey.test(request.headers["sec-websocket-key"] ?? "")) {
    return { status: 400, words: "This is not the opening of a WebSocket." }
  }
  if (request.headers["sec-websocket-version"] !== "13") return { status: 426, words: "A WebSocket of version 13 is spoken here." }
  const full = becoming !== "operator" ? visit?.takePlace() : undefined
  return full === undefined ? becoming : { status: 503, words: noPlace(full.reason) }
}

/** The answer with which the connection becomes a WebSocket. */
export const acceptance = (request: Http.IncomingMessage, becoming: Becoming): string => {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"] ?? ""}${keySuffix}`).digest("base64")
  const subprotocol = becoming === "chat" || becoming === "operator" ? "" : `Sec-WebSocket-Protocol: ${becoming}\r\n`
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${subprotocol}\r\n`
}
