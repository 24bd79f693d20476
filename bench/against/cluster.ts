import * as ChildProcess from "node:child_process"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { launched, options, started } from "../brusio.ts"
import type { Child } from "../Child.ts"
import { engine } from "../cluster.ts"
import { generate, loadCore } from "../generator.ts"
import { cpuSeconds } from "../load/proc.ts"
import type { Lengths } from "../run.ts"
import { RunFailed } from "../RunFailed.ts"
import { type Server, serverCore, whereAbouts } from "../Server.ts"

/** How long it took until who has said something got it back, ms. */
export const Receipts = Schema.Struct({ p50: Schema.Number, p99: Schema.Number })
export type Receipts = typeof Receipts.Type

const besideMillis = 120_000

/** Starts a server and lets so many clients say so many messages a second in all. */
export const receipts = (server: Server, clients: number, rate: number, { seconds, "warm-up": warmUp }: Lengths) =>
  Effect.gen(function* () {
    return yield* generate({
      script: "receipts.ts",
      args: [
        ...whereAbouts(yield* server.start),
        ...["--clients", String(clients), "--rate", String(rate), "--seconds", String(seconds), "--warm-up", String(warmUp)]
      ],
      atMost: besideMillis + (seconds + warmUp) * 1000,
      result: Receipts
    })
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new RunFailed({ message: `${server.name}, receipts: ${message}` }))
  )

/** What it took to take in another node. */
interface Handover {
  /** From its asking until people can come to it, ms. */
  readonly millis: number
  /** The longest turn of the event loop meanwhile, of the node that was there and of the newcomer, ms of CPU. */
  readonly giverMillis: number
  readonly takerMillis: number
  /** What either has worked meanwhile, s. */
  readonly giverCpuSeconds: number | null
  readonly takerCpuSeconds: number | null
}

/** How long a newcomer may take, and the clients to come, ms. */
const patience = { newcomer: 60_000, clients: 900_000 }

/** Starts a node, lets so many clients come to it, and starts another one. */
export const handover = (program: string, clients: number) =>
  Effect.gen(function* () {
    const given = yield* options(program, [])
    const { url } = yield* engine
    const node = (core: number) => launched(core, program, [...given, "--cluster", url], ["--import", join(import.meta.dirname, "..", "load", "delay.mjs")])
    const giver = yield* node(serverCore)
    const { host, ports } = yield* started(giver)
    yield* crowd(host, ports[0], clients)
    yield* longestTurn(giver)
    const taker = yield* node(loadCore)
    yield* said(taker, /Joining the cluster/u)
    const from = performance.now()
    yield* longestTurn(taker)
    const worked = [giver, taker].map(({ pid = 0 }) => cpuSeconds(pid))
    yield* said(taker, /Listening on /u)
    const millis = performance.now() - from
    const [giverCpuSeconds, takerCpuSeconds] = [giver, taker].map(({ pid = 0 }, n) => {
      const [before, after] = [worked[n], cpuSeconds(pid)]
      return before === undefined || after === undefined ? null : after - before
    })
    const took: Handover = { millis, giverMillis: yield* longestTurn(giver), takerMillis: yield* longestTurn(taker), giverCpuSeconds: giverCpuSeconds ?? null, takerCpuSeconds: takerCpuSeconds ?? null }
    return took
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new RunFailed({ message: `a newcomer to ${clients} clients: ${message}` }))
  )

// Clients that are there until the scope ends.
const crowd = (host: string, port: number, clients: number) =>
  Effect.flatMap(
    Effect.acquireRelease(
      Effect.sync(() =>
        ChildProcess.spawn(
          process.execPath,
          ["--import", "tsx", join(import.meta.dirname, "..", "crowd.ts"), "--host", host, "--port", String(port), "--at-once", "1000", "--clients", String(clients)],
          { stdio: ["pipe", "pipe", "inherit"] }
        )
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    (child) =>
      Effect.async<void, RunFailed>((resume) => {
        child.stdout.once("data", () => {
          resume(Effect.void)
        })
        child.once("exit", () => {
          resume(new RunFailed({ message: "the clients could not all come in" }))
        })
      }).pipe(Effect.timeoutFail({ duration: patience.clients, onTimeout: () => new RunFailed({ message: "the clients did not come in" }) }))
  )

// Waits until a process says something, from now on.
const said = (child: Child, what: RegExp) =>
  Effect.async<RegExpExecArray, RunFailed>((resume) => {
    let text = ""
    const hear = (chunk: string) => {
      text += chunk
      const found = what.exec(text)
      if (found === null) return
      child.stdout.off("data", hear)
      resume(Effect.succeed(found))
    }
    child.stdout.setEncoding("utf8").on("data", hear)
    child.once("exit", (code) => {
      resume(new RunFailed({ message: `a node ended with ${String(code)}` }))
    })
  }).pipe(Effect.timeoutFail({ duration: patience.newcomer, onTimeout: () => new RunFailed({ message: `a node did not say ${what.source}` }) }))

// The longest turn of the event loop of this node since it was asked last, ms of CPU.
const longestTurn = (child: Child) =>
  Effect.map(
    Effect.all([said(child, /longest turn (\S+) ms/u), Effect.sync(() => child.kill("SIGWINCH"))], { concurrency: 2 }),
    ([[, millis]]) => Number(millis)
  )
