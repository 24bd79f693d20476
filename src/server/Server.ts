import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Admission from "./session/Admission.ts"
import * as Broadcaster from "./delivery/Broadcaster.ts"
import * as Closing from "./Closing.ts"
import * as Hub from "./chat/Hub.ts"
import * as Keepalive from "./session/Keepalive.ts"
import * as Listener from "./door/Listener.ts"
import * as Registry from "./chat/Registry.ts"
import * as ServerConfig from "./ServerConfig.ts"
import * as Session from "./session/Session.ts"

/** A room that is open. It closes with its scope, and everybody in it is told. */
export class Server extends Context.Tag("brusio/Server")<Server, Listener.Listener["Type"] & {
  /** Asks for the close, with the reason its clients are told; whoever holds the scope then closes it. */
  readonly close: (reason: string) => Effect.Effect<void>
  /** The same, for a fault: whoever runs the server then ends with an error. */
  readonly fail: (reason: string) => Effect.Effect<void>
  /** Waits until the close is asked for, or something inside has failed for good. */
  readonly closing: Effect.Effect<Closing.ClosingReason>
}>() {}

const make = Effect.gen(function* () {
  const listener = yield* Listener.Listener
  const closing = yield* Closing.Closing
  return Server.of({ ...listener, close: closing.request, fail: closing.fail, closing: closing.requested })
})

/** All that a room is made of, but for the open port: what observes the room is put between the two. */
export const core = (config: Partial<ServerConfig.ServerOptions> = {}) =>
  Session.layer.pipe(
    Layer.provideMerge(Broadcaster.layer),
    Layer.provideMerge(Admission.layer),
    Layer.provideMerge(Registry.layer),
    Layer.provideMerge(Hub.layer),
    Layer.provideMerge(Closing.layer),
    Layer.provideMerge(ServerConfig.layer(config))
  )

/** The open port, on top of the {@link core}. */
export const port = Layer.effect(Server, make).pipe(Layer.provideMerge(Listener.layer), Layer.provideMerge(Keepalive.layer))

/**
 * A room, open as long as the layer's scope.
 *
 * @example
 * const program = Effect.gen(function* () {
 *   const { port } = yield* Server
 *   yield* Effect.log(`Listening on port ${port}`)
 *   yield* Effect.never
 * }).pipe(Effect.provide(layer({ port: 0 })))
 */
export const layer = (config: Partial<ServerConfig.ServerOptions> = {}) => port.pipe(Layer.provideMerge(core(config)))
