import * as Layer from "effect/Layer"
import { Engine } from "../../../src/server/cluster/Engine.ts"
import * as Replicated from "../../../src/server/cluster/replicated.ts"
import * as Server from "../../../src/server/Server.ts"
import type { ServerOptions } from "../../../src/server/ServerConfig.ts"
import { open } from "../../support/room.ts"

/** A node in this process, on this engine, without a rate limit. */
export const nodeOn = (engine: Engine["Type"], name: string, config: Partial<ServerOptions> = {}) =>
  open(
    Server.port.pipe(
      Layer.provideMerge(Server.coreWith({ port: 0, rateLimit: undefined, ...config }, Replicated.layer(name).pipe(Layer.provide(Layer.succeed(Engine, engine)))))
    )
  )
