import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { retransmittedTo, SocketTables } from "../../net/SocketTables.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { ServerConfig } from "../ServerConfig.ts"

/**
 * Notices a cut cable by what is not acknowledged: the TCP keepalive of the
 * system probes only a connection on which nothing is on its way, so that one to
 * whom others talk is given up only after a quarter of an hour.
 */
export class Unacknowledged extends Context.Tag("brusio/Unacknowledged")<Unacknowledged, {
  /** The `host:port` of all peers that have acknowledged nothing for `unacknowledgedFor` ms, while something is on its way. */
  readonly overdue: Effect.Effect<ReadonlySet<string>>
}>() {}

const make = Effect.gen(function* () {
  const { unacknowledgedFor } = yield* ServerConfig
  const tables = yield* SocketTables
  let since: ReadonlyMap<string, number> = new Map()
  return Unacknowledged.of({
    overdue: Effect.gen(function* () {
      const now = yield* monotonicMillis
      const before = since
      since = new Map(retransmittedTo(yield* tables).map((address) => [address, before.get(address) ?? now]))
      return new Set(Array.from(since).flatMap(([address, first]) => (now - first >= unacknowledgedFor ? [address] : [])))
    })
  })
})

/** Nothing has been looked at yet. */
export const layer = Layer.effect(Unacknowledged, make)
