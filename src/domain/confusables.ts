import data from "unhomoglyph/data.json" with { type: "json" }

/**
 * Unicode's confusables.txt, see docs/adr/0009: for each character that looks like another, the prototype that stands for both. In a
 * bundle for a browser `noConfusables.ts` stands in its place.
 */
export const prototypes: Readonly<Record<string, string>> = data
