import type * as Net from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Lets a server listen on a free port of the loopback, which this is, until the scope closes. */
export const listening = (server: Net.Server): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function* () {
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen({ host: "127.0.0.1", port: 0 }, () => {
          resume(Effect.void)
        })
      }),
      () =>
        Effect.sync(() => {
          server.close()
        })
    )
    const address = server.address()
    if (address === null || typeof address === "string") return yield* Effect.dieMessage("A TCP server has a port")
    return address.port
  })
