import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { sequential } from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Goodbye } from "../domain/Event.ts"
import { monotonicMillis } from "../net/clock.ts"
import type { Connection } from "../net/Connection.ts"
import { ConnectionLost, type ReadError } from "../net/Errors.ts"
import { Dial, untrusted } from "./Dial.ts"
import type { Link } from "./Link.ts"

/** Backoff with full jitter: each try comes after a random part of a wait, ms, that grows from the first to the longest; so not all come back at once. */
const waits = { first: 250, second: 500, longest: 15_000 } as const

/** How long a server has at least for its answer, ms, also where the time to come back is nearly over. */
const shortest = 500

/** After so long over one connection the backoff begins anew, ms: until then, one that is cut again and again is tried less and less often. */
const calmFor = 30_000

/** For how long at least a client that comes back by itself tries to come back to a server that is started again, ms, unless it is told otherwise. */
const restartWithin = 120_000

const waitBefore = (tries: number): number => (tries === 0 ? waits.first : Math.min(waits.second * 2 ** (tries - 1), waits.longest))

/** Waits for the next try, ms; `why` is what the server said to the last one, or at the loss, such as that the room is full. */
export type Pause = (wait: number, why: string | undefined) => Effect.Effect<void>

interface Where {
  readonly host: string
  readonly port: number
  readonly nickname: string
  readonly patience?: number
  readonly reconnect?: number
  readonly afterRestart?: number
  readonly pause?: Pause
}

/** A client that comes back by itself. */
interface Returning {
  /** Receives over this connection, or without one over the first that there is, and over another one whenever it is lost; ends after a goodbye for good, and fails when the last try has. */
  readonly from: (connection: Connection | undefined, receive: (connection: Connection) => Effect.Effect<Goodbye, ReadError>) => Effect.Effect<void, ReadError>
  /** When the connection was lost, ms since 1970, each time. */
  readonly losses: Stream.Stream<number>
  /** Ends the tries to come back. */
  readonly giveUp: Effect.Effect<void>
}

/** Brings a client back over this link, for as long as its options say. */
export const makeReturning = (link: Link, { host, nickname, patience = 10_000, pause = Effect.sleep, port, reconnect = 0, afterRestart = Math.max(reconnect, restartWithin) }: Where): Effect.Effect<Returning, never, Dial | Scope.Scope> =>
  Effect.gen(function* () {
    const { dial } = yield* Dial
    // Closed after the goodbye, which is a finalizer that is added later.
    const scope = yield* Scope.fork(yield* Effect.scope, sequential)
    const losses = yield* Mailbox.make<number>({ capacity: 16, strategy: "sliding" })
    const over = yield* Deferred.make<never, ReadError>()
    // The scope of the connection that there is; the first one has the client's.
    let current: Scope.CloseableScope | undefined
    let tries = 0

    // Dials, and says hello; who does not answer in time, or when the monotonic time is past `until`, is not waited for.
    const attempt = (until: number) => Effect.gen(function* () {
      const patient = Math.min(patience, Math.max(shortest, until - (yield* monotonicMillis)))
      if (current !== undefined) yield* Scope.close(current, Exit.void)
      const mine = yield* Scope.fork(scope, sequential)
      current = mine
      const connection = yield* dial(host, port).pipe(
        Scope.extend(mine),
        Effect.timeoutFail({ duration: patient, onTimeout: () => new ConnectionLost({ code: "ETIMEDOUT" }) })
      )
      link.over(connection, nickname)
      yield* Effect.suspend(() => (link.connection === undefined ? connection.destroy : Effect.void)).pipe(Effect.delay(patient), Effect.forkIn(mine))
      return connection
    })

    // One connection after another, until one is there, or the monotonic time is past `until`. `said` are the words of the server that ended the last one.
    const again = (until: number, said: string | undefined): Effect.Effect<Connection, ReadError> =>
      Effect.gen(function* () {
        let why = said
        for (;;) {
          const left = until - (yield* monotonicMillis)
          const asked = link.refused?.wait ?? 0
          // The last try is made when the time to come back ends, not where the backoff would first pass its end, which may be at once.
          const wait = Math.max(Math.min((yield* Random.next) * waitBefore(tries), left), asked)
          tries += 1
          if (left <= 0 || asked > left) return yield* Effect.fail(new ConnectionLost({ code: "ETIMEDOUT" }))
          yield* pause(wait, why)
          const connection = yield* Effect.either(attempt(until))
          if (Either.isRight(connection)) return connection.right
          // Another server answers in its place, or nobody knows who: that is for a person to decide.
          if (connection.left.code === untrusted) return yield* Effect.fail(connection.left)
          why = connection.left.code === "no-answer" ? connection.left.reason : undefined
        }
      })

    const from: Returning["from"] = (first, receive) =>
      Effect.gen(function* () {
        let until = (yield* monotonicMillis) + reconnect
        let connection = first ?? (yield* Effect.catchAll(attempt(until), () => again(until, undefined)))
        for (;;) {
          const since = yield* monotonicMillis
          const end = yield* Effect.either(receive(connection))
          const now = yield* monotonicMillis
          const wasIn = link.connection !== undefined
          if (Either.isRight(end) && !link.returnsAfter(end.right)) return
          const error = Either.isLeft(end) ? end.left : new ConnectionLost({ code: "ECONNRESET" })
          if (!link.mayReturn) return yield* Effect.fail(error)
          link.lost()
          yield* connection.destroy
          if (wasIn) {
            if (now - since > calmFor) tries = 0
            until = now + (link.isRestarting ? afterRestart : reconnect)
            losses.unsafeOffer(yield* Clock.currentTimeMillis)
          }
          const said = Either.isRight(end) ? end.right.reason : link.refused?.message
          connection = yield* Effect.mapError(again(until, said), (last) => (last._tag === "ConnectionLost" && last.code === untrusted ? last : error))
        }
      })

    return {
      from: (connection, receive) => Effect.raceFirst(from(connection, receive), Deferred.await(over)),
      losses: Mailbox.toStream(losses),
      giveUp: Effect.asVoid(Deferred.fail(over, new ConnectionLost({ code: "ETIMEDOUT" })))
    }
  })
