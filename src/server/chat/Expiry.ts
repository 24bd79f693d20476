import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { nextDeadline } from "../../domain/Chat.ts"
import { endOfTurn } from "./Hub.ts"
import { Registry } from "./Registry.ts"

// Waits until the next deadline, and tells the chat that its time has come; sooner where another deadline is the next by then.
const turn = Effect.gen(function* () {
  const registry = yield* Registry
  const due = nextDeadline(yield* registry.chat)
  if (due === undefined || !registry.isEldest()) return yield* registry.deadlineMoved
  const now = yield* registry.now
  if (due > now) {
    const isDue = yield* Effect.raceFirst(Effect.as(Effect.sleep(due - now), true), Effect.as(registry.deadlineMoved, false))
    if (!isDue) return
  }
  // Not by the clock: it may have been set back meanwhile.
  yield* registry.submit({ _tag: "Expire", by: Math.max(due, now) })
  // A bounded number of deadlines is met at a time: clients are heard in between.
  yield* endOfTurn
})

/**
 * The one timer of what comes of itself: the moment when others are told of a
 * lost connection, the end of a place that is kept, the age of what is kept. It
 * waits for the next deadline only, and costs nothing while there is none.
 */
export const layer = Layer.scopedDiscard(Effect.forkScoped(Effect.forever(turn)))
