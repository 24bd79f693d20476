import type * as FastCheck from "effect/FastCheck"
import { always } from "./property.ts"

/** The first `count` values that {@link always} would try, for tests that are slow for each value. */
export const samples = <A>(arbitrary: FastCheck.Arbitrary<A>, count: number): ReadonlyArray<A> => {
  const tried: Array<A> = []
  always(
    arbitrary,
    (value) => {
      tried.push(value)
    },
    count
  )
  return tried
}
