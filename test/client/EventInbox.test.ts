import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as EventInbox from "../../src/client/EventInbox.ts"
import { Lost } from "../../src/client/Errors.ts"
import type { Event } from "../../src/domain/Event.ts"
import { range } from "../support/range.ts"

const event = (at: number): Event => ({ _tag: "Pong", at })
const mebi = 1_048_576

/** Offers events of so many bytes, and says how many of them are in before anybody reads. */
const offered = (inbox: EventInbox.EventInbox, count: number, bytes: number) =>
  Effect.gen(function* () {
    let done = 0
    const offering = yield* Effect.fork(
      Effect.forEach(range(count, event), (one) => Effect.tap(inbox.offer(one, bytes), () => (done += 1)), { discard: true })
    )
    yield* Effect.repeatN(Effect.yieldNow(), 10 * count)
    return { offering, waiting: done }
  })

describe("What was told and waits for its reader", () => {
  it.effect.each([
    ["many small events", { count: 3000, bytes: 100, most: 1024 }],
    ["few large ones", { count: 20, bytes: mebi, most: 4 }],
    ["those that are larger than all that may wait, one by one", { count: 3, bytes: 9 * mebi, most: 1 }]
  ] as const)("is bounded: %s", ([, { bytes, count, most }]) =>
    Effect.gen(function* () {
      const inbox = yield* EventInbox.make
      const { offering, waiting } = yield* offered(inbox, count, bytes)
      expect(waiting).toBe(most)
      const taken = yield* Stream.runCollect(Stream.take(inbox.events, count))
      yield* Fiber.join(offering)
      expect(Chunk.toReadonlyArray(taken)).toEqual(range(count, event))
    })
  )

  it.effect("is heard one by one, each once and in order, until no more come", () =>
    Effect.gen(function* () {
      const inbox = yield* EventInbox.make
      const heard: Array<Event> = []
      const hearing = yield* Effect.fork(inbox.each((one) => heard.push(one)))
      yield* Effect.forEach(range(3000, event), (one) => inbox.offer(one, 100), { discard: true })
      yield* inbox.end
      yield* Fiber.join(hearing)
      expect(heard).toEqual(range(3000, event))
    })
  )

  it.effect("is heard to the last before the loss of the connection is", () =>
    Effect.gen(function* () {
      const inbox = yield* EventInbox.make
      const heard: Array<Event> = []
      yield* Effect.forEach(range(10, event), (one) => inbox.offer(one, 100), { discard: true })
      yield* inbox.fail(new Lost({ host: "here", port: 1 }))
      expect(yield* Effect.flip(inbox.each((one) => heard.push(one)))).toBeInstanceOf(Lost)
      expect(heard).toEqual(range(10, event))
    })
  )

  it.effect("makes room one by one as well", () =>
    Effect.gen(function* () {
      const inbox = yield* EventInbox.make
      const { offering } = yield* offered(inbox, 20, mebi)
      for (const one of range(20, event)) expect(yield* inbox.take).toEqual(one)
      yield* Fiber.join(offering)
    })
  )
})
