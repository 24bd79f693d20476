import { baseMemory, cpu, deliveries, type Figure, fixed, joinCpu, memory, p99 } from "./Figure.ts"
import { nameOf } from "./brusio.ts"
import { title } from "./Plan.ts"
import { joinTitle, type Section } from "./Section.ts"

/** A goal: the limit of a figure of the first column, as a value, or as its ratio to the best of the others or its difference from the second. */
interface Goal {
  readonly section: string
  readonly figure: Figure
  readonly limit: number
  readonly of: "value" | "ratio" | "difference"
}

const saturated = title({ clients: 1000 })
const busy = title({ clients: 1000, rate: 300 })
const calm = title({ clients: 1000, rate: 50 })

const goals: ReadonlyArray<Goal> = [
  { section: saturated, figure: deliveries, limit: 4, of: "ratio" },
  { section: saturated, figure: cpu, limit: 0.35, of: "ratio" },
  { section: busy, figure: cpu, limit: 0.9, of: "ratio" },
  { section: busy, figure: p99, limit: 1.2, of: "ratio" },
  { section: calm, figure: cpu, limit: 1.15, of: "ratio" },
  { section: calm, figure: p99, limit: 1.2, of: "ratio" },
  { section: joinTitle(1000), figure: memory, limit: 20, of: "value" },
  { section: joinTitle(5000), figure: memory, limit: 12, of: "value" },
  { section: joinTitle(1000), figure: baseMemory, limit: 60, of: "value" }
]

/** What a page in a browser may cost beside a program of the native dialect. */
const goalsOfPages: ReadonlyArray<Goal> = [
  { section: calm, figure: cpu, limit: 1.15, of: "ratio" },
  { section: joinTitle(1000), figure: joinCpu, limit: 1.7, of: "ratio" },
  { section: joinTitle(1000), figure: memory, limit: 6, of: "difference" }
]

/** What a server of IRC may cost beside the best of the others, in their protocol. */
const goalsOfIrc: ReadonlyArray<Goal> = [
  { section: saturated, figure: deliveries, limit: 4, of: "ratio" },
  { section: saturated, figure: cpu, limit: 0.25, of: "ratio" },
  { section: busy, figure: cpu, limit: 0.85, of: "ratio" },
  { section: busy, figure: p99, limit: 1.2, of: "ratio" },
  { section: calm, figure: cpu, limit: 1.15, of: "ratio" },
  { section: calm, figure: p99, limit: 1.2, of: "ratio" },
  { section: joinTitle(1000), figure: joinCpu, limit: 3, of: "ratio" }
]

/** What eight sets of capabilities may cost beside clients that ask for none. */
const goalsOfMixed: ReadonlyArray<Goal> = [
  { section: saturated, figure: cpu, limit: 1.25, of: "ratio" },
  { section: joinTitle(1000), figure: joinCpu, limit: 2, of: "ratio" }
]

/** What it may cost over TLS beside the best of the others over TLS. */
const goalsOfTls: ReadonlyArray<Goal> = [
  { section: saturated, figure: deliveries, limit: 2, of: "ratio" },
  { section: saturated, figure: cpu, limit: 0.6, of: "ratio" }
]

const goalsOf = (columns: ReadonlyArray<string>): ReadonlyArray<Goal> =>
  columns[0] === nameOf("plain")
    ? goals
    : columns.join() === [nameOf("web"), nameOf("native")].join()
      ? goalsOfPages
      : columns.join() === [nameOf("irc-mixed"), nameOf("irc")].join()
        ? goalsOfMixed
        : columns[0] === nameOf("irc")
          ? goalsOfIrc
          : columns[0] === nameOf("irc", true) && columns.length > 2
            ? goalsOfTls
            : []

const bounds = { value: "", ratio: " x the best peer's", difference: " more than the second column" } as const

const reachedBy = (row: Section["rows"][number] | undefined, of: Goal["of"]): number | undefined => {
  const [first, second] = row?.values ?? []
  if (of !== "difference") return of === "ratio" ? row?.ratio : first
  return first === undefined || second === undefined ? undefined : first - second
}

/** A line for each goal of these columns whose figure the sections have: whether it is met. */
export const verdicts = (columns: ReadonlyArray<string>, sections: ReadonlyArray<Section>): ReadonlyArray<string> =>
  goalsOf(columns).flatMap(({ figure, limit, of, section }) => {
    const row = sections.find((each) => each.title === section)?.rows.find((each) => each.figure === figure)
    const reached = reachedBy(row, of)
    if (reached === undefined) return []
    const wantsMore = figure.best === Math.max
    const isMet = wantsMore ? reached >= limit : reached <= limit
    const bound = `${wantsMore ? "at least" : "at most"} ${limit}${bounds[of]}`
    return [`- ${section}: ${figure.label} ${bound}: ${fixed(reached, 2)}, ${isMet ? "met" : "missed"}`]
  })
