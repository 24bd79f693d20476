/** The public interface of a server, for programs that embed one. */
import type * as Layer from "effect/Layer"
import type { ListenError } from "./Errors.ts"
import * as Composed from "./Server.ts"
import type { ServerOptions } from "./ServerConfig.ts"

export { Server } from "./Server.ts"

/**
 * A room, open as long as the layer's scope; what is not given has its default.
 *
 * @example
 * const program = Effect.gen(function* () {
 *   const room = yield* Server.Server
 *   yield* Effect.log(`Listening on port ${room.port}`)
 *   yield* Stream.runForEach(room.events(1024), ({ event }) => Effect.log(event._tag))
 * }).pipe(Effect.provide(Server.layer({ port: 0 })))
 */
export const layer: (options?: Partial<ServerOptions>) => Layer.Layer<Composed.Server, ListenError> = Composed.layer
