import * as Effect from "effect/Effect"
import { type Figure, fixed } from "../Figure.ts"
import type { Options } from "../Options.ts"
import { markdown } from "../table.ts"
import type { Build } from "./Build.ts"
import { compare, type Pair } from "./paired.ts"
import { type Trial, trials } from "./Trial.ts"

/** One figure of both builds, pair by pair. */
interface Row {
  readonly title: string
  readonly figure: Pick<Figure, "digits" | "label">
  readonly pairs: ReadonlyArray<Pair>
}

/**
 * Runs both builds in alternating pairs: ours, the other, ours, and so on. The
 * trials take turns within each round. `note` shows the progress, pair by pair.
 */
export const compareBuilds = (
  { only, rounds, ...lengths }: Pick<Options, "only" | "rounds" | "seconds" | "warm-up">,
  ours: Build,
  other: Build,
  note: (text: string) => Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const all = trials(lengths)
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

// Runs a trial once with each build: a pair for each of its figures.
const pairOf = (trial: Trial, ours: Build, other: Build) =>
  Effect.gen(function* () {
    const mine = yield* trial.measure(ours)
    const its = yield* trial.measure(other)
    return trial.figures.map((_, place): Pair => ({ ours: mine[place] ?? null, other: its[place] ?? null }))
  })

const summary = ({ figures }: Trial, pairs: ReadonlyArray<Pair>): string =>
  figures
    .map(({ digits, label }, place) => {
      const [ours, other] = [pairs[place]?.ours, pairs[place]?.other].map((value) => fixed(value ?? undefined, digits))
      return `${label} ${String(ours)} and ${String(other)}`
    })
    .join(", ")
