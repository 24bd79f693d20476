import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import { monotonicMillis } from "../../net/clock.ts"

/** For how long after the start of the server those are counted who come back after a restart, ms: their clients try for as long. */
const countedFor = 120_000

/** After how long without one more their number is said, ms. */
const quiet = 5000

const words = (count: number): string => (count === 1 ? "1 person came back after the restart." : `${count} people came back after the restart.`)

/**
 * Makes the effect that counts one more who has come back after a restart (debounce): the console
 * is told their number when no more have come for a while, and again where more come later. The
 * server before kept nothing, so who comes back says so itself.
 */
export const makeCameBack = Effect.gen(function* () {
  const began = yield* monotonicMillis
  const telling = yield* FiberHandle.make<void>()
  let count = 0
  return Effect.gen(function* () {
    if ((yield* monotonicMillis) - began > countedFor) return
    count += 1
    yield* FiberHandle.run(telling, Effect.delay(Effect.suspend(() => Effect.logInfo(words(count))), quiet))
  })
})
