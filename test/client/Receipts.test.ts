import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Receipts } from "../../src/client/Receipts.ts"

const isOver = <A>(fiber: Fiber.RuntimeFiber<A>) => Effect.zipRight(Effect.yieldNow(), Effect.sync(() => fiber.unsafePoll() !== null))

describe("Of what has no receipt", () => {
  it.effect("a mebibyte is held, and then whoever says more waits until something is answered", () =>
    Effect.gen(function* () {
      const receipts = new Receipts()
      const text = "x".repeat(1024)
      let said = 0
      while (yield* isOver(yield* Effect.fork(receipts.room))) {
        receipts.next(text)
        said += 1
        expect(said).toBeLessThanOrEqual(1024)
      }
      expect(said).toBeGreaterThan(900)
      const waiting = yield* Effect.fork(receipts.room)
      expect(yield* isOver(waiting)).toBe(false)
      receipts.taken("1")
      yield* Fiber.join(waiting)
      expect(receipts.unanswered).toHaveLength(said - 1)
    })
  )

  it.effect("a short line counts for more than its text, so that a million of them are not held either", () =>
    Effect.gen(function* () {
      const receipts = new Receipts()
      let said = 0
      while (yield* isOver(yield* Effect.fork(receipts.room))) {
        receipts.next("")
        said += 1
        expect(said).toBeLessThan(10_000)
      }
    })
  )

  it.effect("nobody waits any more once the connection is gone", () =>
    Effect.gen(function* () {
      const receipts = new Receipts()
      receipts.next("x".repeat(2_000_000))
      const waiting = yield* Effect.fork(receipts.room)
      expect(yield* isOver(waiting)).toBe(false)
      receipts.end()
      yield* Fiber.join(waiting)
    })
  )
})
