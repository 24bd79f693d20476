import type { Result } from "./Result.ts"
import type { Plan } from "./run.ts"

const goals = { clients: 1000, deliveries: 3e6, p99: 25, rate: 50 }

/** The results of all rounds of one plan. */
export interface Measured extends Plan {
  readonly results: ReadonlyArray<Result>
}

/** One table: a line for each plan, with the medians of its rounds. */
export const table = (measured: ReadonlyArray<Measured>): string => {
  const rows = [
    ["mode", "clients", "deliveries/s", "CPU us/delivery", "p50 ms", "p99 ms", "KB/client", "server", "generator", "others"],
    ...measured.map(({ clients, mode, results }) => [
      mode,
      String(clients),
      fixed(median(results, perSecond), 0),
      fixed(median(results, cpuMicros), 2),
      fixed(median(results, ({ p50 }) => p50), 1),
      fixed(median(results, ({ p99 }) => p99), 1),
      fixed(median(results, ({ memoryKb }) => ratio(memoryKb, clients)), 1),
      percent(median(results, ({ seconds, serverCpuSeconds }) => ratio(serverCpuSeconds, seconds))),
      percent(median(results, ({ generatorCpuSeconds, seconds }) => ratio(generatorCpuSeconds, seconds))),
      percent(median(results, (result) => ratio(othersCpuSeconds(result), result.seconds)))
    ])
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`
  const rule = `|${widths.map((width, i) => `${"-".repeat(width + 1)}${i === 0 ? "-" : ":"}`).join("|")}|`
  return rows.map((row, i) => (i === 0 ? `${line(row)}\n${rule}` : line(row))).join("\n")
}

/** Whether the goals are met, by the medians. */
export const verdict = (measured: ReadonlyArray<Measured>, rate: number): string => {
  const find = (mode: Plan["mode"]) => measured.find((plan) => plan.mode === mode && plan.clients === goals.clients)?.results
  const saturated = find("saturated")
  const paced = rate === goals.rate ? find("paced") : undefined
  const deliveries = saturated && median(saturated, perSecond)
  const p99 = paced && median(paced, (result) => result.p99)
  return [
    `Goals at ${goals.clients} clients:`,
    `${goals.deliveries / 1e6} million deliveries/s saturated: ${said(deliveries, (value) => value >= goals.deliveries)};`,
    `p99 under ${goals.p99} ms at ${goals.rate} messages/s: ${said(p99, (value) => value < goals.p99)}.`
  ].join(" ")
}

/** One result in words, for those who wait. */
export const summary = (result: Result): string =>
  `${fixed(perSecond(result), 0)} deliveries/s, ${fixed(cpuMicros(result), 2)} us, p50 ${fixed(result.p50, 1)} ms, p99 ${fixed(result.p99, 1)} ms, others ${percent(ratio(othersCpuSeconds(result), result.seconds))}`

const perSecond = ({ deliveries, seconds }: Result): number => deliveries / seconds
const cpuMicros = ({ deliveries, serverCpuSeconds }: Result): number | null => ratio(serverCpuSeconds, deliveries / 1e6)

// What else kept the machine busy: the more of it, the less the figures are worth.
const othersCpuSeconds = ({ allCpuSeconds, generatorCpuSeconds, serverCpuSeconds }: Result): number | null =>
  allCpuSeconds === null || generatorCpuSeconds === null || serverCpuSeconds === null
    ? null
    : Math.max(allCpuSeconds - generatorCpuSeconds - serverCpuSeconds, 0)

const ratio = (part: number | null, whole: number): number | null => (part === null ? null : part / whole)

const median = (results: ReadonlyArray<Result>, value: (result: Result) => number | null): number | null => {
  const values = results.map(value).filter((found) => found !== null).sort((a, b) => a - b)
  const upper = values[Math.floor(values.length / 2)]
  const lower = values[Math.floor((values.length - 1) / 2)]
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2
}

const said = (value: number | null | undefined, isMet: (value: number) => boolean): string =>
  typeof value === "number" ? (isMet(value) ? "met" : "NOT met") : "not measured"

const fixed = (value: number | null, digits: number): string =>
  value === null
    ? "n/a"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })

const percent = (value: number | null): string => (value === null ? "n/a" : `${fixed(value * 100, 0)}%`)
