import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const nanosPerMilli = 1e6

/** A time that never goes back and never jumps, whatever is done to the clock on the wall, ms. */
export const monotonicMillis: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / nanosPerMilli)
