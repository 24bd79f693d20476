/** The public interface of a room that several servers share, for programs that embed one. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ListenError } from "../Errors.ts"
import * as Composed from "../Server.ts"
import type { ServerOptions } from "../ServerConfig.ts"
import type { NodeRefused } from "./ended.ts"
import { Engine } from "./Engine.ts"
import * as Replicated from "./replicated.ts"

export { layer as nats } from "./nats.ts"

/**
 * A server of a room that others share, open as long as the layer's scope; it opens once the others have taken it in. `node`: how
 * people call it, other than all others. What comes over the engine has to be the same for all servers of a room.
 *
 * @example
 * const room = Cluster.layer("berlin", { port: 25565 }).pipe(
 *   Layer.provide(Cluster.nats({ servers: ["nats://127.0.0.1:4222"], cluster: "brusio" }))
 * )
 */
export const layer = (node: string, options: Partial<ServerOptions> = {}): Layer.Layer<Composed.Server, ListenError | NodeRefused, Engine> =>
  Layer.unwrapEffect(
    Effect.map(Engine, (engine) => Composed.port.pipe(Layer.provide(Composed.coreWith(options, Replicated.layer(node).pipe(Layer.provide(Layer.succeed(Engine, engine)))))))
  )
