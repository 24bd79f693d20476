import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import { Watermark } from "../../../src/server/delivery/Watermark.ts"
import { samples } from "../../support/samples.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"

const patience = 1000

/** Starts to wait for each of the places, and tells which waits are over. */
const waiting = (watermark: Watermark, places: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const over: Array<number> = []
    const fibers = yield* Effect.forEach(places, (place) =>
      Effect.fork(
        Effect.map(watermark.await(place, patience), () => {
          over.push(place)
        })
      )
    )
    yield* turn
    return { over, fibers }
  })

// Until all fibers that can go on have done so.
const turn = Effect.async<void>((resume) => {
  setImmediate(() => {
    resume(Effect.void)
  })
})

describe("A watermark", () => {
  it.effect("lets nobody wait for what has been handed over", () =>
    Effect.gen(function* () {
      const watermark = new Watermark()
      watermark.advance(5)
      yield* watermark.await(5, patience)
      yield* watermark.await(1, patience)
    })
  )

  it.scopedLive("wakes those whose place it has reached, and nobody else, whatever the order in which they came", () =>
    Effect.gen(function* () {
      const scripts = FastCheck.record({
        places: FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { maxLength: 12 }),
        rises: FastCheck.array(FastCheck.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 })
      })
      for (const { places, rises } of samples(scripts, 200)) {
        const watermark = new Watermark()
        const { over, fibers } = yield* waiting(watermark, places)
        let reached = 0
        for (const rise of rises) {
          watermark.advance(rise)
          reached = Math.max(reached, rise)
          yield* turn
          expect([...over].sort((a, b) => a - b)).toEqual(places.filter((place) => place <= reached).sort((a, b) => a - b))
        }
        yield* Fiber.interruptAll(fibers)
      }
    })
  )

  it.scopedLive("lets nobody wait once it has ended", () =>
    Effect.gen(function* () {
      const watermark = new Watermark()
      const { over } = yield* waiting(watermark, [3, 1, 2])
      watermark.end()
      yield* turn
      expect(over).toHaveLength(3)
      yield* watermark.await(1_000_000, patience)
    })
  )

  it.scopedLive("is waited for no longer than the patience, also where nothing can be interrupted, and forgets who has gone", () =>
    Effect.gen(function* () {
      const clock = new StoppedClock()
      const watermark = new Watermark()
      let isOver = false
      yield* Effect.fork(
        Effect.map(Effect.uninterruptible(watermark.await(1, patience)), () => {
          isOver = true
        }).pipe(Effect.withClock(clock))
      )
      yield* turn
      clock.pass(patience - 1)
      yield* turn
      expect(isOver).toBe(false)
      clock.pass(1)
      yield* turn
      expect(isOver).toBe(true)
      const { over } = yield* waiting(watermark, [1, 2])
      watermark.advance(1)
      yield* turn
      expect(over).toEqual([1])
    })
  )
})
