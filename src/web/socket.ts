import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { ConnectionLost } from "../net/Errors.ts"

/** The close code of a side that has nothing more to say (RFC 6455, 7.4.1). */
export const normal = 1000

/** The status of an answer to somebody for whom there is no place. */
const noPlace = 503

const refused = new ConnectionLost({ code: "ECONNREFUSED" })

// A page is not told why its WebSocket was not opened: it asks once more, by a request whose answer it can read.
const whyNot = Effect.tryPromise(async (signal) => {
  const answer = await fetch("/ready", { cache: "no-store", signal })
  return { status: answer.status, words: (await answer.text()).trim() }
}).pipe(
  Effect.map(({ status, words }) => (status === noPlace ? new ConnectionLost({ code: "no-answer", reason: words }) : refused)),
  Effect.catchAll(() => Effect.succeed(refused))
)

/** A WebSocket to the server that the page came from, closed with the scope. `opened` makes what is wanted of it before anything can have come. */
export const openSocket = <A>(path: string, opened: (socket: WebSocket) => A): Effect.Effect<A, ConnectionLost, Scope> =>
  Effect.acquireRelease(
    Effect.async<{ readonly socket: WebSocket; readonly made: A }, ConnectionLost>((resume) => {
      const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`)
      const failed = () => {
        resume(Effect.flatMap(whyNot, Effect.fail))
      }
      socket.addEventListener("close", failed)
      socket.addEventListener("open", () => {
        socket.removeEventListener("close", failed)
        resume(Effect.succeed({ socket, made: opened(socket) }))
      })
      return Effect.sync(() => {
        socket.close()
      })
    }),
    ({ socket }) =>
      Effect.sync(() => {
        socket.close(normal)
      })
  ).pipe(Effect.map(({ made }) => made))
