import * as ChildProcess from "node:child_process"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { type Child, start } from "./Child.ts"
import { RunFailed } from "./RunFailed.ts"
import { type Listening, type Server, serverCore } from "./Server.ts"

/** How long a server may take to start, ms. */
const startMillis = 10_000
const execFile = promisify(ChildProcess.execFile)

/** What clients can speak to it: the first is what its peers are compared with. */
export const spoken = ["plain", "native", "web"] as const
type Spoken = (typeof spoken)[number]

/** The name of the column of clients that speak this. */
export const nameOf = (dialect: Spoken): string => (dialect === "plain" ? "brusio" : `brusio, ${dialect}`)

/** The built program with its defaults, but without the rate limit and with these options, where it has them. Fails when the program cannot be run. */
export const brusio = (program: string, dialect: Spoken = "plain", wanted: ReadonlyArray<readonly [option: string, value: string]> = []): Effect.Effect<Server, RunFailed> =>
  Effect.gen(function* () {
    const help = yield* Effect.tryPromise({
      try: () => execFile(process.execPath, [program, "serve", "--help"]),
      catch: (error) => new RunFailed({ message: error instanceof Error ? error.message : String(error) })
    })
    const options = [["--rate-limit", "off"] as const, ...wanted].filter(([option]) => help.stdout.includes(option)).flat()
    return {
      name: nameOf(dialect),
      dialect,
      atOnce: 1000,
      start: start(serverCore, process.execPath, [program, "serve", "--port", "0", "--no-input", ...options]).pipe(
        Effect.flatMap(listening)
      )
    }
  })

// Waits until the server says where it listens. The output is read on after that: with a full pipe, the server would do other work than in use.
const listening = (child: Child) =>
  Effect.async<Listening, RunFailed>((resume) => {
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      if (text.length > 65_536) return
      text += chunk
      const [, host, port] = /Listening on (\S+):(\d+)/u.exec(text) ?? []
      if (host !== undefined && child.pid !== undefined) {
        resume(Effect.succeed({ pid: child.pid, host, port: Number(port) }))
      }
    })
    child.once("exit", (code) => {
      resume(new RunFailed({ message: `the server ended with ${String(code)} before it listened` }))
    })
  }).pipe(
    Effect.timeoutFail({
      duration: startMillis,
      onTimeout: () => new RunFailed({ message: "the server did not say where it listens" })
    })
  )
