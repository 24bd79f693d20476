import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import { crowd } from "../../domain/spans.ts"
import { monotonicMillis } from "../../net/clock.ts"
import { Closing } from "../Closing.ts"
import { endOfTurn, type Handed, Hub } from "../chat/Hub.ts"
import { ServerConfig } from "../ServerConfig.ts"
import * as Tally from "../Tally.ts"
import { type Held, isMove, sort, type Sorted } from "./crowd.ts"
import { endSession, type Peer } from "../chat/Peer.ts"
import { type Defect, deliver } from "./deliver.ts"
import * as Pace from "./pace.ts"
import { Retold } from "./Retold.ts"
import { Watermark } from "./Watermark.ts"

/**
 * The one fiber that does the fan-out, see docs/adr/0003: it takes what a turn of
 * the event loop has told as one batch, encodes each event once for each dialect,
 * and sends a client all of the batch in one write. `pace.ts` decides when it
 * sends, `crowd.ts` what may wait, and `deliver.ts` who gets what.
 */
export class Broadcaster extends Context.Tag("brusio/Broadcaster")<Broadcaster, {
  /**
   * Waits until everything up to this place has been handed over, or nothing will
   * be any more; `patience` ms at most, also inside a finalizer.
   */
  readonly handedOver: (place: number, patience: number) => Effect.Effect<void>
}>() {}

const make = Effect.gen(function* () {
  const { batchSize, gatherAtMost, maxClients } = yield* ServerConfig
  // Everybody may leave at once. Told of them in parts, the server would write to those who are still to leave, and most of these writes fail.
  const mostHeld = Math.max(batchSize, maxClients)
  const closing = yield* Closing
  const hub = yield* Hub
  const tally = yield* Tally.Tally
  const subscription = yield* hub.subscribe
  const watermark = new Watermark()
  const retold = new Retold()
  const lastFanOut = yield* Ref.make(Pace.noFanOut)

  // Waits until the coalescing window is over, and takes what has come meanwhile.
  const gathered = Effect.fnUntraced(function* (first: ReadonlyArray<Handed>) {
    const last = yield* Ref.get(lastFanOut)
    // Nobody can add anything to a Hub that has no room, so there is nothing to wait for.
    while (hub.unsafeHasRoom()) {
      const now = yield* monotonicMillis
      const next = Pace.pace(last, first.length + (yield* subscription.size), now, gatherAtMost)
      if (next._tag === "Send") break
      yield* Effect.sleep((next._tag === "Wait" ? next.until : next.at) - now)
    }
    return first.length < batchSize ? [...first, ...(yield* subscription.poll(batchSize - first.length))] : first
  })

  // Polls the Hub for the next batch; an empty one when the time has come. To be woken up instead would take a second
  // fiber that waits for the Hub, and polling costs no more: it is done once a millisecond, and only while joins and leaves are held.
  const nextBefore = Effect.fnUntraced(function* (time: number) {
    yield* endOfTurn
    for (;;) {
      const come = yield* subscription.poll(batchSize)
      if (come.length > 0) return yield* gathered(come)
      const now = yield* monotonicMillis
      if (now >= time) return come
      yield* Effect.sleep(Math.min(time - now, Pace.lookEvery))
    }
  })

  // What has thrown for one client ends the session of that one, and nobody else's.
  const contain = Effect.fnUntraced(function* (defects: ReadonlyArray<Defect>) {
    const failed = new Set<Peer>()
    for (const { error, peer } of defects) {
      if (peer !== undefined && failed.has(peer)) continue
      yield* Effect.logError("What was to be sent to a client has failed", Cause.die(error))
      if (peer === undefined) continue
      failed.add(peer)
      yield* endSession(peer)
    }
  })

  // Delivers a batch, and measures the fan-out. A batch that tells no room anything says nothing about the cost of a fan-out.
  const fanOut = Effect.fnUntraced(function* (sorted: ReadonlyArray<Held>) {
    const start = yield* monotonicMillis
    const defects = deliver(sorted, retold)
    const batch = sorted.filter(({ isTold }) => isTold !== true)
    tally.delivered(batch)
    if (defects.length > 0) yield* contain(defects)
    const end = yield* monotonicMillis
    yield* hub.written(batch)
    const toRooms = batch.filter(({ room }) => room !== undefined)
    if (toRooms.length === 0) return
    const messages = toRooms.filter((each) => !isMove(each)).length
    yield* Ref.update(lastFanOut, (last) => Pace.after(last, { start, end, messages, size: batch.length }))
  })

  // Hands over a batch, and all that comes while joins and leaves are held. It ends with nothing held, so between
  // two calls there is no state but the last fan-out.
  const handOver = Effect.fnUntraced(function* (first: ReadonlyArray<Handed>) {
    const start = yield* monotonicMillis
    let holdEnd = Pace.holdEnd(yield* Ref.get(lastFanOut), start)
    let batch = yield* gathered(first)
    let sorted: Sorted = { now: [], held: [] }
    for (;;) {
      const now = yield* monotonicMillis
      if (batch.filter(isMove).length > crowd) holdEnd = Math.max(holdEnd, Pace.crowdEnd(start, now))
      const mayWait = batch.length > 0 && sorted.held.length < mostHeld && now < holdEnd
      const place = (batch.at(-1) ?? sorted.held.at(-1))?.place ?? 0
      sorted = sort(sorted.held, batch, mayWait, sorted.debts)
      yield* fanOut(sorted.now)
      if (sorted.held.length === 0) {
        watermark.advance(place)
        return
      }
      // While answers that wait fill the Hub, no client is heard: then nothing waits any longer.
      const areTooMany = !hub.unsafeHasRoom() && sorted.held.some((each) => !isMove(each) && each.isTold !== true)
      batch = yield* nextBefore(areTooMany ? now : holdEnd)
      if (areTooMany) holdEnd = now
    }
  })

  // A defect in the broadcast wakes all who wait for the watermark, and closes the server.
  yield* subscription.forEachBatch(batchSize, handOver).pipe(
    Effect.onError((cause) =>
      Effect.gen(function* () {
        watermark.end()
        if (Cause.isInterruptedOnly(cause)) return
        yield* Effect.logFatal("The broadcast has failed", cause)
        yield* closing.fail("internal error")
      })
    ),
    Effect.forkScoped
  )

  return Broadcaster.of({ handedOver: (place, patience) => watermark.await(place, patience) })
})

/** The fan-out, as long as the layer's scope. */
export const layer = Layer.scoped(Broadcaster, make).pipe(Layer.provideMerge(Tally.layer))
