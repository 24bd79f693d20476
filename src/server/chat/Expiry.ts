import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { nextDeadline } from "../../domain/Chat.ts"
import { endOfTurn } from "./Hub.ts"
import { Registry } from "./Registry.ts"

const make = Effect.gen(function* () {
  const registry = yield* Registry
  // Whether nothing was due when the time was last looked at. What is due much earlier than now all the same was due while
  // the process was suspended, or blocked.
  let wasEarly = true

  // Waits until the next deadline, and tells the chat that its time has come; sooner where another deadline is the next by then.
  const turn = Effect.gen(function* () {
    const chat = yield* registry.chat
    const due = nextDeadline(chat)
    if (due === undefined || !registry.isEldest()) {
      wasEarly = true
      return yield* registry.deadlineMoved
    }
    const before = yield* registry.now
    if (due > before) {
      wasEarly = true
      const isDue = yield* Effect.raceFirst(Effect.as(Effect.sleep(due - before), true), Effect.as(registry.deadlineMoved, false))
      if (!isDue) return
    }
    const now = yield* registry.now
    const { quietFor } = chat.keep
    if (wasEarly && now - due > quietFor) {
      // Who has come back meanwhile has not been heard yet.
      yield* Effect.sleep(quietFor)
      wasEarly = (yield* registry.now) - now > 2 * quietFor
      return
    }
    wasEarly = false
    // Not by the clock: it may have been set back meanwhile.
    yield* registry.submit({ _tag: "Expire", by: Math.max(due, now) })
    // A bounded number of deadlines is met at a time: clients are heard in between.
    yield* endOfTurn
  })
  yield* Effect.forkScoped(Effect.forever(turn))
})

/**
 * The one timer of what comes of itself: the moment when others are told of a
 * lost connection, the end of a place that is kept, the age of what is kept. It
 * waits for the next deadline only, and costs nothing while there is none. After
 * a standstill of the process, whoever has a place has as long to be heard as after a loss.
 */
export const layer = Layer.scopedDiscard(make)
