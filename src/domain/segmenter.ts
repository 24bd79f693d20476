import { globalValue } from "effect/GlobalValue"

/** Tells grapheme clusters apart. It is made when it is first asked for: to load ICU's rules takes 10 ms, and most names and lines need none. */
export const segmenter = (): Intl.Segmenter => globalValue("brusio/segmenter", () => new Intl.Segmenter("und", { granularity: "grapheme" }))
