import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { exited, start } from "./Child.ts"
import type { Options } from "./Options.ts"
import { type Plan, title } from "./Plan.ts"
import { Result } from "./Result.ts"
import { RunFailed } from "./RunFailed.ts"
import type { Server } from "./Server.ts"

const loadCore = 1
/** Longer than the load generator itself waits for the joining and the draining. */
const besideMillis = 900_000

const decode = Schema.decodeUnknown(Schema.parseJson(Result))

/** Starts a server and a load generator, and ends both. */
export const run = (options: Options, server: Server, plan: Plan) =>
  Effect.gen(function* () {
    const { host, pid, port } = yield* server.start
    const load = yield* start(loadCore, process.execPath, [
      ...["--import", "tsx", join(import.meta.dirname, "load.ts")],
      ...["--host", host, "--port", String(port), "--pid", String(pid), "--dialect", server.dialect, "--at-once", String(server.atOnce)],
      ...["--clients", String(plan.clients), ...(plan.rate === undefined ? [] : ["--rate", String(plan.rate)])],
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
    Effect.mapError(({ message }) => new RunFailed({ message: `${server.name}, ${title(plan)}: ${message}` }))
  )
