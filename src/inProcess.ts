import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Dial } from "./client/Dial.ts"
import { Server } from "./server/Server.ts"

/**
 * Reaches a room that is open in this process, without TCP: whatever host and
 * port a client asks for, it is that room.
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
