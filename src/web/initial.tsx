import type { JSX } from "preact"
import { hueOf } from "./line.ts"

const initialOf = (name: string): string => {
  const [first] = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name)
  return (first?.segment ?? "").toLocaleUpperCase()
}

/** The first letter of somebody's name, in the colour of that name. */
export const Initial = ({ name }: { readonly name: string }): JSX.Element => (
  <span class={`initial ${hueOf(name)}`} aria-hidden="true">{initialOf(name)}</span>
)
