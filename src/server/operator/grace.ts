import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import { monotonicMillis } from "../../net/clock.ts"
import { Closing } from "../Closing.ts"
import * as Windows from "./Windows.ts"

/** What everybody is told when the room closes because the last window has gone. */
const reasons: Readonly<Record<Windows.Going, string>> = { Closed: "its operator closed the window", Lost: "its operator's window was lost" }

const gone: Readonly<Record<Windows.Going, string>> = { Closed: "was closed", Lost: "was lost" }

/** Closes the room after the last of the operator's windows has gone, with grace. The result is told what happens to a window; `stays` is run when one has come back. */
export const makeGrace = (stays: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const closing = yield* Closing
    const windows = yield* Ref.make(Windows.none)
    const timer = yield* FiberHandle.make()

    const happen = (happening: Windows.Happening): Effect.Effect<void> =>
      Effect.gen(function* () {
        const now = yield* monotonicMillis
        const wish = yield* Ref.modify(windows, (before) => {
          const { next, wish } = Windows.step(before, happening, now)
          return [wish, next] as const
        })
        if (wish !== undefined) yield* fulfil(wish)
      })
    const fulfil = (wish: Windows.Wish): Effect.Effect<void> => {
      switch (wish._tag) {
        case "Wait":
          return Effect.zipRight(
            Effect.logInfo(`The operator's window ${gone[wish.going]}: the room closes in ${wish.ms / 1000} s unless it is opened again`),
            // Several ticks, as a timer may be a little early.
            FiberHandle.run(timer, Effect.delay(Effect.repeat(happen("Tick"), Schedule.spaced("100 millis")), wish.ms))
          )
        case "Stay":
          return FiberHandle.clear(timer).pipe(
            Effect.zipRight(Effect.logInfo("The operator's window is back: the room stays open")),
            Effect.zipRight(stays)
          )
        case "Close":
          return closing.request(reasons[wish.going])
      }
    }
    return happen
  })
