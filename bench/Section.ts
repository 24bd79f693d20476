import * as Figure from "./Figure.ts"
import { type Plan, title } from "./Plan.ts"
import type { Result } from "./Result.ts"
import type { Server } from "./Server.ts"

/** One run of one server. */
export interface Run {
  readonly server: string
  readonly plan: Plan
  readonly result: Result
}

/** The figures of all runs with one size of the room, or with one plan. */
export interface Section {
  readonly title: string
  readonly rows: ReadonlyArray<Row>
}

/** One figure of all servers, each as the median of its runs; ours first. */
interface Row {
  readonly figure: Figure.Figure
  readonly values: ReadonlyArray<number | undefined>
  /** The ratio of our value to the best of the others; `undefined` where there is none. */
  readonly ratio: number | undefined
}

const { baseMemory, cpu, deliveries, generatorCpu, handshakeCpu, handshakeGeneratorCpu, handshakes, joinCpu, joinGeneratorCpu, joining, memory, othersCpu, p50, p99, serverCpu } = Figure
const joinFigures = [joining, joinCpu, joinGeneratorCpu, memory, baseMemory]
const handshakeFigures = [handshakes, handshakeCpu, handshakeGeneratorCpu]
const talkFigures = [deliveries, cpu, p50, p99, serverCpu, generatorCpu, othersCpu]

/** The title of the section about joining a room of this size. */
export const joinTitle = (clients: number): string => `${clients} clients, joined`

/** A server as a column of the table. */
type Column = Pick<Server, "isEncrypted" | "name">

/** The sections of a bench: for each size of room one about joining, over all runs of that size, and then one about the talk for each plan. */
export const sections = (
  servers: ReadonlyArray<Column>,
  plans: ReadonlyArray<Plan>,
  runs: ReadonlyArray<Run>
): ReadonlyArray<Section> => {
  const withTls = servers.some(({ isEncrypted }) => isEncrypted)
  const section = (name: string, figures: ReadonlyArray<Figure.Figure>, isOfIt: (plan: Plan) => boolean): Section => ({
    title: name,
    rows: figures.map((figure) => {
      const values = servers.map(({ name: server }) =>
        Figure.medianOf(runs.filter((run) => run.server === server && isOfIt(run.plan)).map(({ result }) => result), figure)
      )
      return { figure, values, ratio: ratio(figure, comparable(servers, values)) }
    })
  })
  return [...new Set(plans.map(({ clients }) => clients))].flatMap((size) => [
    section(joinTitle(size), withTls ? [...joinFigures, ...handshakeFigures] : joinFigures, ({ clients }) => clients === size),
    ...plans
      .filter(({ clients }) => clients === size)
      .map((plan) => section(title(plan), talkFigures, (other) => other === plan))
  ])
}

// Ours, and those of the others that come with TLS where ours do, and without where they do not; of all others where there is none such.
const comparable = ([ours, ...others]: ReadonlyArray<Column>, [value, ...values]: ReadonlyArray<number | undefined>): ReadonlyArray<number | undefined> => {
  const alike = values.filter((_, n) => others[n]?.isEncrypted === ours?.isEncrypted)
  return [value, ...(alike.length > 0 ? alike : values)]
}

const ratio = (figure: Figure.Figure, [ours, ...values]: ReadonlyArray<number | undefined>): number | undefined => {
  const theirs = values.filter((value) => value !== undefined)
  return figure.best === undefined || ours === undefined || theirs.length === 0 ? undefined : ours / figure.best(...theirs)
}
