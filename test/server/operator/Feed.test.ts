import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import type { ConsoleLine } from "../../../src/server/operator/ConsoleLine.ts"
import * as Feed from "../../../src/server/operator/Feed.ts"
import { always } from "../../support/property.ts"

const line = (number: number): ConsoleLine => ({ at: number, level: "info", event: "said", message: String(number), fields: {} })

const fed = <A>(test: (feed: Feed.Feed["Type"]) => Effect.Effect<A>) => Effect.flatMap(Feed.Feed, test).pipe(Effect.provide(Feed.layer))

describe("The feed of the console's lines", () => {
  it("gives every reader each line once, in order, or counts it as skipped", () => {
    const steps = FastCheck.array(FastCheck.record({ pushed: FastCheck.nat(700), most: FastCheck.integer({ min: 1, max: 300 }) }), { maxLength: 12 })
    always(steps, (steps) => {
      Effect.runSync(
        fed((feed) =>
          Effect.gen(function* () {
            let pushed = 0
            let place = 0
            for (const { most, pushed: more } of steps) {
              for (let count = 0; count < more; count += 1) feed.unsafePush(line((pushed += 1)))
              const piece = yield* feed.poll(place, most)
              const first = place + piece.skipped + 1
              expect(piece.lines.map(({ at }) => at)).toEqual(piece.lines.map((_, index) => first + index))
              expect(piece.lines.length).toBe(Math.min(most, pushed - place, 1000))
              // No line is skipped that is among the newest thousand.
              expect(piece.skipped).toBe(Math.max(0, pushed - 1000 - place))
              place += piece.skipped + piece.lines.length
              expect(piece.place).toBe(place)
            }
          })
        )
      )
    })
  })

  it.effect("makes readers wait until there is a line, and all of them get it", () =>
    fed((feed) =>
      Effect.gen(function* () {
        const readers = yield* Effect.forEach([1, 2, 3], () => Effect.fork(feed.after(0, 10)))
        yield* Effect.yieldNow()
        feed.unsafePush(line(1))
        for (const piece of yield* Fiber.join(Fiber.all(readers))) expect(piece).toMatchObject({ skipped: 0, place: 1 })
        const waiting = yield* Effect.fork(feed.after(1, 10))
        yield* Effect.yieldNow()
        expect(yield* Fiber.poll(waiting)).toMatchObject({ _tag: "None" })
        yield* Fiber.interrupt(waiting)
      })
    )
  )
})
