import * as Net from "node:net"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { formatAddress } from "../../net/address.ts"
import type { Connection } from "../../net/Connection.ts"
import { pair } from "../../net/pair.ts"
import { Tcp } from "../../net/Tcp.ts"
import { Admission } from "../session/Admission.ts"
import { Broadcaster } from "../delivery/Broadcaster.ts"
import { Closing } from "../Closing.ts"
import { ListenError } from "../Errors.ts"
import { endOfTurn, Hub } from "../chat/Hub.ts"
import { Registry } from "../chat/Registry.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { Session } from "../session/Session.ts"
import { PortDoor } from "./recognise.ts"

/** The open port. It does nothing but accept, hand over, and wait for room. */
export class Listener extends Context.Tag("brusio/Listener")<Listener, {
  /** What was asked to be listened on. */
  readonly host: string
  /** The address that this came to. */
  readonly ip: string
  /** The port that was taken, also when 0 was asked for. */
  readonly port: number
  /** `host:port`. */
  readonly address: string
  /** A connection to this room from within the process, past the port: one of its clients like any other. It is gone with its scope. */
  readonly connect: Effect.Effect<Connection, never, Scope.Scope>
}>() {}

/** How many accepted connections may wait for a handler; the rest is turned away. */
const acceptBacklog = 4096

/** How many are taken in at once: what they are told first finds room where the Hub is less than half full. */
const acceptAtOnce = 64

/** Until how long after the close has begun those who wait to be accepted are taken in, only to be told, ms. */
const acceptPatience = 1500

const listen = (server: Net.Server, host: string, port: number) =>
  Effect.async<Net.AddressInfo, ListenError>((resume) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      resume(Effect.fail(new ListenError({ code: error.code ?? error.message, host, port })))
    })
    server.listen({ host, port, backlog: acceptBacklog }, () => {
      const address = server.address()
      resume(
        address === null || typeof address === "string"
          ? Effect.dieMessage("A TCP server has an address and a port")
          : Effect.succeed(address)
      )
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
  // `dismiss` ends what is turned away, as soon as that has been told why.
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
  const server = Net.createServer({ allowHalfOpen: true }, (socket) => {
    const connection = new Tcp(socket, config)
    socket.once("close", () => open.delete(connection))
    admit(connection, () => {
      socket.destroySoon()
    })
  })
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

  // Those whom the system has let in already are waiting to be accepted, one a
  // turn of the event loop: a port that closes before resets them all.
  const acceptTheRest = Effect.gen(function* () {
    const deadline = closedAt + acceptPatience
    let quietTurns = 0
    while (quietTurns < 3 && (yield* Clock.currentTimeMillis) < deadline) {
      const before = arrived
      yield* endOfTurn
      quietTurns = arrived === before ? quietTurns + 1 : 0
    }
  })

  // Last of all: the port closes, and connections that no session took are told and closed.
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

  // Closing this set interrupts every session and waits for its goodbye.
  const drains = yield* FiberSet.make<void>()
  const fork = yield* FiberSet.runtime(drains)()
  const sessions = yield* FiberSet.make<void>()

  const address = yield* listen(server, config.host, config.port)
  server.on("error", () => undefined)

  const startSession = yield* FiberSet.runtime(sessions)()
  // Those who wait are taken in together, and while there is room for what they will be told.
  yield* Queue.takeBetween(accepted, 1, acceptAtOnce).pipe(
    Effect.zipLeft(hub.room),
    Effect.map((connections) => {
      for (const connection of connections) startSession(session.serve(connection, door, (drain) => fork(drain)))
    }),
    Effect.forever,
    Effect.onExit((exit) =>
      Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)
        ? Effect.zipRight(Effect.logFatal("The accept loop has failed", exit.cause), closing.fail("internal error"))
        : Effect.void
    ),
    Effect.forkScoped
  )

  // First of all: the room is told once; who comes from now on is told at the door.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      const { reason } = yield* closing.reason
      closedAt = yield* Clock.currentTimeMillis
      lastWords = door.unrecognised.encode({ _tag: "Goodbye", at: closedAt, code: "closing", reason })
      yield* registry.submit({ _tag: "Close", reason })
      // Who is gone for the room and still reads on has no longer than those who are told now.
      for (const connection of open) if (!connection.writable) connection.linger(config.closeGrace)
      // Here once, so that not every session has to.
      yield* broadcaster.handedOver(yield* hub.place, config.farewellOrder)
    })
  )
  return Listener.of({
    host: config.host,
    ip: address.address,
    port: address.port,
    address: formatAddress(config.host, address.port),
    connect
  })
})

export const layer = Layer.scoped(Listener, make)
