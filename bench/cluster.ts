import * as ChildProcess from "node:child_process"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { launched, options, started } from "./brusio.ts"
import { start } from "./Child.ts"
import { freePort, listens } from "./peers.ts"
import { RunFailed } from "./RunFailed.ts"
import { type Server, serverCore } from "./Server.ts"

/** Debian puts it where only root's PATH leads. */
const program = ["nats-server", "/usr/sbin/nats-server"].find((name) => ChildProcess.spawnSync(name, ["--version"]).status === 0)

/** An engine for a cluster, with nothing in it, on the core of servers: its process and its address. */
export const engine = Effect.gen(function* () {
  if (program === undefined) return yield* new RunFailed({ message: "nats-server is not installed" })
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "bench-nats-" })
  const port = yield* freePort
  const child = yield* start(serverCore, program, ["-js", "-a", "127.0.0.1", "-p", String(port), "-sd", folder, "-l", `${folder}/log`])
  child.stdout.resume()
  yield* listens(child, port)
  return child.pid === undefined ? yield* new RunFailed({ message: "nats-server did not start" }) : { pid: child.pid, url: `nats://127.0.0.1:${port}` }
}).pipe(Effect.mapError(({ message }) => new RunFailed({ message: `the engine: ${message}` })))

/** So many nodes of the built program that are one room, with an engine of their own; the engine is the last of the processes. */
export const cluster = (program: string, nodes: number): Effect.Effect<Server, RunFailed> =>
  Effect.map(options(program, []), (given) => ({
    name: `${nodes} nodes`,
    dialect: "plain",
    isEncrypted: false,
    atOnce: 1000,
    start: Effect.gen(function* () {
      const { pid, url } = yield* engine
      // One after the other: the second finds the first.
      const all = yield* Effect.replicateEffect(Effect.flatMap(launched(serverCore, program, [...given, "--cluster", url]), started), nodes)
      const [first, ...others] = all
      if (first === undefined) return yield* new RunFailed({ message: "a cluster has at least one node" })
      return {
        host: first.host,
        ports: [...first.ports, ...others.flatMap(({ ports }) => ports)],
        pids: [...first.pids, ...others.flatMap(({ pids }) => pids), pid]
      } as const
    })
  }))
