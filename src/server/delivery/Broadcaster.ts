import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { monotonicMillis } from "../clock.ts"
import { Closing } from "../Closing.ts"
import { deliver } from "./deliver.ts"
import { canOvertake, isComingOrGoing, waiting } from "./hold.ts"
import { type Envelope, Hub } from "../chat/Hub.ts"
import { ServerConfig } from "../ServerConfig.ts"

/**
 * The one fiber that hands everything over to those it is for, a batch a turn
 * of the event loop: an event is encoded once a dialect, and a client gets all
 * of a batch in one write.
 */
export class Broadcaster extends Context.Tag("brusio/Broadcaster")<Broadcaster, {
  /**
   * Waits until everything up to this number has been handed over, or can no
   * longer be, `patience` ms at most; also inside a finalizer.
   */
  readonly handedOver: (seq: number, patience: number) => Effect.Effect<void>
}>() {}

/** Between so many messages and so many, a fan-out that comes a little later saves another. */
const few = 3
const many = 16

/**
 * How long to gather after a fan-out of so many messages that took so long, ms:
 * half as long. It took several along, but not so many that one more makes no
 * difference: then three and a half times as long as that.
 */
const gatherFor = (took: number, messages: number, atMost: number): number =>
  messages > few && messages < many ? Math.min(took * 1.75, atMost * 5) : Math.min(took / 2, atMost)

const messagesIn = (batch: ReadonlyArray<Envelope>): number =>
  batch.filter((envelope) => envelope.toRoom && !isComingOrGoing(envelope)).length

/** How often to look whether enough has come to end the gathering, ms. */
const lookEvery = 1

// Where many come at once, telling the room of them takes a ninth of the time at most.
const holdFactor = 8

/** The longest the room waits to hear who came or went, ms. */
const holdAtMost = 100

const make = Effect.gen(function* () {
  const { batchSize, gatherAtMost } = yield* ServerConfig
  const hub = yield* Hub
  const closing = yield* Closing
  const subscription = yield* hub.subscribe
  const scope = yield* Effect.scope
  const progress = yield* Effect.makeLatch()
  let seen = 0
  let handed = 0
  let ended = false
  // Until when it pays to gather more, and until when comings and goings wait that nobody has to hear of yet: both in ms.
  let gatherUntil = 0
  let holdUntil = 0
  // How much ends the gathering before its time.
  let enough = Infinity
  let held: ReadonlyArray<Envelope> = []

  // A busy room gathers for half as long as its last fan-out took; a quiet one only to the end of the turn.
  const gather = (come: number): Effect.Effect<void> =>
    Effect.zipWith(monotonicMillis, subscription.size, (time, more) => {
      const rest = gatherUntil - time
      if (rest <= 0 || come + more >= enough) return Effect.void
      return enough === Infinity ? Effect.sleep(rest) : Effect.zipRight(Effect.sleep(Math.min(rest, lookEvery)), gather(come))
    }).pipe(Effect.flatten)

  const fanOut = Effect.fnUntraced(function* (batch: ReadonlyArray<Envelope>) {
    const start = yield* monotonicMillis
    deliver(batch)
    const end = yield* monotonicMillis
    const messages = messagesIn(batch)
    gatherUntil = end + gatherFor(end - start, messages, gatherAtMost)
    // Whoever speaks again as soon as it is heard has done so when as many have come.
    enough = messages < many ? Infinity : batch.length
    holdUntil = end + Math.min((end - start) * holdFactor, holdAtMost)
    handed = seen
    yield* progress.release
  })

  const release = Effect.suspend(() => {
    const batch = held
    held = []
    return batch.length === 0 ? Effect.void : fanOut(batch)
  })

  const handOver = Effect.fnUntraced(function* (first: ReadonlyArray<Envelope>) {
    yield* gather(first.length)
    const rest = first.length < batchSize ? yield* subscription.poll(batchSize - first.length) : []
    const batch = [...first, ...rest]
    const time = yield* monotonicMillis
    // From here to the fan-out nothing comes between, or a release would count this batch as handed over.
    seen = batch.at(-1)?.seq ?? seen
    if (time >= holdUntil || held.length >= batchSize || !canOvertake(batch)) {
      const all = [...held, ...batch]
      held = []
      return yield* fanOut(all)
    }
    deliver(batch.filter((envelope) => !isComingOrGoing(envelope)))
    const isFirst = held.length === 0
    held = waiting([...held, ...batch.filter(isComingOrGoing)])
    if (held.length === 0) {
      handed = seen
      yield* progress.release
    } else if (isFirst) yield* Effect.forkIn(watch(Effect.zipRight(Effect.interruptible(Effect.sleep(holdUntil - time)), release)), scope)
  })

  // A fault in it leaves nobody waiting, and ends the server.
  const watch = (broadcast: Effect.Effect<void>): Effect.Effect<void> =>
    Effect.onError(broadcast, (cause) =>
      Effect.sync(() => {
        ended = true
      }).pipe(
        Effect.zipRight(progress.open),
        Effect.zipRight(
          Cause.isInterruptedOnly(cause)
            ? Effect.void
            : Effect.zipRight(Effect.logFatal("The broadcast has failed", cause), closing.fail("internal error"))
        )
      )
    )

  yield* Effect.forkScoped(watch(subscription.forEachBatch(batchSize, handOver)))

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
