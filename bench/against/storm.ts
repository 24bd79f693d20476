import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { generate } from "../generator.ts"
import { RunFailed } from "../RunFailed.ts"
import { type Server, whereAbouts } from "../Server.ts"

/** What a leave storm did, as seen by a client that stayed. */
export const Storm = Schema.Struct({
  /** How many dropped. */
  clients: Schema.Number,
  /** The longest round trip of a ping, ms: about the longest time for which the server's event loop was blocked. */
  longestMillis: Schema.Number,
  /** From the drop until the client that stayed was told of the last leave, ms. */
  toldMillis: Schema.Number,
  /** The CPU time of the server during the storm, in seconds of one core. */
  serverCpuSeconds: Schema.NullOr(Schema.Number)
})
export type Storm = typeof Storm.Type

/** The longest that joining and the storm may take, ms. */
const atMost = 900_000

/** Starts a server, lets so many clients join it, and one more that stays while all of these drop at once. */
export const storm = (server: Server, clients: number) =>
  Effect.gen(function* () {
    const listening = yield* server.start
    return yield* generate({
      script: "storm.ts",
      args: [...whereAbouts(listening), "--at-once", String(server.atOnce), "--clients", String(clients)],
      atMost,
      result: Storm
    })
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new RunFailed({ message: `${server.name}, leave storm: ${message}` }))
  )
