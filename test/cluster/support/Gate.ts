import * as Net from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A way to an engine that a test can close: what goes through it then arrives nowhere, or the connections are reset. */
export interface Gate {
  readonly url: string
  /** Ends all connections, and refuses new ones. */
  readonly cut: Effect.Effect<void>
  /** Lets nothing through any more, and says nothing. */
  readonly hush: Effect.Effect<void>
  /** Lets connections through again; those that were hushed go on. */
  readonly mend: Effect.Effect<void>
}

/** A gate before this port, as long as the scope. */
export const gate = (target: number): Effect.Effect<Gate, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Net.Socket>()
    let is: "open" | "cut" | "hushed" = "open"
    const each = (work: (socket: Net.Socket) => void) => {
      for (const socket of sockets) work(socket)
    }
    const server = Net.createServer((near) => {
      if (is === "cut") {
        near.destroy()
        return
      }
      const far = Net.connect(target, "127.0.0.1")
      for (const [one, other] of [[near, far], [far, near]] as const) {
        sockets.add(one)
        if (is === "hushed") one.pause()
        one.on("data", (bytes) => {
          if (!other.write(bytes)) one.pause()
        })
        one.on("drain", () => {
          if (is === "open") other.resume()
        })
        one.on("error", () => undefined)
        one.on("close", () => {
          sockets.delete(one)
          other.destroy()
        })
      }
    })
    const port = yield* Effect.acquireRelease(
      Effect.async<number>((resume) => {
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
        })
      }),
      () =>
        Effect.sync(() => {
          server.close()
          each((socket) => socket.destroy())
        })
    )
    return {
      url: `nats://127.0.0.1:${port}`,
      cut: Effect.sync(() => {
        is = "cut"
        each((socket) => socket.destroy())
      }),
      hush: Effect.sync(() => {
        is = "hushed"
        each((socket) => socket.pause())
      }),
      mend: Effect.sync(() => {
        is = "open"
        each((socket) => socket.resume())
      })
    }
  })
