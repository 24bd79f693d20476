import type * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import type { Event } from "../domain/Event.ts"
import type { Lost } from "./Errors.ts"

/** Back-pressure: how many events wait for a slow reader before the server is not read any more. */
const capacity = 1024

/** The same bound on waiting events in bytes, counted as the lines they came in: room for four of the longest (1 MiB). */
const capacityBytes = 4 * 1_048_576

/** A bounded queue of events for one reader, with back-pressure: when it is full, `offer` waits. */
export interface EventInbox {
  /** Adds an event; `bytes` is the length of the line it came in. Waits while the queue is full. */
  readonly offer: (event: Event, bytes: number) => Effect.Effect<void>
  /** The next event; after the end it fails, with the error given to `fail` or with `NoSuchElementException`. */
  readonly take: Effect.Effect<Event, Lost | Cause.NoSuchElementException>
  /** All that `take` has not taken. */
  readonly events: Stream.Stream<Event, Lost>
  /** Hears each of `events`, in order, as they come; ends as they do. */
  readonly each: (hear: (event: Event) => void) => Effect.Effect<void, Lost>
  /** No more events come; those that wait can still be read. */
  readonly end: Effect.Effect<void>
  /** Like `end`, but the reader fails with this error after the last event. */
  readonly fail: (error: Lost) => Effect.Effect<void>
}

/** An empty inbox: at most 1024 events, of 4 MiB together. */
export const make: Effect.Effect<EventInbox> = Effect.gen(function* () {
  const waiting = yield* Mailbox.make<{ readonly event: Event; readonly permits: number }, Lost>(capacity)
  const semaphore = yield* Effect.makeSemaphore(capacityBytes)
  const release = (taken: Chunk.Chunk<{ readonly permits: number }>) => semaphore.release(Chunk.reduce(taken, 0, (sum, { permits }) => sum + permits))
  return {
    offer: (event, bytes) => {
      // An event larger than the whole bound takes all permits, so it waits alone.
      const permits = Math.min(bytes, capacityBytes)
      return Effect.zipRight(semaphore.take(permits), Effect.asVoid(waiting.offer({ event, permits })))
    },
    take: Effect.flatMap(waiting.take, ({ event, permits }) => Effect.as(semaphore.release(permits), event)),
    events: Stream.mapChunksEffect(Mailbox.toStream(waiting), (taken) => Effect.as(release(taken), Chunk.map(taken, ({ event }) => event))),
    each: Effect.fnUntraced(function* (hear) {
      for (;;) {
        const [taken, isOver] = yield* waiting.takeAll
        yield* release(taken)
        for (const { event } of taken) hear(event)
        if (isOver) return
      }
    }),
    end: Effect.asVoid(waiting.end),
    fail: (error) => Effect.asVoid(waiting.fail(error))
  }
})
