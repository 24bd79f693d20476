import type * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Stream from "effect/Stream"
import type { Event } from "../domain/Event.ts"
import type { Lost } from "./Errors.ts"

/** How many events wait for a slow reader before the server has to. */
const capacity = 1024

/** How many bytes of lines they came in. */
const capacityBytes = 4 * 1_048_576

/** What was told and waits for its reader: so much at most, then whoever offers has to wait. */
export interface EventInbox {
  /** `bytes`: of the line it came in. */
  readonly offer: (event: Event, bytes: number) => Effect.Effect<void>
  readonly take: Effect.Effect<Event, Lost | Cause.NoSuchElementException>
  readonly events: Stream.Stream<Event, Lost>
  readonly end: Effect.Effect<void>
  readonly fail: (error: Lost) => Effect.Effect<void>
}

export const make: Effect.Effect<EventInbox> = Effect.gen(function* () {
  const waiting = yield* Mailbox.make<{ readonly event: Event; readonly permits: number }, Lost>(capacity)
  const semaphore = yield* Effect.makeSemaphore(capacityBytes)
  return {
    offer: (event, bytes) => {
      // What is more than may wait at all waits alone.
      const permits = Math.min(bytes, capacityBytes)
      return Effect.zipRight(semaphore.take(permits), Effect.asVoid(waiting.offer({ event, permits })))
    },
    take: Effect.flatMap(waiting.take, ({ event, permits }) => Effect.as(semaphore.release(permits), event)),
    events: Stream.mapChunksEffect(Mailbox.toStream(waiting), (taken) =>
      Effect.as(
        semaphore.release(Chunk.reduce(taken, 0, (sum, { permits }) => sum + permits)),
        Chunk.map(taken, ({ event }) => event)
      )
    ),
    end: Effect.asVoid(waiting.end),
    fail: (error) => Effect.asVoid(waiting.fail(error))
  }
})
