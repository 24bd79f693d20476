// Measures the built server under load: see README.md beside this file.
import * as Os from "node:os"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { canPin } from "./Child.ts"
import { help, type Options, parse } from "./Options.ts"
import { run } from "./run.ts"
import { type Measured, summary, table, verdict } from "./table.ts"

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
    canPin ? "server pinned to core 0, generator to core 1" : "not pinned: no taskset, or fewer than two cores"
  ].join("; ")
}

const measure = (options: Options) =>
  Effect.gen(function* () {
    const plans = options.clients.flatMap((clients) => options.mode.map((mode) => ({ mode, clients })))
    // In turn, so that what else this machine does at some time hits all of them alike.
    const results = yield* Effect.forEach(
      Array.from({ length: options.rounds }, (_, round) => plans.map((plan) => ({ plan, round }))).flat(),
      ({ plan, round }) =>
        run(options, plan).pipe(
          Effect.tap((result) =>
            note(`round ${round + 1} of ${options.rounds}: ${plan.mode}, ${plan.clients} clients: ${summary(result)}`)
          ),
          Effect.map((result) => ({ plan, result }))
        )
    )
    const measured = plans.map(
      (plan): Measured => ({
        ...plan,
        results: results.filter((each) => each.plan === plan).map(({ result }) => result)
      })
    )
    yield* say(`${machine()}\n\n${table(measured)}\n\n${verdict(measured, options.rate)}`)
  })

const bench = Effect.try({
  try: () => parse(process.argv.slice(2)),
  catch: (error) => ({ message: error instanceof Error ? error.message : String(error) })
}).pipe(
  Effect.flatMap(measure),
  Effect.tapError(({ message }) => note(`bench: ${message}`))
)

// A closed window ends the runs like Ctrl-C: with the processes they have started.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))
// A run that was interrupted has not succeeded either.
NodeRuntime.runMain(process.argv.includes("--help") ? say(help) : bench, {
  disableErrorReporting: true,
  teardown: (exit, end) => {
    end(Exit.isSuccess(exit) ? 0 : 1)
  }
})
