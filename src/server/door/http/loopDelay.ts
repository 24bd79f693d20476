import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** How late the event loop ran a timer: each time in seconds. */
export interface LoopDelay {
  /** How many times it was measured, and the sum of all delays, since the first look. */
  readonly count: number
  readonly sum: number
  /** The delay that such a part of the latest measurements did not exceed; no value where there are none. */
  readonly quantiles: ReadonlyArray<readonly [part: number, seconds: number | undefined]>
}

/** The parts that are told; 1 is the longest delay. */
export const parts = [0.5, 0.9, 0.99, 1]

/** How often the delay is measured, ms. */
const resolution = 20

/** Quantiles are forgotten after so long, ms: until then, several who look are told of the same measurements. */
const keptFor = 10_000

/**
 * Makes what looks at the delay of the event loop. It is measured from the first
 * look on, as long as the scope: who never looks pays nothing. `now` is in ms of a
 * clock that never goes back.
 */
export const makeLoopDelay = (now: () => number): Effect.Effect<() => LoopDelay, never, Scope.Scope> =>
  Effect.gen(function* () {
    const histogram = monitorEventLoopDelay({ resolution })
    yield* Effect.addFinalizer(() => Effect.sync(() => histogram.disable()))
    const before = { count: 0, sum: 0 }
    let since: number | undefined
    // The histogram has the times from one timer to the next, in ns, of which the resolution is no delay.
    const delay = (nanos: number) => Math.max(0, nanos / 1e9 - resolution / 1000)
    return () => {
      if (since === undefined) {
        histogram.enable()
        since = now()
      }
      const { count } = histogram
      const isEmpty = count === 0
      const all = { count: before.count + count, sum: before.sum + (isEmpty ? 0 : count * delay(histogram.mean)) }
      const quantiles = parts.map((part) => [part, isEmpty ? undefined : delay(histogram.percentile(part * 100))] as const)
      if (!isEmpty && now() - since >= keptFor) {
        histogram.reset()
        Object.assign(before, all)
        since = now()
      }
      return { ...all, quantiles }
    }
  })
