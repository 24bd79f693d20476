/** Work that would block the event loop for long, cut into slices: others have a turn in between. */
import * as Effect from "effect/Effect"
import { monotonicMillis } from "../../net/clock.ts"
import { endOfTurn } from "../chat/Hub.ts"

/** How long work goes on before others have a turn, ms. */
const slice = 5

/** Folds a sequence in slices. */
export const foldInSlices = <A, B>(all: Iterable<A>, begin: B, step: (before: B, each: A) => B): Effect.Effect<B> =>
  Effect.gen(function* () {
    let result = begin
    let until = (yield* monotonicMillis) + slice
    for (const each of all) {
      result = step(result, each)
      if ((yield* monotonicMillis) < until) continue
      yield* endOfTurn
      until = (yield* monotonicMillis) + slice
    }
    return result
  })

/** Does one after the other, in slices; before each slice it waits for `ready`. */
export const forEachInSlices = <A>(all: Iterable<A>, ready: Effect.Effect<void>, step: (each: A) => Effect.Effect<void>): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* ready
    let until = (yield* monotonicMillis) + slice
    for (const each of all) {
      if ((yield* monotonicMillis) >= until) {
        yield* endOfTurn
        yield* ready
        until = (yield* monotonicMillis) + slice
      }
      yield* step(each)
    }
  })
