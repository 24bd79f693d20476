import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

/** Debian puts it where only root's PATH leads. */
const program = ["nats-server", "/usr/sbin/nats-server"].find((name) => spawnSync(name, ["--version"]).status === 0)

/** Whether there is a real engine to test with. */
export const hasNats = program !== undefined

if (!hasNats) console.warn("The tests with a real engine are skipped: nats-server is not installed.")

/** A nats-server of a test: a process of its own, on a port of its own, with a folder of its own. */
export interface NatsServer {
  readonly port: number
  readonly url: string
  /** Starts it, on the same port as before; waits until it takes connections. */
  readonly start: Effect.Effect<void>
  /** Ends it at once, as a crash does; waits until it is over. */
  readonly kill: Effect.Effect<void>
  /** Stops its process, or lets it go on. */
  readonly signal: (name: "SIGSTOP" | "SIGCONT") => Effect.Effect<void>
}

/** A port that was free a moment ago. */
const freePort = Effect.async<number>((resume) => {
  const server = Net.createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => {
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })
})

const takesConnections = (port: number): Effect.Effect<void> =>
  Effect.async<boolean>((resume) => {
    const socket = Net.connect(port, "127.0.0.1")
    socket.on("data", () => {
      resume(Effect.succeed(true))
      socket.destroy()
    })
    socket.on("error", () => undefined)
    socket.on("close", () => {
      resume(Effect.succeed(false))
    })
  }).pipe(
    Effect.repeat({ until: (is) => is, schedule: Schedule.spaced(20) }),
    Effect.asVoid
  )

const launch = (port: number, file: string): Effect.Effect<NatsServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    let child: ChildProcess | undefined
    const start = Effect.suspend(() => {
      child = spawn(program ?? "nats-server", ["-c", file], { stdio: "ignore" })
      return takesConnections(port)
    })
    const kill = Effect.async<void>((resume) => {
      const running = child
      child = undefined
      if (running === undefined) {
        resume(Effect.void)
        return
      }
      running.once("exit", () => {
        resume(Effect.void)
      })
      running.kill("SIGKILL")
    })
    yield* Effect.addFinalizer(() => kill)
    yield* start
    return {
      port,
      url: `nats://127.0.0.1:${port}`,
      start,
      kill,
      signal: (name) => Effect.sync(() => child?.kill(name))
    }
  })

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "engine-"))),
  (path) =>
    Effect.sync(() => {
      rmSync(path, { recursive: true, force: true })
    })
)

/** A server that runs as long as the scope. `more` is added to its configuration. */
export const natsServer = (more: string | ((folder: string) => string) = (path) => `jetstream { store_dir: "${path}/store" }`): Effect.Effect<NatsServer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const path = yield* folder
    const port = yield* freePort
    const file = join(path, "nats.conf")
    writeFileSync(file, `listen: "127.0.0.1:${port}"\n${typeof more === "string" ? more : more(path)}\n`)
    return yield* launch(port, file)
  })

/** Three servers that are one engine. */
export const natsCluster: Effect.Effect<ReadonlyArray<NatsServer>, never, Scope.Scope> = Effect.gen(function* () {
  const path = yield* folder
  const members = yield* Effect.all([1, 2, 3].map((n) => Effect.map(Effect.all([freePort, freePort]), ([port, route]) => ({ n, port, route }))))
  const routes = members.map(({ route }) => `nats-route://127.0.0.1:${route}`)
  return yield* Effect.forEach(members, ({ n, port, route }) => {
    const file = join(path, `nats${n}.conf`)
    writeFileSync(
      file,
      [
        `listen: "127.0.0.1:${port}"`,
        `server_name: n${n}`,
        `jetstream { store_dir: "${path}/store${n}" }`,
        `cluster { name: engine, listen: "127.0.0.1:${route}", routes: [${routes.join(", ")}] }`
      ].join("\n")
    )
    return launch(port, file)
  }, { concurrency: 3 })
})
