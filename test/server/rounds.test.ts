import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { rounds } from "../../src/server/rounds.ts"
import { fault } from "../support/faults.ts"
import { loggingTo } from "../support/room.ts"

it.scoped("A timer of which a round throws goes on, and the log names it", () => {
  const logged: Array<string> = []
  return Effect.gen(function* () {
    let count = 0
    yield* rounds("the tide", Effect.sync(() => ((count += 1) === 2 ? fault() : undefined)), "1 second")
    for (const expected of [1, 2, 3, 4]) {
      yield* TestClock.adjust(expected === 1 ? 0 : "1 second")
      expect(count).toBe(expected)
    }
    expect(logged).toEqual([`ERROR A round of the timer "the tide" has failed`])
  }).pipe(Effect.provide(loggingTo(logged)))
})
