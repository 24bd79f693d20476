import { createHash } from "node:crypto"
import * as Http from "node:http"
import { hostname } from "node:os"
import type { Duplex } from "node:stream"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import { ConnectionLost } from "../../../net/Errors.ts"
import type { Tcp } from "../../../net/Tcp.ts"
import { monotonicMillis } from "../../clock.ts"
import { ServerConfig } from "../../ServerConfig.ts"
import { TtlMap } from "../../session/TtlMap.ts"
import { answerAsset, answerText, lastAnswer } from "./answer.ts"
import { check, type Denied } from "./request.ts"
import { Site } from "./Site.ts"

/** HTTP on the open port: a visit serves the page, until the connection ends or turns into a WebSocket, which is the chat. */
export class Visits extends Context.Tag("brusio/Visits")<Visits, {
  /**
   * Serves HTTP on a connection whose first bytes, `heard`, are of it. Succeeds
   * once the connection has become a WebSocket; fails when it has ended before.
   */
  readonly visit: (connection: Tcp, heard: ReadonlyArray<Uint8Array>) => Effect.Effect<void, ConnectionLost>
  /**
   * Whether a browser was here lately from this address. Browsers keep spare
   * connections that say nothing until they are needed: a greeting written into
   * one would be taken for the answer to its first request.
   */
  readonly unsafeIsBrowsing: (host: string, now: number) => boolean
}>() {}

/** How long a client may take for the headers of a request, how long for all of it, and how long it may then be idle, ms. */
const patience = 5000

/** How many bytes the headers of a request may have. */
const maxHeaders = 8192

/** How many requests one connection may bring. */
const maxRequests = 100

/** For how long an address counts as browsing after its last visit, ms, and how many addresses are remembered at most: the oldest are forgotten. */
const browsing = { keptFor: 600_000, most: 4096 }

/** What RFC 6455 has a server append to the key of the client. */
const keySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
const webSocketKey = /^[+/0-9A-Za-z]{22}==$/u

/** Why a request could not be read, by the codes of node:http. */
const faults: Readonly<Record<string, { readonly status: number; readonly words: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, words: `The headers of a request have ${maxHeaders} bytes at most.` },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, words: `A request has ${patience / 1000} seconds to come.` }
}
const otherFault = { status: 400, words: "This is not a request of HTTP." }

/** A connection that is lent to HTTP. */
interface Visit {
  /** The connection is ours again, as a WebSocket; `head` is what came behind the request. */
  readonly upgraded: (head: Buffer) => void
  /** Nothing more is answered on the connection: it is closed, in order. */
  readonly leave: () => void
}

const make = Effect.gen(function* () {
  const { allowHosts, closeGrace } = yield* ServerConfig
  const site = yield* Site
  const names = [hostname(), ...allowHosts]
  const visits = new WeakMap<Duplex, Visit>()
  const browsers = new TtlMap(() => true, browsing)
  // Answers that are being made end with the server.
  const run = yield* FiberSet.makeRuntime<never, void>()

  const asked = (request: Http.IncomingMessage) => ({
    method: request.method ?? "",
    target: request.url ?? "",
    hosts: request.headersDistinct["host"] ?? [],
    origins: request.headersDistinct["origin"] ?? [],
    hasBody: (request.headers["content-length"] ?? "0") !== "0" || request.headers["transfer-encoding"] !== undefined
  })
  const deny = (response: Http.ServerResponse, { status, words }: Denied) => {
    answerText(response, status, words, { connection: "close", ...(status === 405 ? { allow: "GET, HEAD" } : {}) })
  }
  const answer = Effect.fnUntraced(function* (request: Http.IncomingMessage, response: Http.ServerResponse) {
    const checked = check(asked(request), names)
    if ("status" in checked) {
      deny(response, checked)
      return
    }
    const asset = yield* site.find(checked.path)
    if (asset !== undefined) answerAsset(request, response, asset)
    else if (checked.path === "/health") answerText(response, 200, "ok")
    else answerText(response, 404, "There is no such page here.")
  })

  const server = Http.createServer(
    {
      headersTimeout: patience,
      requestTimeout: patience,
      keepAliveTimeout: patience,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: maxHeaders,
      insecureHTTPParser: false,
      // A request without a host is refused here, in words.
      requireHostHeader: false
    },
    (request, response) => {
      run(answer(request, response))
    }
  )
  server.maxRequestsPerSocket = maxRequests

  const refuseUpgrade = (socket: Duplex, { status, words }: Denied) => {
    socket.write(lastAnswer(status, words, status === 426 ? { "sec-websocket-version": "13" } : {}))
    visits.get(socket)?.leave()
  }
  const checkUpgrade = (request: Http.IncomingMessage): Denied | undefined => {
    const checked = check(asked(request), names)
    if ("status" in checked) return checked
    if (checked.path !== "/") return { status: 404, words: "The chat is at the path /." }
    if (request.method !== "GET" || request.headers.upgrade?.toLowerCase() !== "websocket" || !webSocketKey.test(request.headers["sec-websocket-key"] ?? "")) {
      return { status: 400, words: "This is not the opening of a WebSocket." }
    }
    return request.headers["sec-websocket-version"] === "13" ? undefined : { status: 426, words: "A WebSocket of version 13 is spoken here." }
  }
  server.on("upgrade", (request, socket, head) => {
    // Until the connection is ours again, an error of the socket has no other listener.
    socket.on("error", () => undefined)
    const denied = checkUpgrade(request)
    if (denied !== undefined) {
      refuseUpgrade(socket, denied)
      return
    }
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"] ?? ""}${keySuffix}`).digest("base64")
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
    visits.get(socket)?.upgraded(head)
  })
  server.on("connect", (_request, socket) => {
    socket.on("error", () => undefined)
    refuseUpgrade(socket, { status: 405, words: "Only GET and HEAD are served here." })
  })
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy()
      return
    }
    const { status, words } = faults[error.code ?? ""] ?? otherFault
    socket.write(lastAnswer(status, words))
    visits.get(socket)?.leave()
  })
  // A server that never listens enforces its timeouts only once it believes that it does.
  server.emit("listening")
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      server.close()
    })
  )

  const lend = (connection: Tcp, heard: ReadonlyArray<Uint8Array>, now: number) =>
    Effect.async<void, ConnectionLost>((resume) => {
      const socket = connection.lend(heard)
      if (socket === undefined) {
        resume(Effect.fail(new ConnectionLost({ code: "closed" })))
        return undefined
      }
      browsers.use(connection.host, now)
      const closed = () => {
        resume(Effect.fail(new ConnectionLost({ code: "closed" })))
      }
      // node:http destroys a socket after its last answer; a peer that is still sending would be reset, and lose that answer.
      const leave = () => {
        connection.linger(closeGrace)
        socket.resume()
      }
      socket.destroySoon = leave
      const stop = () => {
        socket.off("close", closed)
        Reflect.deleteProperty(socket, "destroySoon")
        visits.delete(socket)
      }
      socket.once("close", closed)
      visits.set(socket, {
        leave,
        upgraded: (head) => {
          stop()
          connection.takeBack(head)
          resume(Effect.void)
        }
      })
      server.emit("connection", socket)
      // In the same turn: what was put back is read only by a socket that flows.
      socket.resume()
      return Effect.sync(stop)
    })

  return Visits.of({
    visit: (connection, heard) => Effect.flatMap(monotonicMillis, (now) => lend(connection, heard, now)),
    unsafeIsBrowsing: (host, now) => browsers.get(host, now) !== undefined
  })
})

/** Visits of the page that {@link Site} has. */
export const layer = Layer.scoped(Visits, make)
