import { join } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Child, exited, start } from "./Child.ts"
import type { Mode, Options } from "./Options.ts"
import { Result } from "./Result.ts"

/** A run that measured nothing: the words say why. */
export class RunFailed extends Data.TaggedError("RunFailed")<{ readonly message: string }> {}

/** What one run is about. */
export interface Plan {
  readonly mode: Mode
  readonly clients: number
}

const serverCore = 0
const loadCore = 1
const startMillis = 10_000
/** The longest that joining, the pauses and the draining may take beside the talk. */
const besideMillis = 90_000

const decode = Schema.decodeUnknown(Schema.parseJson(Result))

/** Starts a server with its defaults and a load generator, and ends both. */
export const run = (options: Options, { clients, mode }: Plan) =>
  Effect.gen(function* () {
    const server = yield* start(serverCore, [options.server, "serve", "--port", "0", "--no-input"])
    const { host, port } = yield* listening(server)
    const load = yield* start(loadCore, [
      ...["--import", "tsx", join(import.meta.dirname, "load.ts")],
      ...["--host", host, "--port", port, "--pid", String(server.pid)],
      ...["--clients", String(clients), "--mode", mode, "--rate", String(options.rate)],
      ...["--seconds", String(options.seconds), "--warm-up", String(options["warm-up"])]
    ])
    const chunks: Array<string> = []
    load.stdout.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk))
    const code = yield* exited(load).pipe(
      Effect.timeoutFail({
        duration: besideMillis + (options.seconds + options["warm-up"]) * 1000,
        onTimeout: () => new RunFailed({ message: "the load generator did not come to an end" })
      })
    )
    if (code !== 0) return yield* new RunFailed({ message: `the load generator ended with ${String(code)}: see above` })
    return yield* decode(chunks.join(""))
  }).pipe(
    Effect.scoped,
    Effect.catchTag("ParseError", ({ message }) => new RunFailed({ message })),
    Effect.mapError(({ message }) => new RunFailed({ message: `${mode}, ${clients} clients: ${message}` }))
  )

// Goes on reading for as long as the server writes: one whose output nobody takes would be another test.
const listening = (server: Child) =>
  Effect.async<{ readonly host: string; readonly port: string }, RunFailed>((resume) => {
    let text = ""
    server.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      if (text.length > 65_536) return
      text += chunk
      const [, host, port] = /Listening on (\S+):(\d+)/u.exec(text) ?? []
      if (host !== undefined && port !== undefined) resume(Effect.succeed({ host, port }))
    })
    server.once("exit", (code) => {
      resume(new RunFailed({ message: `the server ended with ${String(code)} before it listened` }))
    })
  }).pipe(
    Effect.timeoutFail({
      duration: startMillis,
      onTimeout: () => new RunFailed({ message: "the server did not say where it listens" })
    })
  )
