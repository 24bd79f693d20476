import * as Net from "node:net"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { listening } from "./listening.ts"
import { Peer } from "./Peer.ts"

/** A bare TCP server: the test plays its side of each connection. */
export interface FakeServer {
  readonly port: number
  /** The next connection. */
  readonly accept: Effect.Effect<Peer>
}

/** A server on a free port; it and its connections are closed with the scope. */
export const fakeServer: Effect.Effect<FakeServer, never, Scope.Scope> = Effect.gen(function* () {
  const accepted = yield* Queue.unbounded<Peer>()
  const sockets = new Set<Net.Socket>()
  const server = Net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    Queue.unsafeOffer(accepted, new Peer(socket))
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
    })
  )
  return { port: yield* listening(server), accept: Queue.take(accepted) }
})
