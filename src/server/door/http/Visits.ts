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
import { Admission, type Full } from "../../session/Admission.ts"
import { TtlMap } from "../../session/TtlMap.ts"
import { answerText, lastAnswer } from "./answer.ts"
import * as Metrics from "./Metrics.ts"
import * as Hooks from "./Hooks.ts"
import type { Denied } from "./request.ts"
import { along, makeRespond } from "./respond.ts"
import { acceptance, checkUpgrade } from "./upgrade.ts"
import { asksForOther, withoutUpgrade } from "./otherProtocol.ts"
import type { Becoming, Visit } from "./Visit.ts"

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

/** Why a request could not be read, by the codes of node:http. */
const faults: Readonly<Record<string, { readonly status: number; readonly words: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, words: `The headers of a request have ${maxHeaders} bytes at most.` },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, words: `A request has ${patience / 1000} seconds to come.` }
}
const otherFault = { status: 400, words: "This is not a request of HTTP." }

const make = Effect.gen(function* () {
  const { allowHosts, closeGrace, tlsOnly } = yield* ServerConfig
  const admission = yield* Admission
  const clock = yield* Effect.clock
  const now = () => Number(clock.unsafeCurrentTimeNanos()) / nanosPerMilli
  const desk = Option.getOrUndefined(yield* Effect.serviceOption(Desk))
  const names = [hostname(), ...allowHosts]
  const visits = new WeakMap<Duplex, Visit>()
  const respond = yield* makeRespond(names, (request) => visits.get(request.socket))
  const browsers = new TtlMap(() => true, browsing)
  // Answers that are being made end with the server.
  const run = yield* FiberSet.makeRuntime<never, void>()

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
      run(Effect.catchAllDefect(border("brusio.http", asks)(respond(request, response)), (defect) => failed(response, defect)))
    }
  )
  server.maxRequestsPerSocket = maxRequests

  const refuseUpgrade = (socket: Duplex, { status, words }: Denied) => {
    socket.write(lastAnswer(status, words, along[status]))
    visits.get(socket)?.leave()
  }
  const upgrade = (request: Http.IncomingMessage, socket: Duplex, head: Buffer) => {
    const visit = visits.get(socket)
    if (visit !== undefined && asksForOther(request)) {
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]))
      server.emit("connection", socket)
      socket.resume()
      return
    }
    // Until the connection is ours again, an error of the socket has no other listener.
    socket.on("error", () => undefined)
    const checked = checkUpgrade(names, request, visit)
    if (typeof checked !== "string") {
      refuseUpgrade(socket, checked)
      return
    }
    socket.write(acceptance(request, checked))
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
  const checkExpectation = (_: Http.IncomingMessage, response: Http.ServerResponse) => {
    answerText(response, 417, "Nothing but 100-continue can be expected of this server.", { connection: "close" })
  }
  const guard = yield* makeGuard
  const lost = (_: unknown, socket: Duplex) => {
    socket.destroy()
  }
  server.on("upgrade", guard("Opening a WebSocket", upgrade, lost))
  server.on("checkExpectation", checkExpectation)
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

/** Visits of the page that `Site` has. */
export const layer = Layer.scoped(Visits, make).pipe(Layer.provide(Metrics.layer), Layer.provide(Hooks.layer))
