import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { exited, start } from "./Child.ts"
import { RunFailed } from "./RunFailed.ts"

/** The core that the load generator is pinned to; the server has another. */
export const loadCore = 1

/** A load generator: a script beside this file that writes its result as one line of JSON. */
interface Load<A, I> {
  readonly script: string
  readonly args: ReadonlyArray<string>
  /** The longest it may take, ms. */
  readonly atMost: number
  readonly result: Schema.Schema<A, I>
}

/** Runs a load generator, pinned to its core, until it ends by itself, and gives its result. Fails when it fails or takes too long. */
export const generate = <A, I>({ args, atMost, result, script }: Load<A, I>) =>
  Effect.gen(function* () {
    const load = yield* start(loadCore, process.execPath, ["--import", "tsx", join(import.meta.dirname, script), ...args])
    const chunks: Array<string> = []
    load.stdout.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk))
    const code = yield* exited(load).pipe(
      Effect.timeoutFail({
        duration: atMost,
        onTimeout: () => new RunFailed({ message: "the load generator did not come to an end" })
      })
    )
    if (code !== 0) return yield* new RunFailed({ message: `the load generator ended with ${String(code)}: see above` })
    return yield* Schema.decode(Schema.parseJson(result))(chunks.join(""))
  })
