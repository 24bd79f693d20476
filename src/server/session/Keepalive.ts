import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import { monotonicMillis } from "../../net/clock.ts"
import { endOfTurn } from "../chat/Hub.ts"
import { endSession } from "../chat/Peer.ts"
import { Registry } from "../chat/Registry.ts"
import { Unacknowledged } from "./Unacknowledged.ts"
import { rounds } from "../rounds.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { Slices } from "../slices.ts"

const nobody: ReadonlySet<string> = new Set()

const make = Effect.gen(function* () {
  const { goneAfter, keepalive, keepaliveEvery, stallTimeout } = yield* ServerConfig
  const registry = yield* Registry
  const unacknowledged = yield* Unacknowledged
  let lastRound = yield* monotonicMillis
  let resumed = -Infinity
  const round = Effect.gen(function* () {
    // Signs of life that have come by now are read first.
    yield* endOfTurn
    const connections = yield* registry.connections
    const unreachable = HashMap.isEmpty(connections) ? nobody : yield* unacknowledged.overdue
    const now = yield* monotonicMillis
    // A server whose event loop was blocked, or whose process was suspended, has read nothing and pinged nobody. Where its clients
    // were suspended too, they are pinged, and get as long to answer as any other client.
    const mayAnswer = goneAfter - keepalive
    if (now - lastRound > mayAnswer / 2) resumed = now
    const stoodStill = now - resumed < mayAnswer
    lastRound = now
    const never = Number.POSITIVE_INFINITY
    const patience = stoodStill ? { goneAfter: never, stallTimeout: never } : { goneAfter, stallTimeout }
    const times = { at: yield* registry.now, now, pingAfter: keepalive, unreachable, ...patience }
    const slices = new Slices()
    for (const { address, peer } of HashMap.values(connections)) {
      yield* slices.breath
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
 * no ping, there is the TCP keepalive of the system, and on Linux, where something
 * is on its way to them, what the system says of it (`Unacknowledged.ts`). Of
 * either, a client whose socket takes nothing of what waits for it is cut off.
 */
export const layer = Layer.scopedDiscard(make)
