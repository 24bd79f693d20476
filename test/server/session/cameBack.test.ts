import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { makeCameBack } from "../../../src/server/session/cameBack.ts"
import { loggingTo } from "../../support/room.ts"

describe("Those who come back after a restart", () => {
  it.scoped("are counted in one line once no more have come for five seconds, and all of them again where more come later", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const cameBack = yield* makeCameBack
      for (const wait of [1000, 4000]) {
        yield* cameBack
        yield* TestClock.adjust(wait)
      }
      yield* cameBack
      expect(lines).toEqual([])
      yield* TestClock.adjust("5 seconds")
      expect(lines).toEqual(["INFO 3 people came back after the restart."])
      yield* cameBack
      yield* TestClock.adjust("5 seconds")
      expect(lines.slice(1)).toEqual(["INFO 4 people came back after the restart."])
    }).pipe(Effect.provide(loggingTo(lines)))
  })

  it.scoped("are not counted when the server has been there for more than two minutes: that was no restart", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const cameBack = yield* makeCameBack
      yield* TestClock.adjust("119 seconds")
      yield* cameBack
      yield* TestClock.adjust("10 seconds")
      yield* cameBack
      yield* TestClock.adjust("1 minute")
      expect(lines).toEqual(["INFO 1 person came back after the restart."])
    }).pipe(Effect.provide(loggingTo(lines)))
  })
})
