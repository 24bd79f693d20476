import * as FastCheck from "effect/FastCheck"

// A fixed seed makes runs reproducible; SEED=n tries other values.
const seed = Number(process.env["SEED"] ?? 1)

/** Property test: `predicate` must not throw or return `false` for any value of `arbitrary`. Properties with another `variant` are tried with other values. */
export const always = <A>(
  arbitrary: FastCheck.Arbitrary<A>,
  predicate: (value: A) => boolean | undefined | void,
  numRuns = 300,
  variant = 0
): void => {
  FastCheck.assert(FastCheck.property(arbitrary, predicate), { seed: seed + variant, numRuns })
}
