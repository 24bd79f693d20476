import * as Effect from "effect/Effect"
import { cluster } from "../cluster.ts"
import { cpu, deliveries, p50, p99 } from "../Figure.ts"
import { type Lengths, run } from "../run.ts"
import { handover, receipts } from "./cluster.ts"
import type { clusterTrialNames, Trial } from "./Trial.ts"

/** How many nodes are one room. */
const nodes = 2
/** How many clients wait for their receipts, and how many messages a second they say in all. */
const withReceipts = { clients: 100, rate: 200 }
/** How many people are there when a node asks to come in. */
const handedOver = 10_000

const sumOf = (figures: ReadonlyArray<number | null>): number | null =>
  figures.reduce((sum, figure) => (sum === null || figure === null ? null : sum + figure), 0)

/** The trials of several nodes that are one room, each beside one server in the same round. */
export const clusterTrials = (lengths: Lengths): Readonly<Record<(typeof clusterTrialNames)[number], Trial>> => ({
  "nodes-saturated": {
    title: "1000 clients with 10 who talk, and as many on each of 2 nodes, saturated",
    figures: [
      { label: "CPU us/delivery, one server", digits: 3 },
      { label: "CPU us/delivery, 2 nodes and the engine", digits: 3 },
      { label: "of that the engine, %", digits: 1 },
      { label: "one server / 2 nodes", digits: 2, goal: { of: "value", atLeast: 0.8 } },
      { label: "CPU us/delivery, each of 2 servers of their own", digits: 3 },
      { label: "2 servers of their own / 2 nodes", digits: 2 },
      { label: "deliveries/s, one server", digits: 0 },
      { label: "deliveries/s, 2 nodes on one core", digits: 0 }
    ],
    measure: ({ program, server }) =>
      Effect.gen(function* () {
        const one = yield* run(lengths, server, { clients: 1000 })
        // What it costs that two processes share a core and its caches, without a cluster.
        const apart = yield* Effect.all(Array.from({ length: nodes }, () => run(lengths, server, { clients: 1000 })), { concurrency: nodes })
        const many = yield* run(lengths, yield* cluster(program, nodes), { clients: 1000 * nodes, talkers: 10 * nodes })
        const [ours, theirs] = [cpu.of(one), cpu.of(many)]
        const own = sumOf(apart.map(cpu.of))
        const engine = many.eachCpuSeconds.at(-1) ?? null
        return [
          ours,
          theirs,
          engine === null || many.serverCpuSeconds === null ? null : (100 * engine) / many.serverCpuSeconds,
          ours === null || theirs === null ? null : ours / theirs,
          own === null ? null : own / nodes,
          own === null || theirs === null ? null : own / nodes / theirs,
          deliveries.of(one),
          deliveries.of(many)
        ]
      })
  },
  "nodes-300": {
    title: "1000 clients, and 500 on each of 2 nodes, 300/s",
    figures: [
      { label: "p50 ms, one server", digits: 1 },
      { label: "p50 ms, 2 nodes", digits: 1 },
      { label: "p99 ms, one server", digits: 1 },
      { label: "p99 ms, 2 nodes", digits: 1 },
      { label: "p99, 2 nodes / one server", digits: 2, goal: { of: "value", atMost: 1.5 } },
      { label: "CPU us/delivery, one server", digits: 2 },
      { label: "CPU us/delivery, 2 nodes and the engine", digits: 2 }
    ],
    measure: ({ program, server }) =>
      Effect.gen(function* () {
        const plan = { clients: 1000, rate: 300 }
        const one = yield* run(lengths, server, plan)
        const many = yield* run(lengths, yield* cluster(program, nodes), plan)
        const figures = [p50, p99].flatMap(({ of }) => [of(one), of(many)])
        return [...figures, many.p99 / one.p99, cpu.of(one), cpu.of(many)]
      })
  },
  "nodes-receipts": {
    title: `${withReceipts.clients} clients, half of them on each of 2 nodes, ${withReceipts.rate}/s`,
    figures: [
      { label: "receipts, p50 ms, one server", digits: 2 },
      { label: "receipts, p50 ms, 2 nodes", digits: 2 },
      { label: "p50 ms, 2 nodes more than one server", digits: 2, goal: { of: "value", atMost: 1 } },
      { label: "receipts, p99 ms, one server", digits: 2 },
      { label: "receipts, p99 ms, 2 nodes", digits: 2 },
      { label: "p99, 2 nodes / one server", digits: 2, goal: { of: "value", atMost: 2 } }
    ],
    measure: ({ program, server }) =>
      Effect.gen(function* () {
        const { clients, rate } = withReceipts
        const one = yield* receipts(server, clients, rate, lengths)
        const many = yield* receipts(yield* cluster(program, nodes), clients, rate, lengths)
        return [one.p50, many.p50, many.p50 - one.p50, one.p99, many.p99, many.p99 / one.p99]
      })
  },
  "nodes-newcomer": {
    title: `a node comes to one with ${handedOver} clients`,
    figures: [
      { label: "until people can come to it, ms", digits: 0, goal: { of: "value", atMost: 2000 } },
      { label: "longest turn of the newcomer, ms of CPU", digits: 1, goal: { of: "value", atMost: 20 } },
      { label: "longest turn of the other, ms of CPU", digits: 1, goal: { of: "value", atMost: 20 } },
      { label: "CPU of the newcomer, ms", digits: 0 },
      { label: "CPU of the other, ms", digits: 0 }
    ],
    measure: ({ program }) =>
      Effect.map(handover(program, handedOver), ({ giverCpuSeconds, giverMillis, millis, takerCpuSeconds, takerMillis }) => [
        millis,
        takerMillis,
        giverMillis,
        ...[takerCpuSeconds, giverCpuSeconds].map((seconds) => (seconds === null ? null : seconds * 1000))
      ])
  }
})
