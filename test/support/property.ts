import * as FastCheck from "effect/FastCheck"

// One seed, so that a run is like every other; SEED=n looks elsewhere.
const seed = Number(process.env["SEED"] ?? 1)

/** Holds that `predicate` is true, or does not throw, of everything that `arbitrary` gives. */
export const always = <A>(
  arbitrary: FastCheck.Arbitrary<A>,
  predicate: (value: A) => boolean | undefined | void,
  numRuns = 300
): void => {
  FastCheck.assert(FastCheck.property(arbitrary, predicate), { seed, numRuns })
}
