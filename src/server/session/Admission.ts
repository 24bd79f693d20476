import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { LeaveCode } from "../../domain/LeaveCode.ts"
import type { Connection } from "../../net/Connection.ts"
import { CutOff } from "../../net/Errors.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { rounds } from "../rounds.ts"
import { ServerConfig } from "../ServerConfig.ts"
import * as Tally from "../Tally.ts"
import * as Visitors from "../Visitors.ts"
import { Addresses } from "./Addresses.ts"
import { Nameless } from "./Nameless.ts"

/** Why a connection gets no place: a code for programs, and words for people. */
export interface Full {
  readonly code: LeaveCode
  readonly reason: string
}

/** Admission control: who has a place. Places are limited in all, for each address, and for clients without a name. */
export class Admission extends Context.Tag("brusio/Admission")<Admission, {
  /** Takes a place, which has to be given back with `leave`; or says why there is none. */
  readonly enter: (connection: Connection) => Effect.Effect<Full | undefined>
  /** The connection has tried to come in, which keeps its place for a while longer; that it sends bytes does not. */
  readonly unsafeAttempted: (connection: Connection) => void
  /** The connection has a name from now on: the limits for nameless ones no longer concern it. */
  readonly named: (connection: Connection) => Effect.Effect<void>
  /**
   * The connection speaks HTTP, so that it may only be looking at the page: it gives its place back meanwhile, but for being
   * nameless. Where too many do so already, it keeps its place.
   */
  readonly visits: (connection: Connection) => Effect.Effect<void>
  /** A connection of which {@link visits} was said is to be a client after all: it takes a place, or this says why there is none. */
  readonly unsafeComesIn: (connection: Connection, now: number) => Full | undefined
  /** Gives the place of the connection back. */
  readonly leave: (connection: Connection) => Effect.Effect<void>
  /** Counts a connection that was turned away without `enter`, for the log. */
  readonly unsafeTurnedAway: () => void
}>() {}

const make = Effect.gen(function* () {
  const { maxClients, maxClientsPerAddress, maxNameless, maxTurnedAway, nameTimeout, password } = yield* ServerConfig
  const addresses = yield* Addresses
  const tally = yield* Tally.Tally
  const missing = password === undefined ? "no name" : "no name or no password"
  // The nameless connections, and when each came, ms; the oldest first.
  const since = new Map<Connection, number>()
  // The same, in the order in which they make room for others.
  const nameless = new Nameless<Connection>()
  const visitors = yield* Visitors.Visitors
  // They are among the connections beyond the limits, of which others need the rest.
  const mostVisitors = Math.floor(maxTurnedAway / 2)
  let clients = 0
  let turnedAway = 0

  // At most one line of log a second, however many are turned away.
  const report = Effect.suspend(() => {
    const count = turnedAway
    turnedAway = 0
    return count === 0 ? Effect.void : Effect.logWarning(`Turned away, as there was no room: ${count} in the last second`)
  })
  yield* rounds("turned away", report, "1 second")

  const forget = (connection: Connection) => {
    since.delete(connection)
    nameless.delete(connection)
  }
  const sendAway = (connection: Connection, code: LeaveCode, reason: string) => {
    forget(connection)
    connection.stopReading(new CutOff({ code, reason }))
  }
  const impatience = Effect.map(monotonicMillis, (now) => {
    for (const [connection, then] of since) {
      if (now - then < nameTimeout) return
      sendAway(connection, "no-name", `${missing} was given in time (${Math.round(nameTimeout / 1000)} s)`)
    }
  })
  yield* rounds("name timeout", impatience, Math.min(nameTimeout, 1000))

  const turnAway = () => {
    turnedAway += 1
    tally.turnedAway += 1
  }
  const full = (reason: string): Full => {
    turnAway()
    return { code: "full", reason }
  }
  const whyFull = (connection: Connection, now: number): Full | undefined => {
    const address = addresses.unsafeOf(connection, now)
    if (clients >= maxClients) return full(`the room is full (${maxClients} at most): try again later`)
    if (address.clients >= maxClientsPerAddress) return full(`too many come from your address (${maxClientsPerAddress} at most): try again later`)
    return undefined
  }
  const enter = (connection: Connection, now: number): Full | undefined => {
    const full = whyFull(connection, now)
    if (full !== undefined) return full
    clients += 1
    addresses.unsafeEnter(connection, now)
    since.set(connection, now)
    nameless.add(connection, addresses.unsafeOf(connection, now).key)
    const { first } = nameless
    if (nameless.size > maxNameless && first !== undefined) sendAway(first, "full", `others wait for your place, and you have given ${missing}`)
    return undefined
  }
  const giveBack = (connection: Connection, now: number) => {
    clients -= 1
    addresses.unsafeLeave(connection, now)
  }
  const visits = (connection: Connection, now: number) => {
    if (visitors.size >= mostVisitors) return
    visitors.add(connection)
    giveBack(connection, now)
  }
  const comesIn = (connection: Connection, now: number): Full | undefined => {
    if (!visitors.has(connection)) return undefined
    const full = whyFull(connection, now)
    if (full !== undefined) return full
    visitors.delete(connection)
    clients += 1
    addresses.unsafeEnter(connection, now)
    return undefined
  }
  const leave = (connection: Connection, now: number) => {
    if (!visitors.delete(connection)) giveBack(connection, now)
    forget(connection)
  }
  return Admission.of({
    enter: (connection) => Effect.map(monotonicMillis, (now) => enter(connection, now)),
    unsafeAttempted: (connection) => {
      nameless.attempted(connection)
    },
    named: (connection) =>
      Effect.sync(() => {
        forget(connection)
      }),
    visits: (connection) =>
      Effect.map(monotonicMillis, (now) => {
        visits(connection, now)
      }),
    unsafeComesIn: comesIn,
    leave: (connection) =>
      Effect.map(monotonicMillis, (now) => {
        leave(connection, now)
      }),
    unsafeTurnedAway: turnAway
  })
})

/** All places are free. */
export const layer = Layer.scoped(Admission, make).pipe(Layer.provideMerge(Visitors.layer), Layer.provideMerge(Tally.layer))
