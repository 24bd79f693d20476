import * as Effect from "effect/Effect"
import { fixed } from "../Figure.ts"
import { median } from "../median.ts"
import type { Options } from "../Options.ts"
import { markdown } from "../table.ts"
import type { Build } from "./Build.ts"
import { compare, type Pair } from "./paired.ts"
import { type Measured, type Trial, trials } from "./Trial.ts"

/** One figure of both builds, pair by pair; of one alone where there is no other. */
interface Row {
  readonly title: string
  readonly figure: Measured
  readonly pairs: ReadonlyArray<Pair>
}

/**
 * Runs both builds in alternating pairs: ours, the other, ours, and so on; ours
 * alone where there is no other. The trials take turns within each round. `note`
 * shows the progress, pair by pair.
 */
export const compareBuilds = (
  { keep, only, rounds, ...lengths }: Pick<Options, "keep" | "only" | "rounds" | "seconds" | "warm-up">,
  ours: Build,
  other: Build | undefined,
  note: (text: string) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const all = trials(lengths, keep)
    const chosen = [...new Set(only)].map((name) => all[name])
    const inTurn = Array.from({ length: rounds }, (_, round) => chosen.map((trial) => ({ round, trial }))).flat()
    const measured = yield* Effect.forEach(inTurn, ({ round, trial }) =>
      pairOf(trial, ours, other).pipe(
        Effect.tap((pairs) => note(`pair ${round + 1} of ${rounds}: ${trial.title}: ${summary(trial, pairs)}`)),
        Effect.map((pairs) => ({ trial, pairs }))
      )
    )
    return chosen.flatMap((trial) =>
      trial.figures.map((figure, place): Row => ({
        title: trial.title,
        figure,
        pairs: measured.flatMap((one) => (one.trial === trial ? (one.pairs[place] ?? []) : []))
      }))
    )
  })

/** A table of the medians of both builds, and of the ratios of the pairs. */
export const comparison = (rows: ReadonlyArray<Row>): string =>
  markdown([
    ["", "", "this build", "the other", "median ratio", "min", "max", "pairs"],
    ...rows.map(({ figure, pairs, title }, i) => {
      const compared = compare(pairs)
      const ratios = [compared?.ratio, compared?.least, compared?.most].map((ratio) => fixed(ratio, 3))
      const values = [compared?.ours, compared?.other].map((value) => fixed(value, figure.digits))
      return [rows[i - 1]?.title === title ? "" : title, figure.label, ...values, ...ratios, String(compared?.pairs ?? 0)]
    })
  ])

/** A table of the medians of one build. */
export const medians = (rows: ReadonlyArray<Row>): string =>
  markdown([
    ["", "", "this build", "rounds"],
    ...rows.map(({ figure, pairs, title }, i) => [
      rows[i - 1]?.title === title ? "" : title,
      figure.label,
      fixed(oursIn(pairs), figure.digits),
      String(pairs.length)
    ])
  ])

const oursIn = (pairs: ReadonlyArray<Pair>): number | undefined => median(pairs.flatMap(({ ours }) => (ours === null ? [] : [ours])))

/** A line for each goal whose figure is known: whether it is met. */
export const goalsMet = (rows: ReadonlyArray<Row>): ReadonlyArray<string> =>
  rows.flatMap(({ figure: { goal, label }, pairs, title }) => {
    const reached = goal?.of === "ratio" ? compare(pairs)?.ratio : oursIn(pairs)
    if (goal === undefined || reached === undefined) return []
    const [limit, bound, isMet] = "atMost" in goal ? [goal.atMost, "at most", reached <= goal.atMost] as const : [goal.atLeast, "at least", reached >= goal.atLeast] as const
    return [`- ${title}: ${label} ${bound} ${limit}${goal.of === "ratio" ? " x the other's" : ""}: ${fixed(reached, 2)}, ${isMet ? "met" : "missed"}`]
  })

// Runs a trial once with each build: a pair for each of its figures.
const pairOf = (trial: Trial, ours: Build, other: Build | undefined) =>
  Effect.gen(function* () {
    const mine = yield* trial.measure(ours)
    const its = other === undefined ? [] : yield* trial.measure(other)
    return trial.figures.map((_, place): Pair => ({ ours: mine[place] ?? null, other: its[place] ?? null }))
  })

const summary = ({ figures }: Trial, pairs: ReadonlyArray<Pair>): string =>
  figures
    .map(({ digits, label }, place) => {
      const [ours, other] = [pairs[place]?.ours, pairs[place]?.other].map((value) => fixed(value ?? undefined, digits))
      return `${label} ${String(ours)}${pairs[place]?.other === null ? "" : ` and ${String(other)}`}`
    })
    .join(", ")
