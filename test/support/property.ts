import * as FastCheck from "effect/FastCheck"
import { afterAll } from "vitest"

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

/**
 * The same function of plain data, which remembers what it has made until the tests of its file are over. All properties of one
 * arbitrary are tried on the same values, as the seed is fixed (unless each has a variant of it): so each value is made into a story once, and not once a property.
 */
export const remembered = <A, B>(make: (value: A) => B): ((value: A) => B) => {
  const made = new Map<string, B>()
  afterAll(() => {
    made.clear()
  })
  return (value) => {
    const key = JSON.stringify(value)
    const known = made.get(key)
    if (known !== undefined) return known
    const result = make(value)
    made.set(key, result)
    return result
  }
}
