import { median } from "./median.ts"
import type { Result } from "./Result.ts"

/** A figure that is computed from the result of a run. */
export interface Figure {
  readonly label: string
  /** How many digits are shown behind the point. */
  readonly digits: number
  /** The figure, in the unit of the label; `null` when this system does not tell it. */
  readonly of: (result: Result) => number | null
  /** Which of several values is the best; absent where none is better. */
  readonly best?: (...values: ReadonlyArray<number>) => number
}

/** How many clients join a second. */
export const joining: Figure = {
  label: "set-up, clients/s",
  digits: 0,
  of: ({ clients, joinSeconds }) => clients / joinSeconds,
  best: Math.max
}

/** The server's CPU time for each client that joins. */
export const joinCpu: Figure = {
  label: "set-up CPU, ms/client",
  digits: 2,
  of: ({ clients, joinServerCpuSeconds }) => ratio(joinServerCpuSeconds, clients / 1000),
  best: Math.min
}

/** How busy the load generator is while clients join: near 100, it is the limit and not the server. */
export const joinGeneratorCpu: Figure = {
  label: "set-up generator CPU, %",
  digits: 0,
  of: ({ joinGeneratorCpuSeconds, joinSeconds }) => ratio(joinGeneratorCpuSeconds, joinSeconds / 100)
}

/** The server's resident memory that clients add, for each. */
export const memory: Figure = {
  label: "memory, KB/client",
  digits: 1,
  of: ({ clients, emptyKb, fullKb }) => (emptyKb === null || fullKb === null ? null : (fullKb - emptyKb) / clients),
  best: Math.min
}

/** The server's resident memory without clients. */
export const baseMemory: Figure = {
  label: "memory with nobody there, MB",
  digits: 1,
  of: ({ emptyKb }) => ratio(emptyKb, 1024),
  best: Math.min
}

/** The server's resident memory with all clients. */
export const fullMemory: Figure = {
  label: "memory with all there, MB",
  digits: 1,
  of: ({ fullKb }) => ratio(fullKb, 1024),
  best: Math.min
}

/** How many handshakes of TLS are done a second. */
export const handshakes: Figure = {
  label: "TLS handshakes/s",
  digits: 0,
  of: ({ clients, handshakeSeconds }) => (handshakeSeconds === null ? null : clients / handshakeSeconds),
  best: Math.max
}

/** The server's CPU time for each handshake. */
export const handshakeCpu: Figure = {
  label: "CPU ms/handshake",
  digits: 2,
  of: ({ clients, handshakeServerCpuSeconds }) => ratio(handshakeServerCpuSeconds, clients / 1000),
  best: Math.min
}

/** How busy the load generator is in handshakes: near 100, it is the limit and not the server. */
export const handshakeGeneratorCpu: Figure = {
  label: "handshake generator CPU, %",
  digits: 0,
  of: ({ handshakeGeneratorCpuSeconds, handshakeSeconds }) => ratio(handshakeGeneratorCpuSeconds, (handshakeSeconds ?? 0) / 100)
}

/** The throughput: messages received a second, counted once for each receiver. */
export const deliveries: Figure = {
  label: "deliveries/s",
  digits: 0,
  of: (result) => result.deliveries / result.seconds,
  best: Math.max
}

/** The server's CPU time for each delivery. */
export const cpu: Figure = {
  label: "CPU us/delivery",
  digits: 2,
  of: (result) => ratio(result.serverCpuSeconds, result.deliveries / 1e6),
  best: Math.min
}

/** The median latency of a delivery. */
export const p50: Figure = { label: "p50 ms", digits: 1, of: (result) => result.p50, best: Math.min }

/** The 99th percentile of the latency of a delivery. */
export const p99: Figure = { label: "p99 ms", digits: 1, of: (result) => result.p99, best: Math.min }

/** How busy the server is, in per cent of one core. */
export const serverCpu: Figure = {
  label: "server CPU, %",
  digits: 0,
  of: ({ seconds, serverCpuSeconds }) => ratio(serverCpuSeconds, seconds / 100)
}

/** How busy the load generator is, in per cent of one core: near 100, it is the limit and not the server. */
export const generatorCpu: Figure = {
  label: "generator CPU, %",
  digits: 0,
  of: ({ generatorCpuSeconds, seconds }) => ratio(generatorCpuSeconds, seconds / 100)
}

/** How busy all other processes of the machine are, in per cent of one core: the busier, the less the other figures are worth. */
export const othersCpu: Figure = {
  label: "others' CPU, %",
  digits: 0,
  of: ({ allCpuSeconds, generatorCpuSeconds, seconds, serverCpuSeconds }) =>
    allCpuSeconds === null || generatorCpuSeconds === null || serverCpuSeconds === null
      ? null
      : Math.max(allCpuSeconds - generatorCpuSeconds - serverCpuSeconds, 0) / (seconds / 100)
}

const ratio = (part: number | null, whole: number): number | null => (part === null ? null : part / whole)

/** The median of a figure over some runs; `undefined` when no run tells it. */
export const medianOf = (results: ReadonlyArray<Result>, figure: Figure): number | undefined =>
  median(results.map(figure.of).filter((value) => value !== null))

/** A value with so many digits behind the point, "n/a" for `undefined`. */
export const fixed = (value: number | undefined, digits: number): string =>
  value === undefined ? "n/a" : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
