import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { Registry } from "./Registry.ts"
import { ServerConfig } from "./ServerConfig.ts"

const make = Effect.gen(function* () {
  const { goneAfter, keepaliveEvery, pingAfter } = yield* ServerConfig
  const registry = yield* Registry
  const round = Effect.gen(function* () {
    const at = yield* Clock.currentTimeMillis
    const { clients } = yield* registry.chat
    for (const { address, peer } of HashMap.values(clients)) {
      yield* Effect.catchAllCause(
        Effect.sync(() => {
          peer.keepAlive({ at, pingAfter, goneAfter })
        }),
        (cause) => Effect.logError(`The sign of life of ${address} has failed`, cause)
      )
    }
  })
  yield* Effect.forkScoped(Effect.repeat(round, Schedule.spaced(keepaliveEvery)))
})

/**
 * One timer for all clients: a native one that is silent is asked for a sign of
 * life, and is gone when it gives none. Of the others the system asks.
 */
export const layer = Layer.scopedDiscard(make)
