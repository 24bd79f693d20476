import * as Effect from "effect/Effect"
import { exited, start } from "../Child.ts"
import { median } from "../median.ts"
import { RunFailed } from "../RunFailed.ts"
import { serverCore } from "../Server.ts"

/** How many starts the median is taken of: one takes a tenth of a second, and twice that when another process interferes. */
const starts = 5

/** How long the whole process of `--help` takes, from its start to its end: the median of a few, ms. Fails when the process fails. */
export const startMillis = (program: string): Effect.Effect<number, RunFailed> =>
  Effect.replicateEffect(once(program), starts).pipe(Effect.map((values) => median(values) ?? NaN))

const once = (program: string) =>
  Effect.gen(function* () {
    const began = performance.now()
    const child = yield* start(serverCore, process.execPath, [program, "--help"])
    child.stdout.resume()
    const code = yield* exited(child)
    return code === 0 ? performance.now() - began : yield* new RunFailed({ message: `${program} --help ended with ${String(code)}` })
  }).pipe(Effect.scoped)
