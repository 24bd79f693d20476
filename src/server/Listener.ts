import * as Net from "node:net"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { Connection, formatAddress } from "../net/Connection.ts"
import { Broadcaster } from "./Broadcaster.ts"
import { Closing } from "./Closing.ts"
import { plain } from "./dialect/plain.ts"
import { ListenError } from "./Errors.ts"
import { Hub } from "./Hub.ts"
import { Registry } from "./Registry.ts"
import { ServerConfig } from "./ServerConfig.ts"
import { Session } from "./Session.ts"

/** The open port. It does nothing but accept, hand over, and wait for room. */
export interface Listener {
  readonly host: string
  /** The port that was taken, also when 0 was asked for. */
  readonly port: number
  /** `host:port`. */
  readonly address: string
}

export const Listener = Context.GenericTag<Listener>("brusio/Listener")

/** How many accepted connections may wait for a handler; the rest is turned away. */
const acceptBacklog = 4096

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
  const closing = yield* Closing
  const broadcaster = yield* Broadcaster
  const hub = yield* Hub
  const registry = yield* Registry
  const session = yield* Session

  const accepted = yield* Queue.dropping<Connection>(acceptBacklog)
  const open = new Set<Connection>()
  const server = Net.createServer({ allowHalfOpen: true }, (socket) => {
    const connection = new Connection(socket)
    open.add(connection)
    socket.once("close", () => open.delete(connection))
    if (!accepted.unsafeOffer(connection)) {
      connection.write("The server is busy: try again in a moment.\n")
      socket.destroySoon()
    }
  })

  // Last of all: connections that no session took, told and then closed.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      const { reason } = yield* closing.reason
      const at = yield* Clock.currentTimeMillis
      yield* Effect.forEach(
        open,
        (connection) => {
          connection.write(plain.encode({ _tag: "Goodbye", at, code: "closing", reason }))
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

  yield* Queue.take(accepted).pipe(
    Effect.zipLeft(hub.room),
    Effect.flatMap((connection) => FiberSet.run(sessions, session.serve(connection, (drain) => fork(drain)))),
    Effect.forever,
    Effect.onExit((exit) =>
      Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)
        ? Effect.zipRight(Effect.logFatal("The accept loop has failed", exit.cause), closing.fail("internal error"))
        : Effect.void
    ),
    Effect.forkScoped
  )

  // First of all: nobody comes in any more, and the room is told once.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      server.close()
      const { reason } = yield* closing.reason
      const seq = yield* registry.close(reason)
      // Here once, so that not every session has to.
      yield* broadcaster.handedOver(seq, config.farewellOrder)
    })
  )
  return Listener.of({
    host: config.host,
    port: address.port,
    address: formatAddress(config.host, address.port)
  })
})

export const layer = Layer.scoped(Listener, make)
