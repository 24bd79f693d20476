import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Subscribable from "effect/Subscribable"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { rounds } from "../rounds.ts"

/**
 * After how much silence the engine counts as not reachable, ms; it gives a sign of life every second. It is time that
 * this process has lived (see {@link Pulse}): of a round that comes late, no more than twice its usual time counts.
 */
export const silenceAtMost = 2000

/** How often silence is looked for, ms. */
export const look = 250

/** Whether the engine is heard. */
export interface Pulse {
  /** For how long this process has lived since the start, ms: does not grow while the process is stopped or blocked, as what came meanwhile has not been heard yet. */
  readonly lived: () => number
  /** The engine gave a sign of life. */
  readonly heard: () => void
  /** A sign of life is waited for until the scope closes; without that, a connection is enough. */
  readonly expect: Effect.Effect<void, never, Scope.Scope>
  readonly reachable: Subscribable.Subscribable<boolean>
}

/** Looks for silence as long as the scope. */
export const make = (isConnected: () => boolean): Effect.Effect<Pulse, never, Scope.Scope> =>
  Effect.gen(function* () {
    let lived = 0
    let heard = 0
    let expecting = 0
    let last = yield* Clock.currentTimeMillis
    const reachable = yield* SubscriptionRef.make(true)
    const round = Effect.flatMap(Clock.currentTimeMillis, (now) => {
      // The clock of the machine may jump.
      lived += Math.min(Math.max(now - last, 0), 2 * look)
      last = now
      if (expecting === 0 && isConnected()) heard = lived
      const is = lived - heard <= silenceAtMost
      return Effect.flatMap(SubscriptionRef.get(reachable), (was) => (was === is ? Effect.void : SubscriptionRef.set(reachable, is)))
    })
    yield* rounds("silence of the engine", round, look)
    return {
      lived: () => lived,
      heard: () => {
        heard = lived
      },
      expect: Effect.acquireRelease(
        Effect.sync(() => {
          expecting++
        }),
        () =>
          Effect.sync(() => {
            expecting--
          })
      ),
      reachable
    }
  })
