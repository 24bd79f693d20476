import { median } from "../median.ts"

/** One figure of two builds, measured one right after the other; `null` for what this system does not tell. */
export interface Pair {
  readonly ours: number | null
  readonly other: number | null
}

/** A paired comparison: what is common to both runs of a pair, such as the speed of the machine just then, cancels out of their ratio. */
export interface Paired {
  /** The median of each build. */
  readonly ours: number
  readonly other: number
  /** The ratio of ours to the other in each pair: the median of these ratios, the least and the greatest. */
  readonly ratio: number
  readonly least: number
  readonly most: number
  /** How many pairs have a ratio. */
  readonly pairs: number
}

/** Compares two builds by pairs of runs; `undefined` when no pair tells anything. */
export const compare = (pairs: ReadonlyArray<Pair>): Paired | undefined => {
  const told = pairs.flatMap(({ ours, other }) => (ours === null || other === null || other === 0 ? [] : [{ ours, other }]))
  const ratios = told.map(({ ours, other }) => ours / other)
  const ours = median(told.map((pair) => pair.ours))
  const other = median(told.map((pair) => pair.other))
  const ratio = median(ratios)
  if (ours === undefined || other === undefined || ratio === undefined) return undefined
  return { ours, other, ratio, least: Math.min(...ratios), most: Math.max(...ratios), pairs: ratios.length }
}
