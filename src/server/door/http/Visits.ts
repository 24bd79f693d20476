import { createHash } from "node:crypto"
import * as Http from "node:http"
import { hostname } from "node:os"
import type { Duplex } from "node:stream"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { isLoopback } from "../../../net/addressRanges.ts"
import { ConnectionLost } from "../../../net/Errors.ts"
import type { Tcp } from "../../../net/Tcp.ts"
import { nanosPerMilli } from "../../../net/clock.ts"
import { border } from "../../border.ts"
import { makeGuard } from "../../guard.ts"
import { Desk } from "../../operator/Desk.ts"
import { ServerConfig } from "../../ServerConfig.ts"
import { chosen, type Subprotocol } from "../../dialect/irc/overWebSocket.ts"
import { Admission, type Full } from "../../session/Admission.ts"
import { TtlMap } from "../../session/TtlMap.ts"
import { answerAsset, answerText, lastAnswer } from "./answer.ts"
import * as Metrics from "./Metrics.ts"
import * as Hooks from "./Hooks.ts"
import { check, type Denied, hookAt, notFound, watchedAt } from "./request.ts"
import { noPlace, tryAgain } from "./full.ts"
import { operatorPath, Site } from "./Site.ts"
import { makeWatched } from "./watched.ts"

/** What the connection of a visit becomes: a WebSocket of the chat, in the native dialect or by a subprotocol in IRC, or one of the operator's window. */
export type Becoming = "chat" | Subprotocol | "operator"

/** HTTP on the open port: a visit serves the page, until the connection ends or turns into a WebSocket. */
export class Visits extends Context.Tag("brusio/Visits")<Visits, {
  /**
   * Serves HTTP on a connection whose first bytes, `heard`, are of it. Where there
   * is no place for it (`full` says why), nothing is served but the operator's
   * window, and what programs ask for that watch the server. Succeeds once the connection has become a WebSocket; fails when it has
   * ended before.
   */
  readonly visit: (connection: Tcp, heard: ReadonlyArray<Uint8Array>, full?: Full) => Effect.Effect<Becoming, ConnectionLost>
  /** Whether the operator's window is served to this connection: there is one, and it comes from this machine itself. */
  readonly isOperators: (connection: Tcp) => boolean
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
  /** Why there was no place for it in the room when it came; `undefined` where there was one. */
  readonly full: Full | undefined
  /** Takes a place in the room, where there is one; or says why there is none. */
  readonly takePlace: () => Full | undefined
  /** The address that it comes from. */
  readonly from: Hooks.From
  /** Whether it comes from this machine itself. */
  readonly isOfThisMachine: boolean
  /** Whether it may be the operator's. */
  readonly isOperators: boolean
  /** Whether it is only told to come with TLS, as nobody else is served. */
  readonly isSentAway: boolean
  /** The connection is ours again, as a WebSocket; `head` is what came behind the request. */
  readonly upgraded: (head: Buffer, becoming: Becoming) => void
  /** Nothing more is answered on the connection: it is closed, in order. */
  readonly leave: () => void
}

/** What goes with an answer of this status. */
const along: Readonly<Record<number, Http.OutgoingHttpHeaders>> = { 405: { allow: "GET, HEAD" }, 426: { "sec-websocket-version": "13" }, 503: tryAgain }

/** Where another program of the operator's user asks for a code that opens the window, with the key in `Authorization`. */
const codePath = `${operatorPath}/code`

const make = Effect.gen(function* () {
  const { allowHosts, closeGrace, tlsOnly } = yield* ServerConfig
  const admission = yield* Admission
  const clock = yield* Effect.clock
  const now = () => Number(clock.unsafeCurrentTimeNanos()) / nanosPerMilli
  const site = yield* Site
  const answerWatched = yield* makeWatched
  const hooks = yield* Hooks.Hooks
  const desk = Option.getOrUndefined(yield* Effect.serviceOption(Desk))
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
  const deny = (response: Http.ServerResponse, { allow, status, words }: Denied) => {
    answerText(response, status, words, { connection: "close", ...along[status], ...(allow === undefined ? {} : { allow }) })
  }
  const answer = Effect.fnUntraced(function* (request: Http.IncomingMessage, response: Http.ServerResponse) {
    const checked = check(asked(request), names, hooks.answer !== undefined)
    if ("status" in checked) {
      deny(response, checked)
      return
    }
    const { path } = checked
    const visit = visits.get(request.socket)
    const watched = watchedAt(path)
    if (watched !== undefined && visit !== undefined && (yield* answerWatched(response, watched, visit))) return
    const hooked = hookAt(path)
    if (hooked !== undefined && hooks.answer !== undefined && visit !== undefined) {
      if (visit.isSentAway) sendToHttps(request, response)
      else yield* hooks.answer(request, response, hooked, visit.from)
      return
    }
    const isOperators = visit?.isOperators === true
    const code = path === codePath && isOperators ? yield* codeFor(request) : undefined
    // To others the operator's page is none.
    const asset = path === operatorPath && !isOperators ? undefined : yield* site.find(path)
    const isOfWindow = path === operatorPath || path === codePath || asset?.isImmutable === true
    if (visit?.isSentAway === true && !(isOfWindow && visit.isOperators)) sendToHttps(request, response)
    else if (visit?.full !== undefined && !isOfWindow) deny(response, { status: 503, words: noPlace(visit.full.reason) })
    else if (code !== undefined) answerText(response, 200, code)
    else if (asset !== undefined) answerAsset(request, response, asset)
    else answerText(response, notFound.status, notFound.words)
  })
  // For this time only: the server may be started without TLS again.
  const sendToHttps = (request: Http.IncomingMessage, response: Http.ServerResponse) => {
    const location = `https://${request.headers.host ?? ""}${request.url ?? "/"}`
    answerText(response, 307, `This room is encrypted: it is at ${location}`, { location, connection: "close" })
  }
  const codeFor = (request: Http.IncomingMessage) => {
    const [, key] = /^Bearer ([\w-]+)$/u.exec(request.headers.authorization ?? "") ?? []
    return key === undefined || desk === undefined ? Effect.succeed(undefined) : desk.codeFor(key)
  }

  const failed = (response: Http.ServerResponse, defect: unknown) =>
    Effect.zipRight(
      Effect.logError("Answering a browser has failed", Cause.die(defect)),
      Effect.sync(() => {
        response.destroy()
      })
    )

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
      const asks = { "http.request.method": request.method ?? "", "url.path": (request.url ?? "").replace(/[?#].*$/su, "") }
      run(Effect.catchAllDefect(border("brusio.http", asks)(answer(request, response)), (defect) => failed(response, defect)))
    }
  )
  server.maxRequestsPerSocket = maxRequests

  const refuseUpgrade = (socket: Duplex, { status, words }: Denied) => {
    socket.write(lastAnswer(status, words, along[status]))
    visits.get(socket)?.leave()
  }
  const checkUpgrade = (request: Http.IncomingMessage, visit: Visit | undefined): Denied | Becoming => {
    const checked = check(asked(request), names)
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
  const upgrade = (request: Http.IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until the connection is ours again, an error of the socket has no other listener.
    socket.on("error", () => undefined)
    const visit = visits.get(socket)
    const checked = checkUpgrade(request, visit)
    if (typeof checked !== "string") {
      refuseUpgrade(socket, checked)
      return
    }
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"] ?? ""}${keySuffix}`).digest("base64")
    const subprotocol = checked === "chat" || checked === "operator" ? "" : `Sec-WebSocket-Protocol: ${checked}\r\n`
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${subprotocol}\r\n`)
    visit?.upgraded(head, checked)
  }
  const connect = (_request: Http.IncomingMessage, socket: Duplex) => {
    socket.on("error", () => undefined)
    refuseUpgrade(socket, { status: 405, words: "Only GET and HEAD are served here." })
  }
  const clientError = (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy()
      return
    }
    const { status, words } = faults[error.code ?? ""] ?? otherFault
    socket.write(lastAnswer(status, words))
    visits.get(socket)?.leave()
  }
  const guard = yield* makeGuard
  const lost = (_: unknown, socket: Duplex) => {
    socket.destroy()
  }
  server.on("upgrade", guard("Opening a WebSocket", upgrade, lost))
  server.on("connect", guard("Refusing a proxy's request", connect, lost))
  server.on("clientError", guard("Refusing a request", clientError, lost))
  // A server that never listens enforces its timeouts only once it believes that it does.
  server.emit("listening")
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      server.close()
    })
  )

  const isOperators = (connection: Tcp) => desk !== undefined && isOfThisMachine(connection)

  const lend = (connection: Tcp, heard: ReadonlyArray<Uint8Array>, full: Full | undefined) =>
    Effect.async<Becoming, ConnectionLost>((resume) => {
      const socket = connection.lend(heard)
      if (socket === undefined) {
        resume(Effect.fail(new ConnectionLost({ code: "closed" })))
        return undefined
      }
      browsers.use(connection.host, now())
      const closed = () => {
        resume(Effect.fail(new ConnectionLost({ code: "closed" })))
      }
      // node:http destroys a socket after its last answer; a peer that is still sending would be reset, and lose that answer.
      const leave = () => {
        connection.linger(closeGrace)
        socket.resume()
      }
      const destroySoon = socket.destroySoon.bind(socket)
      socket.destroySoon = leave
      const stop = () => {
        socket.off("close", closed)
        // Put back, and not deleted: V8 keeps the properties of an object in a hash table once one was deleted, and each write reads many.
        socket.destroySoon = destroySoon
        visits.delete(socket)
      }
      socket.once("close", closed)
      visits.set(socket, {
        full,
        takePlace: () => admission.unsafeComesIn(connection, now()),
        from: { address: connection.address, host: connection.host },
        isOfThisMachine: isOfThisMachine(connection),
        isOperators: isOperators(connection),
        isSentAway: tlsOnly && !connection.secure,
        leave,
        upgraded: (head, becoming) => {
          stop()
          connection.takeBack(head)
          resume(Effect.succeed(becoming))
        }
      })
      server.emit("connection", socket)
      // In the same turn: what was put back is read only by a socket that flows.
      socket.resume()
      return Effect.sync(stop)
    })

  return Visits.of({
    visit: lend,
    isOperators,
    unsafeIsBrowsing: (host, now) => browsers.get(host, now) !== undefined
  })
})

// Behind a proxy on this machine is whoever the proxy says, which may be anybody.
const isOfThisMachine = ({ host, peer }: Tcp): boolean => isLoopback(peer) && isLoopback(host.replace(/^\[(.*)\]$/u, "$1"))

/** Visits of the page that {@link Site} has. */
export const layer = Layer.scoped(Visits, make).pipe(Layer.provide(Metrics.layer), Layer.provide(Hooks.layer))
