import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { baseMemory, cpu, deliveries, type Figure, fullMemory, joinCpu, joining, memory, p50, p99 } from "../Figure.ts"
import { type Plan, title } from "../Plan.ts"
import { type Lengths, run } from "../run.ts"
import type { RunFailed } from "../RunFailed.ts"
import { joinTitle } from "../Section.ts"
import type { Build } from "./Build.ts"
import { startMillis } from "./help.ts"
import { returns } from "./returns.ts"
import { talkIn } from "./rooms.ts"
import { clusterTrials } from "./nodes.ts"
import { storm } from "./storm.ts"

/** A figure of a trial, and what it is to be: itself, or its ratio to that of the other build. */
export interface Measured extends Pick<Figure, "digits" | "label"> {
  readonly goal?: { readonly of: "value" | "ratio"; readonly atMost: number } | { readonly of: "value" | "ratio"; readonly atLeast: number }
}

/** One measurement, of one build or of two that are compared. */
export interface Trial {
  readonly title: string
  /** The figures that `measure` gives, in this order. */
  readonly figures: ReadonlyArray<Measured>
  /** Runs one build once; `null` for a figure that this system does not tell. */
  readonly measure: (build: Build) => Effect.Effect<ReadonlyArray<number | null>, RunFailed, FileSystem.FileSystem>
}

/** The names of all trials, in the order in which they are run. */
export const trialNames = ["saturated", "300", "50", "help", "join-1000", "join-5000", "returning", "rooms", "storm", "returns-1000", "returns-5000", "returns-10000"] as const
/** The names of the trials of several nodes that are one room, beside one server: they need a nats-server. */
export const clusterTrialNames = ["nodes-saturated", "nodes-300", "nodes-receipts", "nodes-newcomer"] as const
/** The name of a trial, for `--only`. */
export type TrialName = (typeof trialNames)[number] | (typeof clusterTrialNames)[number]

/** How many clients drop at once in a leave storm. */
const leaving = 10_000
/** How many rooms there are beside the lobby: as many as a server has by default. */
const manyRooms = 999
/** The talk after the joining has been measured: only enough to show that all are there. */
const brief: Lengths = { seconds: 0.1, "warm-up": 0.1 }

/** All trials; `lengths` are those of the talk, and `keep` is for how long places are kept, in seconds. */
export const trials = (lengths: Lengths, keep: number): Readonly<Record<TrialName, Trial>> => {
  const under = (name: string, figures: ReadonlyArray<Figure & Measured>, plan: Plan, { seconds, "warm-up": warmUp }: Lengths): Trial => ({
    title: name,
    figures,
    measure: ({ server }) =>
      Effect.map(run({ seconds, "warm-up": warmUp }, server, plan), (result) => figures.map(({ of }) => of(result)))
  })
  const talk = (plan: Plan) => under(title(plan), [deliveries, cpu, p50, p99], plan, lengths)
  const coming = (clients: number) =>
    under(joinTitle(clients), [joinCpu, joining, baseMemory, fullMemory, memory], { clients, rate: 1 }, brief)
  const comingBack = (clients: number): Trial => ({
    title: `${clients} clients are lost at once and come back`,
    figures: [
      { label: "until all are back, ms", digits: 0 },
      { label: "CPU ms/client", digits: 2 },
      { label: "longest without an answer, ms", digits: 0, goal: { of: "value", atMost: 100 } },
      { label: "KB sent/client", digits: 0 },
      { label: "memory before, MB", digits: 1 },
      { label: "memory at most, MB", digits: 1 },
      { label: "memory a minute after the keep, MB", digits: 1 },
      { label: "memory after / before", digits: 2, goal: { of: "value", atMost: 1.1 } }
    ],
    measure: ({ server }) =>
      Effect.map(returns(server, clients, keep), ({ backMillis, bytes, fullKb, keptKb, longestMillis, peakKb, serverCpuSeconds }) => [
        backMillis,
        serverCpuSeconds === null ? null : (serverCpuSeconds * 1000) / clients,
        longestMillis,
        bytes / 1024 / clients,
        ...[fullKb, peakKb, keptKb].map((kb) => (kb === null ? null : kb / 1024)),
        fullKb === null || keptKb === null ? null : keptKb / fullKb
      ])
  })
  return {
    saturated: under(title({ clients: 1000 }), [deliveries, { ...cpu, goal: { of: "ratio", atMost: 1.05 } }, p50, p99], { clients: 1000 }, lengths),
    "300": talk({ clients: 1000, rate: 300 }),
    "50": talk({ clients: 1000, rate: 50 }),
    help: {
      title: "start",
      figures: [{ label: "--help, ms", digits: 1 }],
      measure: ({ program }) => Effect.map(startMillis(program), (millis) => [millis])
    },
    "join-1000": coming(1000),
    "join-5000": coming(5000),
    returning: {
      title: "1000 clients that can come back, saturated",
      figures: [deliveries, { ...cpu, goal: { of: "ratio", atMost: 1.15 } }, p50, p99],
      measure: ({ server }) =>
        Effect.map(run(lengths, { ...server, dialect: "returning" }, { clients: 1000 }), (result) => [deliveries, cpu, p50, p99].map(({ of }) => of(result)))
    },
    rooms: {
      title: `${manyRooms} rooms of 10 beside one of ${manyRooms * 10}, saturated`,
      figures: [
        { label: "deliveries/s in many", digits: 0 },
        { label: "CPU us/delivery in many", digits: 2 },
        { label: "deliveries/s in one", digits: 0 },
        { label: "CPU us/delivery in one", digits: 2 },
        { label: "deliveries/s in many / in one", digits: 2, goal: { of: "value", atLeast: 1 } }
      ],
      measure: ({ server }) =>
        Effect.gen(function* () {
          const many = yield* talkIn(server, manyRooms, 10, lengths)
          const one = yield* talkIn(server, 1, manyRooms * 10, lengths)
          const figures = [many, one].map(({ deliveries, seconds, serverCpuSeconds }) => [
            deliveries / seconds,
            serverCpuSeconds === null ? null : (serverCpuSeconds * 1e6) / deliveries
          ])
          return [...figures.flat(), many.deliveries / many.seconds / (one.deliveries / one.seconds)]
        })
    },
    ...clusterTrials(lengths),
    storm: {
      title: `${leaving} clients drop at once`,
      figures: [
        { label: "longest without an answer, ms", digits: 0 },
        { label: "until all is told, ms", digits: 0 },
        { label: "CPU ms/client", digits: 3 }
      ],
      measure: ({ server }) =>
        Effect.map(storm(server, leaving), ({ clients, longestMillis, serverCpuSeconds, toldMillis }) => [
          longestMillis,
          toldMillis,
          serverCpuSeconds === null ? null : (serverCpuSeconds * 1000) / clients
        ])
    },
    "returns-1000": comingBack(1000),
    "returns-5000": comingBack(5000),
    "returns-10000": comingBack(10_000)
  }
}
