import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const hour = 3_600_000

/** The system's clock as if somebody set it an hour back whenever it is looked at; the monotonic time and sleeping are as they are. */
export class FallingClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: typeof Clock.ClockTypeId = Clock.ClockTypeId
  readonly #real = Clock.make()
  #looks = 0

  unsafeCurrentTimeMillis(): number {
    this.#looks += 1
    return this.#real.unsafeCurrentTimeMillis() - this.#looks * hour
  }

  unsafeCurrentTimeNanos(): bigint {
    return this.#real.unsafeCurrentTimeNanos()
  }

  readonly currentTimeMillis = Effect.sync(() => this.unsafeCurrentTimeMillis())
  readonly currentTimeNanos = this.#real.currentTimeNanos

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return this.#real.sleep(duration)
  }
}
