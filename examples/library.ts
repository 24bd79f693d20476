// A room and two people in it, all in one program.
import { ChatClient, render, TcpDial } from "brusio/client"
import { Server } from "brusio/server"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

const program = Effect.gen(function* () {
  // The room is open as long as its scope. Port 0 takes a free one.
  const room = yield* Scope.make()
  const services = yield* Layer.buildWithScope(Server.layer({ port: 0 }), room)
  const { close, port } = Context.get(services, Server.Server)

  // Each is in the room as long as the scope it is connected in: here the program's.
  const ada = yield* ChatClient.connect({ host: "127.0.0.1", port, nickname: "ada" })
  const bob = yield* ChatClient.connect({ host: "127.0.0.1", port, nickname: "bob" })

  // What bob is told is data; `render` puts it in words. It ends with the server's goodbye.
  const listening = yield* Effect.fork(
    Stream.runForEach(bob.events, (event) => Console.log(render.render(event, bob.welcome.you)))
  )

  // Ada's own line comes back to her as the receipt: then everybody has it.
  yield* ada.say("Hello, Bob!")
  yield* ada.settled

  // However the scope closes, everybody is told; the reason is ours.
  yield* close("the example is over")
  yield* Scope.close(room, Exit.void)
  yield* Fiber.join(listening)
})

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(TcpDial.layer)))
