import * as Net from "node:net"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { Peer } from "./Peer.ts"

/** A bare TCP server, whose side of each connection is the test's own. */
export interface FakeServer {
  readonly port: number
  /** The next one who connects. */
  readonly accept: Effect.Effect<Peer>
}

/** Listens on a free port; it and its connections are gone with the scope. */
export const fakeServer: Effect.Effect<FakeServer, never, Scope.Scope> = Effect.gen(function* () {
  const accepted = yield* Queue.unbounded<Peer>()
  const sockets = new Set<Net.Socket>()
  const server = Net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    Queue.unsafeOffer(accepted, new Peer(socket))
  })
  yield* Effect.acquireRelease(
    Effect.async<void>((resume) => {
      server.listen({ host: "127.0.0.1", port: 0 }, () => {
        resume(Effect.void)
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  const address = server.address()
  if (address === null || typeof address === "string") return yield* Effect.dieMessage("A TCP server has a port")
  return { port: address.port, accept: Queue.take(accepted) }
})
