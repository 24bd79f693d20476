// A room inside a program that has an HTTP server of its own: GET /who, POST /announce.
import { createServer, type IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import { Server } from "brusio/server"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"

interface Answer {
  readonly status: number
  readonly body: string
}

const answer = (request: IncomingMessage) =>
  Effect.gen(function* () {
    const room = yield* Server.Server
    switch (`${request.method ?? ""} ${request.url ?? ""}`) {
      case "GET /who":
        return { status: 200, body: JSON.stringify((yield* room.who).map(({ name }) => name)) }
      case "POST /announce":
        yield* room.announce(yield* Effect.promise(() => text(request)))
        return { status: 204, body: "" }
      default:
        return { status: 404, body: "" }
    }
  })

const http = Effect.gen(function* () {
  const run = Runtime.runPromise(yield* Effect.runtime<Server.Server>())
  const respond = (request: IncomingMessage): Promise<Answer> => run(answer(request))
  return yield* Effect.acquireRelease(
    Effect.async<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        void respond(request).then(({ body, status }) => response.writeHead(status).end(body))
      })
      server.listen(0, "127.0.0.1", () => {
        resume(Effect.succeed(server))
      })
    }),
    (server) => Effect.sync(() => server.close())
  )
})

const program = Effect.gen(function* () {
  const room = yield* Server.Server
  const address = (yield* http).address()
  yield* Console.log(JSON.stringify({ room: room.port, http: typeof address === "object" ? address?.port : address }))
  // Whoever ends this program ends the room, and everybody in it is told.
  yield* Effect.async<void>((resume) => {
    process.once("SIGTERM", () => {
      resume(Effect.void)
    })
  })
  yield* room.close("the program is over")
})

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(Server.layer({ port: 0 }))))
