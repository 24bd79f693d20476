import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { monotonicMillis } from "../clock.ts"
import { endOfTurn } from "../chat/Hub.ts"
import { Registry } from "../chat/Registry.ts"
import { ServerConfig } from "../ServerConfig.ts"

const make = Effect.gen(function* () {
  const { goneAfter, keepalive, keepaliveEvery } = yield* ServerConfig
  const registry = yield* Registry
  let lastRound = yield* monotonicMillis
  const round = Effect.gen(function* () {
    // What has come by now is read first.
    yield* endOfTurn
    const now = yield* monotonicMillis
    // A server that stood still has heard nobody and asked nobody: all are asked before any is given up.
    const stoodStill = now - lastRound > 2 * keepaliveEvery
    lastRound = now
    const times = { at: yield* Clock.currentTimeMillis, pingAfter: keepalive, goneAfter: stoodStill ? Number.POSITIVE_INFINITY : goneAfter }
    for (const { address, peer } of HashMap.values(yield* registry.connections)) {
      yield* Effect.catchAllCause(
        Effect.sync(() => {
          peer.keepAlive(times)
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
