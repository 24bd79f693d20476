import { median } from "./median.ts"
import type { Result } from "./Result.ts"

/** Something a run tells of a server. */
export interface Figure {
  readonly label: string
  readonly digits: number
  /** `null` when this system does not tell. */
  readonly of: (result: Result) => number | null
  /** Which of several values is the best; left out where none is. */
  readonly best?: (...values: ReadonlyArray<number>) => number
}

export const joining: Figure = {
  label: "set-up, clients/s",
  digits: 0,
  of: ({ clients, joinSeconds }) => clients / joinSeconds,
  best: Math.max
}

export const joinCpu: Figure = {
  label: "set-up CPU, ms/client",
  digits: 2,
  of: ({ clients, joinServerCpuSeconds }) => ratio(joinServerCpuSeconds, clients / 1000),
  best: Math.min
}

export const joinGeneratorCpu: Figure = {
  label: "set-up generator CPU, %",
  digits: 0,
  of: ({ joinGeneratorCpuSeconds, joinSeconds }) => ratio(joinGeneratorCpuSeconds, joinSeconds / 100)
}

export const memory: Figure = {
  label: "memory, KB/client",
  digits: 1,
  of: ({ clients, emptyKb, fullKb }) => (emptyKb === null || fullKb === null ? null : (fullKb - emptyKb) / clients),
  best: Math.min
}

export const baseMemory: Figure = {
  label: "memory with nobody there, MB",
  digits: 1,
  of: ({ emptyKb }) => ratio(emptyKb, 1024),
  best: Math.min
}

export const fullMemory: Figure = {
  label: "memory with all there, MB",
  digits: 1,
  of: ({ fullKb }) => ratio(fullKb, 1024),
  best: Math.min
}

export const deliveries: Figure = {
  label: "deliveries/s",
  digits: 0,
  of: (result) => result.deliveries / result.seconds,
  best: Math.max
}

export const cpu: Figure = {
  label: "CPU us/delivery",
  digits: 2,
  of: (result) => ratio(result.serverCpuSeconds, result.deliveries / 1e6),
  best: Math.min
}

export const p50: Figure = { label: "p50 ms", digits: 1, of: (result) => result.p50, best: Math.min }

export const p99: Figure = { label: "p99 ms", digits: 1, of: (result) => result.p99, best: Math.min }

export const serverCpu: Figure = {
  label: "server CPU, %",
  digits: 0,
  of: ({ seconds, serverCpuSeconds }) => ratio(serverCpuSeconds, seconds / 100)
}

export const generatorCpu: Figure = {
  label: "generator CPU, %",
  digits: 0,
  of: ({ generatorCpuSeconds, seconds }) => ratio(generatorCpuSeconds, seconds / 100)
}

/** What else kept the machine busy: the more of it, the less the others are worth. */
export const othersCpu: Figure = {
  label: "others' CPU, %",
  digits: 0,
  of: ({ allCpuSeconds, generatorCpuSeconds, seconds, serverCpuSeconds }) =>
    allCpuSeconds === null || generatorCpuSeconds === null || serverCpuSeconds === null
      ? null
      : Math.max(allCpuSeconds - generatorCpuSeconds - serverCpuSeconds, 0) / (seconds / 100)
}

const ratio = (part: number | null, whole: number): number | null => (part === null ? null : part / whole)

/** The median of what some runs tell; `undefined` when none tells anything. */
export const medianOf = (results: ReadonlyArray<Result>, figure: Figure): number | undefined =>
  median(results.map(figure.of).filter((value) => value !== null))

export const fixed = (value: number | undefined, digits: number): string =>
  value === undefined ? "n/a" : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
