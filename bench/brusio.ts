import * as ChildProcess from "node:child_process"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { certificate } from "./certificate.ts"
import { type Child, start } from "./Child.ts"
import { RunFailed } from "./RunFailed.ts"
import { type Listening, type Server, serverCore } from "./Server.ts"

/** How long a server may take to start, ms. */
const startMillis = 10_000
const execFile = promisify(ChildProcess.execFile)

/** What clients can speak to it: the first is what its peers are compared with. */
export const spoken = ["plain", "native", "web", "irc", "irc-mixed"] as const
type Spoken = (typeof spoken)[number]

/** The name of the column of clients that speak this. */
export const nameOf = (dialect: Spoken, isEncrypted = false): string => `brusio${dialect === "plain" ? "" : `, ${dialect}`}${isEncrypted ? overTls : ""}`

/** What the name of a column ends with whose clients come with TLS. */
export const overTls = ", TLS"

/** The built program with its defaults, but without the rate limit and with these options, where it has them. Fails when the program cannot be run. */
export const brusio = (
  program: string,
  dialect: Spoken = "plain",
  wanted: ReadonlyArray<readonly [option: string, value: string]> = [],
  isEncrypted = false
): Effect.Effect<Server, RunFailed> =>
  Effect.map(options(program, wanted), (given) => ({
    name: nameOf(dialect, isEncrypted),
    dialect,
    isEncrypted,
    atOnce: 1000,
    start: Effect.gen(function* () {
      const encryption = isEncrypted ? yield* withTls : []
      return yield* started(yield* launched(serverCore, program, [...given, ...encryption]))
    })
  }))

const withTls = certificate.pipe(
  Effect.map(({ cert, key }) => ["--tls-cert", cert, "--tls-key", key]),
  Effect.mapError(({ message }) => new RunFailed({ message }))
)

/** The options of a server that is measured, of these those that the program has. Fails when it cannot be run. */
export const options = (program: string, wanted: ReadonlyArray<readonly [option: string, value: string]>): Effect.Effect<ReadonlyArray<string>, RunFailed> =>
  Effect.map(
    Effect.tryPromise({
      try: () => execFile(process.execPath, [program, "serve", "--help"]),
      catch: (error) => new RunFailed({ message: error instanceof Error ? error.message : String(error) })
    }),
    ({ stdout }) => [["--rate-limit", "off"] as const, ...wanted].filter(([option]) => stdout.includes(option)).flat()
  )

/** Runs the program's server with these options, on a core; `node`: options of Node's. */
export const launched = (core: number, program: string, given: ReadonlyArray<string>, node: ReadonlyArray<string> = []) =>
  start(core, process.execPath, [...node, program, "serve", "--port", "0", "--no-input", ...given])

/** Waits until the server says where it listens. The output is read on after that: with a full pipe, the server would do other work than in use. */
export const started = (child: Child) =>
  Effect.async<Listening, RunFailed>((resume) => {
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      if (text.length > 65_536) return
      text += chunk
      const [, host, port] = /Listening on (\S+):(\d+)/u.exec(text) ?? []
      if (host !== undefined && child.pid !== undefined) {
        resume(Effect.succeed({ pids: [child.pid], host, ports: [Number(port)] }))
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
