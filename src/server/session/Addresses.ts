import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Connection } from "../../net/Connection.ts"
import type { ReadError } from "../../net/Errors.ts"
import { monotonicMillis, nanosPerMilli } from "../../net/clock.ts"
import { makeGuard } from "../guard.ts"
import { ServerConfig } from "../ServerConfig.ts"
import { after, type Wait } from "../../net/Wait.ts"
import * as Tally from "../Tally.ts"
import { Bucket } from "./Bucket.ts"
import { levelOf } from "./FairQueue.ts"
import { neighbourhood } from "./neighbourhood.ts"
import { Shaper } from "./Shaper.ts"
import { TtlMap } from "./TtlMap.ts"

/** What is known of an address that clients come from, see docs/adr/0015. */
export class Address {
  /** The address, or its prefix, see `neighbourhood`. */
  readonly key: string
  /** How many of its clients have a place. */
  clients = 0
  /** The token bucket of all messages of its clients, and who of them waits for it; absent without a rate limit. */
  readonly messages: Shaper | undefined
  /** The token bucket of its connections; absent without a rate limit. */
  readonly arrivals: Bucket | undefined

  constructor(key: string, messages?: Shaper, arrivals?: Bucket) {
    this.key = key
    this.messages = messages
    this.arrivals = arrivals
  }
}

/** How many messages a connection counts for: so much work it is to let somebody in and out. */
const arrivalWeight = 1

/** Where connections wait among their neighbours' messages: before all floods, and behind who says little. */
const arrivalLevel = levelOf(512)

/**
 * How long an address is remembered after its last client has left, ms, so that a
 * reconnect brings no new allowance; and how many such addresses at most.
 */
const memory = { keptFor: 60_000, most: 10_000 }

/** The addresses that clients come from, and the allowance that the clients of one address share. */
export class Addresses extends Context.Tag("brusio/Addresses")<Addresses, {
  /** The address of a connection. */
  readonly unsafeOf: (connection: Connection, now: number) => Address
  /** Counts a client of the address until it leaves. */
  readonly unsafeEnter: (connection: Connection, now: number) => void
  /** The client of the address has left. */
  readonly unsafeLeave: (connection: Connection, now: number) => void
  /** Waits until the address may have one connection more. Fails at once when nothing more can come of the connection. */
  readonly turn: (connection: Connection) => Effect.Effect<void, ReadError>
}>() {}

const make = Effect.gen(function* () {
  const { addressRateBurst, addressRateLimit, connectRateBurst, connectRateLimit, rateLimit } = yield* ServerConfig
  const clock = yield* Effect.clock
  const guard = yield* makeGuard
  const tally = yield* Tally.Tally
  const timer = {
    now: () => Number(clock.unsafeCurrentTimeNanos()) / nanosPerMilli,
    after: (ms: number, then: () => void) => after(ms)(guard("The turn of an address", then))
  }
  const known = new TtlMap((key, now) => {
    if (rateLimit === undefined) return new Address(key)
    return new Address(
      key,
      new Shaper({ perSecond: addressRateLimit, burst: addressRateBurst }, timer),
      new Bucket({ perSecond: connectRateLimit, burst: connectRateBurst }, now)
    )
  }, memory)

  const turn = Effect.fnUntraced(function* (connection: Connection) {
    const now = yield* monotonicMillis
    const { arrivals, messages } = known.use(neighbourhood(connection.host), now)
    if (arrivals === undefined || messages === undefined) return
    const attend = (wait: Wait) => {
      tally.throttled.connections += 1
      // Who goes before its turn gives the turn to the next.
      return Effect.tapError(connection.attend(wait), () =>
        Effect.sync(() => {
          arrivals.giveBack(1)
        })
      )
    }
    const wait = arrivals.take(1, now)
    if (wait > 0) yield* attend(after(wait))
    if (!messages.take(arrivalWeight)) yield* attend(messages.wait(arrivalWeight, arrivalLevel))
  })

  return Addresses.of({
    unsafeOf: (connection, now) => known.use(neighbourhood(connection.host), now),
    unsafeEnter: (connection, now) => {
      known.hold(neighbourhood(connection.host), now).clients += 1
    },
    unsafeLeave: (connection, now) => {
      const key = neighbourhood(connection.host)
      known.use(key, now).clients -= 1
      known.release(key, now)
    },
    turn
  })
})

/** Addresses of which nothing is known yet. */
export const layer = Layer.effect(Addresses, make).pipe(Layer.provideMerge(Tally.layer))
