/** What is made of each number from 0, so many of them. */
export const range = <A>(count: number, make: (n: number) => A): ReadonlyArray<A> => Array.from({ length: count }, (_, n) => make(n))
