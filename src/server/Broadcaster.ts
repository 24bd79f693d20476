import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Closing } from "./Closing.ts"
import { deliver } from "./deliver.ts"
import { type Envelope, Hub } from "./Hub.ts"
import { ServerConfig } from "./ServerConfig.ts"

/**
 * The one fiber that hands everything over to those it is for, a batch a turn
 * of the event loop: an event is encoded once a dialect, and a client gets all
 * of a batch in one write.
 */
export interface Broadcaster {
  /**
   * Waits until everything up to this number has been handed over, or can no
   * longer be, `patience` ms at most; also inside a finalizer.
   */
  readonly handedOver: (seq: number, patience: number) => Effect.Effect<void>
}

export const Broadcaster = Context.GenericTag<Broadcaster>("brusio/Broadcaster")

const nanosPerMilli = 1e6

const make = Effect.gen(function* () {
  const { batchSize, gatherAtMost } = yield* ServerConfig
  const hub = yield* Hub
  const closing = yield* Closing
  const subscription = yield* hub.subscribe
  const progress = yield* Effect.makeLatch()
  let handed = 0
  let ended = false
  // The end of the last fan-out, and until when it pays to gather more: both in ms.
  let gatherUntil = 0

  const now = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / nanosPerMilli)

  // A busy room gathers for half as long as its last fan-out took; a quiet one only to the end of the turn.
  const gather = Effect.flatMap(now, (time) =>
    gatherUntil > time ? Effect.sleep(gatherUntil - time) : Effect.void
  )

  const handOver = Effect.fnUntraced(function* (first: ReadonlyArray<Envelope>) {
    yield* gather
    const rest = first.length < batchSize ? yield* subscription.poll(batchSize - first.length) : []
    const batch = [...first, ...rest]
    const start = yield* now
    deliver(batch)
    const end = yield* now
    gatherUntil = end + Math.min((end - start) / 2, gatherAtMost)
    handed = batch.at(-1)?.seq ?? handed
    yield* progress.release
  })

  yield* subscription.forEachBatch(batchSize, handOver).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        ended = true
      }).pipe(
        Effect.zipRight(progress.open),
        Effect.zipRight(
          Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)
            ? Effect.zipRight(Effect.logFatal("The broadcast has failed", exit.cause), closing.fail("internal error"))
            : Effect.void
        )
      )
    ),
    Effect.forkScoped
  )

  const isOver = (seq: number) => ended || handed >= seq
  const wait = (seq: number): Effect.Effect<void> =>
    Effect.suspend(() => (isOver(seq) ? Effect.void : Effect.zipRight(progress.await, wait(seq))))
  return Broadcaster.of({
    handedOver: (seq, patience) =>
      Effect.suspend(() =>
        isOver(seq)
          ? Effect.void
          : // Interruptible, so that the time limit holds inside a finalizer.
            wait(seq).pipe(Effect.interruptible, Effect.timeoutOption(patience), Effect.asVoid)
      )
  })
})

export const layer = Layer.scoped(Broadcaster, make)
