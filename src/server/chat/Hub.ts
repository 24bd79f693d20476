import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ServerConfig } from "../ServerConfig.ts"
import type { Handed, Handing, Observed } from "./Handed.ts"
import { weigh } from "./weigh.ts"

export type { Handed, Handing, Observed } from "./Handed.ts"

/** A subscription to everything that the Hub hands on, in order, from the moment of subscribing. */
export interface Subscription {
  /**
   * Handles all that comes, in batches: what has come by the end of a turn of the
   * event loop, `max` at most. An interrupt takes effect between two batches, so
   * none is lost.
   */
  readonly forEachBatch: (
    max: number,
    handle: (batch: ReadonlyArray<Handed>) => Effect.Effect<void>
  ) => Effect.Effect<never>
  /** Takes what has come by now, `max` at most, without waiting. */
  readonly poll: (max: number) => Effect.Effect<ReadonlyArray<Handed>>
  /** How many events have come and have not been taken yet. */
  readonly size: Effect.Effect<number>
}

/**
 * The publish-subscribe hub: everything that is told goes through it, in one
 * order. It is bounded, with back-pressure from half of its capacity on, and from
 * `hubBytes` on: whoever reads from clients waits until there is `room`. The other
 * half is kept for what is decided where nothing can wait, such as in a finalizer.
 */
export class Hub extends Context.Tag("brusio/Hub")<Hub, {
  /** Numbers these handings and publishes them, without waiting. `false` when the Hub was full, which is a bug. */
  readonly unsafePublish: (handings: ReadonlyArray<Handing>) => boolean
  /** The place of what was handed on last; 0 before anything was. */
  readonly place: Effect.Effect<number>
  /** Waits while the Hub is more than half full, or more than `hubBytes` wait to be written. */
  readonly room: Effect.Effect<void>
  /** Whether `room` would not wait. */
  readonly unsafeHasRoom: () => boolean
  /** Tells the Hub that these were written, and no longer wait. */
  readonly written: (batch: ReadonlyArray<Handed>) => Effect.Effect<void>
  /** Subscribes a consumer that must keep up, as one that lags fills the Hub for all: whatever may be slow uses `observe`. */
  readonly subscribe: Effect.Effect<Subscription, never, Scope.Scope>
  /** A stream for observers, which never slows the room: what does not fit into a sliding buffer is lost, oldest first, and shows as a gap in `place`. */
  readonly observe: (capacity: number) => Stream.Stream<Observed>
}>() {}

/** Waits until the event loop has polled its sockets, by `setImmediate`: `Effect.yieldNow` is a microtask and would not let it. */
export const endOfTurn = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => {
    resume(Effect.void)
  })
  return Effect.sync(() => {
    clearImmediate(immediate)
  })
})

/** How many bytes may wait for each member of a large room: less would not pay for a write to each of them (docs/adr/0014). */
const bytesEach = 4096

const make = Effect.gen(function* () {
  const { hubBytes, hubCapacity, maxClients } = yield* ServerConfig
  // All that one turn of the event loop can tell has to fit into the half that is kept: everybody may leave at once.
  const capacity = Math.max(hubCapacity, 3 * maxClients)
  let place = 0
  const pubsub = yield* Effect.acquireRelease(PubSub.bounded<Handed>(capacity), PubSub.shutdown)
  const wakes = new Set<() => void>()
  // What waits to be written, in bytes, and how many the last event for a whole room was for.
  const waiting = { bytes: 0, audience: 0 }

  const unsafeHasRoom = () =>
    waiting.bytes <= Math.max(hubBytes, bytesEach * waiting.audience) && Option.getOrElse(pubsub.unsafeSize(), () => 0) * 2 <= capacity
  // Looks and begins to wait in one step, as the room that is made in between may be the last that is.
  const change = Effect.async<void>((resume) => {
    const wake = () => {
      wakes.delete(wake)
      resume(Effect.void)
    }
    if (unsafeHasRoom()) wake()
    else wakes.add(wake)
    return Effect.sync(() => wakes.delete(wake))
  })
  const room: Effect.Effect<void> = Effect.suspend(() => (unsafeHasRoom() ? Effect.void : Effect.zipRight(change, room)))
  const roomMade = Effect.sync(() => {
    if (unsafeHasRoom()) for (const wake of [...wakes]) wake()
  })
  const subscribe = Effect.map(
    PubSub.subscribe(pubsub),
    (queue): Subscription => ({
      forEachBatch: (max, handle) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const first = yield* restore(Queue.take(queue))
            yield* endOfTurn
            const rest = yield* Queue.takeUpTo(queue, max - 1)
            yield* roomMade
            yield* handle([first, ...rest])
          })
        ).pipe(Effect.forever),
      poll: (max) => Queue.takeUpTo(queue, max).pipe(Effect.map(Chunk.toReadonlyArray), Effect.zipLeft(roomMade)),
      size: Queue.size(queue)
    })
  )
  return Hub.of({
    unsafePublish: (handings) =>
      handings.every((handing) => {
        const { also, audience, event, from, room } = handing
        waiting.bytes += weigh(handing)
        if (room !== undefined) waiting.audience = audience.length
        return pubsub.unsafeOffer({ place: (place += 1), event, audience, also, room, from })
      }),
    place: Effect.sync(() => place),
    room,
    unsafeHasRoom,
    written: (batch) =>
      Effect.suspend(() => {
        for (const handed of batch) waiting.bytes -= weigh(handed)
        return roomMade
      }),
    subscribe,
    observe: (capacity) =>
      Stream.unwrapScoped(
        Effect.map(subscribe, ({ forEachBatch }) =>
          Stream.asyncPush<Observed>(
            (emit) =>
              Effect.forkScoped(
                forEachBatch(capacity, (batch) =>
                  Effect.sync(() => {
                    emit.array(batch.map(({ event, from, place, room }) => ({ place, event, room, from })))
                  })
                )
              ),
            { bufferSize: capacity, strategy: "sliding" }
          )
        )
      )
  })
})

/** A Hub as long as the layer's scope. */
export const layer = Layer.scoped(Hub, make)
