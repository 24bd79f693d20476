import * as Effect from "effect/Effect"
import { generate } from "./generator.ts"
import { type Plan, title } from "./Plan.ts"
import { Result } from "./Result.ts"
import { RunFailed } from "./RunFailed.ts"
import { type Server, whereAbouts } from "./Server.ts"

/** How long a run may take beside the talk, ms: longer than the load generator itself waits for the joining and the last messages. */
const besideMillis = 900_000

/** How long the talk is, in seconds: the window that is measured, and the warm-up before it. */
export interface Lengths {
  readonly seconds: number
  readonly "warm-up": number
}

/** Runs one plan: starts a server and a load generator, and ends both. Fails when nothing could be measured, or a delivery was wrong. */
export const run = (lengths: Lengths, server: Server, plan: Plan) =>
  Effect.gen(function* () {
    const listening = yield* server.start
    return yield* generate({
      script: "load.ts",
      args: [
        ...whereAbouts(listening),
        ...["--dialect", server.dialect, "--at-once", String(server.atOnce), ...(server.isEncrypted ? ["--tls"] : [])],
        ...["--clients", String(plan.clients), ...(plan.rate === undefined ? [] : ["--rate", String(plan.rate)])],
        ...(plan.talkers === undefined ? [] : ["--talkers", String(plan.talkers)]),
        ...["--seconds", String(lengths.seconds), "--warm-up", String(lengths["warm-up"])]
      ],
      atMost: besideMillis + (lengths.seconds + lengths["warm-up"]) * 1000,
      result: Result
    })
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new RunFailed({ message: `${server.name}, ${title(plan)}: ${message}` }))
  )
