import * as Net from "node:net"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { closingCode } from "../../domain/LeaveCode.ts"
import { clean } from "../../domain/Text.ts"
import { formatAddress } from "../../net/address.ts"
import type { Connection } from "../../net/Connection.ts"
import { pair } from "../../net/pair.ts"
import { Tcp } from "../../net/Tcp.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { Admission } from "../session/Admission.ts"
import { Broadcaster } from "../delivery/Broadcaster.ts"
import { Closing } from "../Closing.ts"
import { ListenError } from "../Errors.ts"
import { endOfTurn, Hub } from "../chat/Hub.ts"
import { Registry } from "../chat/Registry.ts"
import { makeGuard } from "../guard.ts"
import { ServerConfig, type ServerOptions } from "../ServerConfig.ts"
import { Diverted } from "../session/Farewell.ts"
import { Session } from "../session/Session.ts"
import { inRanges } from "../../net/addressRanges.ts"
import { introduced } from "./introduce.ts"
import { PortDoor } from "./recognise.ts"

/** The open port. It accepts connections and starts a session for each, with back-pressure from the Hub; all else is the session's. */
export class Listener extends Context.Tag("brusio/Listener")<Listener, {
  /** The host that was asked for, as a name or an address. */
  readonly host: string
  /** The IP address that the server listens on. */
  readonly ip: string
  /** The port that was taken, also when 0 was asked for. */
  readonly port: number
  /** `host:port`. */
  readonly address: string
  /** A connection to this room from within the process, past the port. The room sees a client like any other; the connection is gone with its scope. */
  readonly connect: Effect.Effect<Connection, never, Scope.Scope>
}>() {}

/** How many connections may wait in the system's listen backlog, and how many accepted ones for a session; the rest is turned away. */
const acceptBacklog = 4096

/** How many sessions are started at once: few enough that what these are told first fits into a Hub that is half full. */
const acceptAtOnce = 64

/** For how long after the close has begun connections are still accepted, only to be told of the close, ms: see docs/adr/0005. */
const acceptPatience = 1500

const listen = (server: Net.Server, { host, port, socket }: ServerOptions) =>
  Effect.async<Net.AddressInfo, ListenError>((resume) => {
    const fail = (code: string) => {
      resume(Effect.fail(new ListenError({ code, host, port, socket })))
    }
    server.once("error", (error: NodeJS.ErrnoException) => {
      fail(error.code ?? error.message)
    })
    const where = socket === undefined ? { host, port } : { fd: socket }
    server.listen({ ...where, backlog: acceptBacklog }, () => {
      const address = server.address()
      if (address !== null && typeof address !== "string") {
        resume(Effect.succeed(address))
        return
      }
      // A socket of this machine only: it has a path, and its clients have no addresses.
      server.close()
      fail("EAFNOSUPPORT")
    })
  })

const make = Effect.gen(function* () {
  const config = yield* ServerConfig
  const admission = yield* Admission
  const closing = yield* Closing
  const broadcaster = yield* Broadcaster
  const hub = yield* Hub
  const registry = yield* Registry
  const session = yield* Session
  const door = yield* PortDoor

  const accepted = yield* Queue.dropping<Connection>(acceptBacklog)
  const open = new Set<Connection>()
  let arrived = 0
  let lastWords: string | undefined
  let closedAt = 0
  // `dismiss` ends a connection that is turned away, after what was written to it.
  const admit = (connection: Connection, dismiss: () => void) => {
    open.add(connection)
    arrived += 1
    if (lastWords !== undefined) {
      connection.write(lastWords)
      connection.finish()
    } else if (open.size > config.maxClients + config.maxTurnedAway || !accepted.unsafeOffer(connection)) {
      admission.unsafeTurnedAway()
      connection.write("The server is busy: try again in a moment.\n")
      dismiss()
    }
  }
  const accept = (socket: Net.Socket) => {
    const connection = new Tcp(socket, config)
    socket.once("close", () => open.delete(connection))
    admit(connection, () => {
      socket.destroySoon()
    })
  }
  // Nothing is known of the socket that could not be accepted, but that it may still be told so.
  const refuse = (socket: Net.Socket) => {
    socket.on("error", () => undefined)
    socket.write(door.unrecognised.encode({ _tag: "Goodbye", at: 0, code: "internal-error", reason: clean("internal error") }))
    socket.destroySoon()
  }
  const guard = yield* makeGuard
  const server = Net.createServer({ allowHalfOpen: true }, guard("Accepting a connection", accept, refuse))
  const connect = Effect.acquireRelease(
    Effect.sync(() => {
      const [ours, theirs] = pair(config.maxUnheard, () => {
        open.delete(ours)
      })
      admit(ours, () => {
        ours.linger(config.closeGrace)
      })
      return theirs
    }),
    (connection) => connection.destroy
  )

  // The listen backlog holds connections that the system has let in and Node has
  // not: Node accepts one a turn of the event loop, and closing the port sends a
  // RST to the others (docs/adr/0005). Three turns without one mean that it is empty.
  const acceptTheRest = Effect.gen(function* () {
    const deadline = closedAt + acceptPatience
    let quietTurns = 0
    while (quietTurns < 3 && (yield* monotonicMillis) < deadline) {
      const before = arrived
      yield* endOfTurn
      quietTurns = arrived === before ? quietTurns + 1 : 0
    }
  })

  // Finalizers run in reverse, so this is the last: the port closes, and connections that no session took are told and closed.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      yield* acceptTheRest
      server.close()
      yield* Effect.forEach(
        open,
        (connection) => {
          connection.write(lastWords ?? "")
          return connection.close(config.closeGrace)
        },
        { concurrency: "unbounded", discard: true }
      )
    })
  )

  // The fibers that drain slow clients' outboxes; they outlive the sessions.
  const drains = yield* FiberSet.make<void>()
  const fork = yield* FiberSet.runtime(drains)()
  // Closing this set interrupts every session and waits for its goodbye.
  const sessions = yield* FiberSet.make<void>()

  const address = yield* listen(server, config)
  server.on("error", () => undefined)

  const serve = (connection: Connection) =>
    Effect.flatMap(session.serve(connection, door, (drain) => fork(drain)), (ended) => (ended instanceof Diverted ? ended.serve : Effect.void))
  const isTrusted = inRanges(config.trustProxy)
  // What a trusted proxy sends first is no client's: see docs/adr/0020.
  const introducedFirst = (connection: Connection) =>
    connection instanceof Tcp && isTrusted(connection.peer)
      ? Effect.flatMap(introduced(connection, config), (isSomebody) => (isSomebody ? serve(connection) : connection.close(config.closeGrace)))
      : serve(connection)

  const startSession = yield* FiberSet.runtime(sessions)()
  // The accept loop: starts all waiting sessions together, once the Hub has room for what they will be told.
  yield* Queue.takeBetween(accepted, 1, acceptAtOnce).pipe(
    Effect.zipLeft(hub.room),
    Effect.map((connections) => {
      for (const connection of connections) startSession(introducedFirst(connection))
    }),
    Effect.forever,
    Effect.onExit((exit) =>
      Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)
        ? Effect.zipRight(Effect.logFatal("The accept loop has failed", exit.cause), closing.fail("internal error"))
        : Effect.void
    ),
    Effect.forkScoped
  )

  // The first finalizer to run: the room is told once, and whoever connects from now on is told at the door.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      const { elsewhere, reason, restarts } = yield* closing.reason
      closedAt = yield* monotonicMillis
      lastWords = door.unrecognised.encode({ _tag: "Goodbye", at: yield* registry.now, code: closingCode({ elsewhere, restarts }), reason })
      yield* registry.close({ reason, elsewhere, restarts })
      // Slow clients that have left the room and still read what they were sent get no longer than those who are told now.
      for (const connection of open) if (!connection.writable) connection.linger(config.closeGrace)
      // Waits here once for the hand-over, so that not every session has to.
      yield* broadcaster.handedOver(yield* hub.place, config.farewellOrder)
    })
  )
  const host = config.socket === undefined ? config.host : address.address
  return Listener.of({
    host,
    ip: address.address,
    port: address.port,
    address: formatAddress(host, address.port),
    connect
  })
})

/** Listens as long as the layer's scope; fails with a `ListenError`. */
export const layer = Layer.scoped(Listener, make)
