import type { Msg } from "@nats-io/transport-node"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Position } from "../../domain/replica/Position.ts"
import type { Connection } from "./connection.ts"
import { delivered } from "./delivered.ts"
import { EngineLost, type Logged } from "./Engine.ts"
import { call, type CallFailed } from "./log.ts"
import { type Mark, place } from "./place.ts"
import { look, type Pulse, silenceAtMost } from "./pulse.ts"

/** How many bytes may wait here to be taken: above that the reader lets go of the log, and reads on when half of it has been taken. */
const waitingAtMost = 8 * 1024 * 1024

/** What a record costs beside its bytes, roughly. */
const overhead = 256

/** How far back `recent` goes, ms: what a newcomer writes before it reads is not to be missed. */
const recently = 2000

/** How long is waited before the engine is asked again, ms. */
const pause = 250

/** After how long a consumer that nobody listens to any more is taken away by the engine, ms. */
const inactiveFor = 5000

/**
 * Reads the log: see `Engine.read`. The client library's own readers go silent for
 * good after some losses, so this one has a push consumer of its own, which it opens
 * anew, from the next record on, whenever it is in doubt: after a silence, after
 * each reconnection, and where a record is missing.
 */
export const read = (connection: Connection, pulse: Pulse, marks: Marks, after: Position | "recent" | undefined): Stream.Stream<Logged, EngineLost> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const mailbox = yield* Mailbox.make<Logged, EngineLost>()
      const waiting = { bytes: 0, taken: 0, room: yield* Effect.makeLatch(true) }
      let last: Mark | undefined = after === undefined || after === "recent" ? undefined : { ...after, time: marks.timeOf(after) }
      // Where it is read from as long as nothing was.
      let since: string | undefined

      const offer = (record: Logged): void => {
        last = { ...record.at, time: record.time }
        waiting.bytes += record.bytes.length + overhead
        marks.note(record)
        mailbox.unsafeOffer(record)
      }

      // What was taken is let go of when more is wanted.
      const pull = Effect.suspend(() => {
        waiting.bytes -= waiting.taken
        waiting.taken = 0
        const isRoom = waiting.bytes * 2 <= waitingAtMost
        return Effect.zipRight(isRoom ? waiting.room.open : Effect.void, mailbox.takeAll)
      }).pipe(
        Effect.map(([records]) => {
          waiting.taken = Chunk.reduce(records, 0, (sum, { bytes }) => sum + bytes.length + overhead)
          return records
        }),
        Effect.mapError(Option.some)
      )

      /** Reads until it is in doubt, or as much waits as may. */
      const follow: Effect.Effect<void, EngineLost | CallFailed, Scope.Scope> = Effect.gen(function* () {
        yield* pulse.expect
        yield* connection.connected.await
        const count = connection.count()
        const { epoch, newest } = yield* place(connection, last)
        if (after === "recent") since ??= newest === undefined ? undefined : new Date(Date.parse(newest) - recently).toISOString()
        const doubt = yield* Deferred.make<void>()
        // What comes once it is in doubt is read again.
        const reading = { isOver: false }
        const inDoubt = () => {
          reading.isOver = true
          Deferred.unsafeDone(doubt, Effect.void)
        }
        let heard = pulse.lived()
        // What comes before it is known that the log is still that one.
        let early: Array<Msg> | undefined = []
        const take = (message: Msg): void => {
          const record = delivered(message.reply)
          if (record === undefined || (last !== undefined && record.seq > last.seq + 1)) inDoubt()
          else if (last === undefined || record.seq === last.seq + 1) {
            offer({ at: { epoch, seq: record.seq }, time: record.time, bytes: message.data })
            if (waiting.bytes > waitingAtMost) inDoubt()
          }
        }
        const inbox = packages.createInbox()
        yield* Effect.acquireRelease(
          Effect.sync(() =>
            nats.subscribe(inbox, {
              callback: (error, message) => {
                if (reading.isOver) return
                if (error !== null) {
                  inDoubt()
                  return
                }
                heard = pulse.lived()
                pulse.heard()
                if (message.data.length === 0 && message.headers !== undefined) {
                  if (message.headers.code !== 100 || isBehind(message, last)) inDoubt()
                  answer(connection, message)
                } else if (early !== undefined) early.push(message)
                else take(message)
              }
            })
          ),
          (subscription) =>
            Effect.sync(() => {
              reading.isOver = true
              subscription.unsubscribe()
            })
        )
        yield* call(connection, () => manager.consumers.add(names.stream, consumerOf(inbox, last)))
        if ((yield* place(connection, last)).epoch !== epoch) return
        const before = early
        early = undefined
        for (const message of before) if (!reading.isOver) take(message)
        const silence = Effect.iterate(undefined, {
          while: () => pulse.lived() - heard <= silenceAtMost && connection.count() === count,
          body: () => Effect.sleep(look)
        })
        yield* Effect.race(Deferred.await(doubt), silence)
      })

      const { manager, names, nats, packages } = connection
      const consumerOf = (inbox: string, behind: Mark | undefined) => ({
        deliver_subject: inbox,
        ...(behind === undefined
          ? since === undefined ? { deliver_policy: packages.DeliverPolicy.All } : { deliver_policy: packages.DeliverPolicy.StartTime, opt_start_time: since }
          : { deliver_policy: packages.DeliverPolicy.StartSequence, opt_start_seq: behind.seq + 1 }),
        ack_policy: packages.AckPolicy.None,
        replay_policy: packages.ReplayPolicy.Instant,
        flow_control: true,
        idle_heartbeat: packages.nanos(silenceAtMost / 2),
        inactive_threshold: packages.nanos(inactiveFor),
        num_replicas: 1,
        mem_storage: true
      })

      let warned: string | undefined
      const again = (failure: CallFailed) =>
        Effect.suspend(() => {
          // Nobody answers during an election; that nothing is heard shows anyhow.
          const isNews = failure.name !== "TimeoutError" && failure.detail !== warned
          if (isNews) warned = failure.detail
          return Effect.zipRight(isNews ? Effect.logWarning(`The cluster's log cannot be read for now: ${failure.detail}`) : Effect.void, Effect.sleep(pause))
        })
      yield* Effect.suspend(() => (waiting.bytes > waitingAtMost ? Effect.zipRight(waiting.room.close, waiting.room.await) : Effect.void)).pipe(
        Effect.zipRight(Effect.scoped(follow)),
        Effect.catchTag("CallFailed", again),
        Effect.forever,
        Effect.raceFirst(Effect.zipRight(Deferred.await(connection.closed), new EngineLost({ why: "away" }))),
        Effect.catchAll((lost) => mailbox.fail(lost)),
        Effect.forkScoped
      )
      return Stream.repeatEffectChunkOption(pull)
    })
  )

// The engine says how far it has sent: records that were lost on the way to here do not come again by themselves.
const isBehind = (message: Msg, last: Mark | undefined): boolean => {
  const sent = Number(message.headers?.get("Nats-Last-Stream") ?? "0")
  return last !== undefined && sent > last.seq
}

// Flow control: the engine sends no more than it has been told was received.
const answer = ({ isConnected, nats }: Connection, message: Msg): void => {
  const stalled = message.headers?.get("Nats-Consumer-Stalled") ?? ""
  const to = stalled === "" ? (message.reply ?? "") : stalled
  if (to !== "" && isConnected()) nats.publish(to)
}

/** Remembers the newest record that was read, of all readers. */
export interface Marks {
  readonly note: (record: Logged) => void
  readonly timeOf: (at: Position) => number | undefined
  readonly lastRead: () => number | undefined
}

/** Nothing was read yet. */
export const makeMarks = (): Marks => {
  let newest: Logged | undefined
  return {
    note: (record) => {
      newest = record
    },
    timeOf: ({ epoch, seq }) => (newest?.at.epoch === epoch && newest.at.seq === seq ? newest.time : undefined),
    lastRead: () => newest?.time
  }
}
