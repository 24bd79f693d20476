import { baseMemory, cpu, deliveries, type Figure, fixed, memory, p99 } from "./Figure.ts"
import { title } from "./Plan.ts"
import { joinTitle, type Section } from "./Section.ts"

/** A goal: the limit of a figure of ours, as a value or as its ratio to that of the best peer. */
interface Goal {
  readonly section: string
  readonly figure: Figure
  readonly limit: number
  readonly of: "value" | "ratio"
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

/** A line for each goal whose figure these sections have: whether it is met. */
export const verdicts = (sections: ReadonlyArray<Section>): ReadonlyArray<string> =>
  goals.flatMap(({ figure, limit, of, section }) => {
    const row = sections.find((each) => each.title === section)?.rows.find((each) => each.figure === figure)
    const reached = of === "ratio" ? row?.ratio : row?.values[0]
    if (reached === undefined) return []
    const wantsMore = figure.best === Math.max
    const isMet = wantsMore ? reached >= limit : reached <= limit
    const bound = `${wantsMore ? "at least" : "at most"} ${limit}${of === "ratio" ? " x the best peer's" : ""}`
    return [`- ${section}: ${figure.label} ${bound}: ${fixed(reached, 2)}, ${isMet ? "met" : "missed"}`]
  })
