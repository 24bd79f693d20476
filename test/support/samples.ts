import type * as FastCheck from "effect/FastCheck"
import { always } from "./property.ts"

/** What {@link always} would try, for tests that take their time with each. */
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
