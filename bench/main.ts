// Measures the built server under load, beside its peers: see README.md beside this file.
import * as Os from "node:os"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Build from "./against/Build.ts"
import { compareBuilds, comparison, goalsMet, medians } from "./against/comparison.ts"
import { brusio } from "./brusio.ts"
import { canPin } from "./Child.ts"
import { asked } from "./load/tls.ts"
import { cpu, deliveries, type Figure, fixed, joining, othersCpu, p50, p99 } from "./Figure.ts"
import { verdicts } from "./Goal.ts"
import { help, type Options, parse, peersOf, plans } from "./Options.ts"
import { peer } from "./peers.ts"
import { title } from "./Plan.ts"
import type { Result } from "./Result.ts"
import { run } from "./run.ts"
import { sections } from "./Section.ts"
import { table } from "./table.ts"

const say = (text: string) =>
  Effect.sync(() => {
    console.log(text)
  })

const note = (text: string) =>
  Effect.sync(() => {
    console.error(text)
  })

const machine = (): string => {
  const cpus = Os.cpus()
  return [
    new Date().toISOString(),
    `Node ${process.version}`,
    `${cpus[0]?.model ?? "unknown CPU"}, ${cpus.length} cores`,
    canPin ? "servers pinned to core 0, generator to core 1" : "not pinned: no taskset, or fewer than two cores"
  ].join("; ")
}

/** One result in words, as the progress of the bench. */
const summary = (result: Result): string =>
  [joining, deliveries, cpu, p50, p99, othersCpu]
    .map((figure: Figure) => `${figure.label} ${fixed(figure.of(result) ?? undefined, figure.digits)}`)
    .join(", ")

const measure = (options: Options) =>
  Effect.gen(function* () {
    const withTls = options.tls ? [true, false] : [false]
    const servers = yield* Effect.forEach(withTls, (isEncrypted) =>
      Effect.map(
        Effect.forEach(options.dialect, (dialect) => brusio(options.server, dialect, [], isEncrypted)),
        (ours) => [...ours, ...peersOf(options).map((name) => peer(name, isEncrypted))]
      )
    ).pipe(Effect.map((each) => each.flat()))
    const planned = plans(options)
    // The servers take turns, so that what else this machine does at some time hits all of them alike.
    const inTurn = Array.from({ length: options.rounds }, (_, round) =>
      planned.flatMap((plan) => servers.map((server) => ({ plan, round, server })))
    ).flat()
    const runs = yield* Effect.forEach(inTurn, ({ plan, round, server }) =>
      run(options, server, plan).pipe(
        Effect.tap((result) =>
          note(`round ${round + 1} of ${options.rounds}: ${server.name}, ${title(plan)}: ${summary(result)}`)
        ),
        Effect.map((result) => ({ server: server.name, plan, result }))
      )
    )
    const names = servers.map(({ name }) => name)
    const measured = sections(servers, planned, runs)
    yield* say(`${machine()}${options.tls ? `; TLS: ${Object.values(asked).join(", ")}, ECDSA on P-256` : ""}\n\n${table(names, measured)}\n`)
    yield* say(["Every delivery was checked: nothing was lost, doubled or out of order.", ...verdicts(names, measured)].join("\n"))
  })

const compare = (options: Options) =>
  Effect.gen(function* () {
    const { against, keep } = options
    const ours = yield* Build.make("this build", options.server, keep)
    const other = against === undefined ? undefined : yield* Build.make("the other", Build.programIn(against), keep)
    const rows = yield* compareBuilds(options, ours, other, note)
    const what = other === undefined ? options.server : `${options.server} against ${other.program}`
    yield* say([machine(), what, "", other === undefined ? medians(rows) : comparison(rows), "", ...goalsMet(rows)].join("\n"))
  })

const bench = Effect.try({
  try: () => parse(process.argv.slice(2)),
  catch: (error) => ({ message: error instanceof Error ? error.message : String(error) })
}).pipe(
  Effect.flatMap((options) => (options.isTrial ? compare(options) : measure(options))),
  Effect.tapError(({ message }) => note(`bench: ${message}`)),
  Effect.provide(NodeFileSystem.layer)
)

// SIGHUP, as when the terminal closes, ends the runs like Ctrl-C: together with the processes that they have started.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))
// The exit code of an interrupted run is 1 too.
NodeRuntime.runMain(process.argv.includes("--help") ? say(help) : bench, {
  disableErrorReporting: true,
  teardown: (exit, end) => {
    end(Exit.isSuccess(exit) ? 0 : 1)
  }
})
