/**
 * Stands for `confusables.ts` in a bundle for a browser, by the field `browser` of package.json: whether names look alike is decided
 * where a name comes in, which is a server, and the table would be a quarter of the client's weight.
 */
export const prototypes: Readonly<Record<string, string>> = {}
