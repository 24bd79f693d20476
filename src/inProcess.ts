import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Dial } from "./client/Dial.ts"
import { Server } from "./server/Server.ts"

/**
 * In-process transport: a {@link Dial} to the room that is open in this process,
 * without TCP. The host and port that a client asks for are ignored.
 *
 * @example
 * const program = Effect.gen(function* () {
 *   const ada = yield* ChatClient.connect({ host: "here", port: 0, nickname: "ada" })
 *   yield* ada.say("hello")
 * }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(inProcess, Server.layer({ port: 0 }))))
 */
export const inProcess: Layer.Layer<Dial, never, Server> = Layer.effect(
  Dial,
  Effect.map(Server, ({ connect }) => Dial.of({ dial: () => connect }))
)
