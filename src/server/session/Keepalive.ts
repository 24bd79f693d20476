import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import { monotonicMillis } from "../clock.ts"
import { endOfTurn } from "../chat/Hub.ts"
import { endSession } from "../chat/Peer.ts"
import { Registry } from "../chat/Registry.ts"
import { rounds } from "../rounds.ts"
import { ServerConfig } from "../ServerConfig.ts"

const make = Effect.gen(function* () {
  const { goneAfter, keepalive, keepaliveEvery } = yield* ServerConfig
  const registry = yield* Registry
  let lastRound = yield* monotonicMillis
  const round = Effect.gen(function* () {
    // Signs of life that have come by now are read first.
    yield* endOfTurn
    const now = yield* monotonicMillis
    // A server that was blocked or suspended has read nothing and pinged nobody: in this round all are pinged, and none is given up.
    const stoodStill = now - lastRound > 2 * keepaliveEvery
    lastRound = now
    const times = { at: yield* registry.now, pingAfter: keepalive, goneAfter: stoodStill ? Number.POSITIVE_INFINITY : goneAfter }
    for (const { address, peer } of HashMap.values(yield* registry.connections)) {
      yield* Effect.catchAllCause(
        Effect.sync(() => {
          peer.keepAlive(times)
        }),
        (cause) =>
          Effect.zipRight(
            Effect.logError(`To ask ${address} for a sign of life has failed`, cause),
            endSession(peer)
          )
      )
    }
  })
  yield* rounds("keepalive", round, keepaliveEvery)
})

/**
 * The heartbeat, one timer for all clients: a silent native client is pinged, and
 * its session ends when it gives no sign of life. For plain clients, which know
 * no ping, there is the TCP keepalive of the system.
 */
export const layer = Layer.scopedDiscard(make)
