import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

/**
 * A timer of the server: runs `round` now and then every so often, as long as the
 * scope. A defect in a round is logged with the name of the timer, and the next
 * round comes all the same.
 */
export const rounds = (name: string, round: Effect.Effect<void>, every: Duration.DurationInput): Effect.Effect<void, never, Scope.Scope> =>
  round.pipe(
    Effect.catchAllDefect((defect) => Effect.logError(`A round of the timer "${name}" has failed`, Cause.die(defect))),
    Effect.repeat(Schedule.spaced(every)),
    Effect.forkScoped,
    Effect.asVoid
  )
