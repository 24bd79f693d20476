/** `count` values, made from the numbers 0 to `count` - 1. */
export const range = <A>(count: number, make: (n: number) => A): ReadonlyArray<A> => Array.from({ length: count }, (_, n) => make(n))
