import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** How many ns a ms has, as `Clock` counts in ns. */
export const nanosPerMilli = 1e6

/** A monotonic time in ms: it never goes back and never jumps, whatever is done to the wall clock. Only differences mean something. */
export const monotonicMillis: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / nanosPerMilli)
