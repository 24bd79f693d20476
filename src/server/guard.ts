import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"

/** Makes a callback of one that may have a defect: it is logged with `name`, and `lost` ends what it was about. */
export type Guard = <A extends ReadonlyArray<unknown>>(
  name: string,
  callback: (...args: A) => void,
  lost?: (...args: A) => void
) => (...args: A) => void

/**
 * Guards callbacks that Node calls outside all fibers: what they throw would else
 * end the process. What a defect there costs is one connection at most.
 */
export const makeGuard: Effect.Effect<Guard> = Effect.map(Effect.runtime(), (runtime): Guard => {
  const run = Runtime.runSync(runtime)
  return (name, callback, lost = () => undefined) =>
    (...args) => {
      const attempt = Effect.sync(() => {
        callback(...args)
      })
      const giveUp = Effect.sync(() => {
        lost(...args)
      })
      run(
        attempt.pipe(
          Effect.catchAllDefect((defect) => Effect.zipRight(Effect.logError(`${name} has failed`, Cause.die(defect)), giveUp)),
          Effect.catchAllDefect((defect) => Effect.logError(`${name} could not be ended`, Cause.die(defect)))
        )
      )
    }
})
