import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { generate } from "../generator.ts"
import { RunFailed } from "../RunFailed.ts"
import { type Server, whereAbouts } from "../Server.ts"

/** What a reconnect storm did; nobody has missed anything. */
export const Returns = Schema.Struct({
  /** How many were lost at once, and came back. */
  clients: Schema.Number,
  /** From the loss until the last of them was answered, ms. */
  backMillis: Schema.Number,
  /** The longest round trip of a ping, ms: about the longest time for which the server's event loop was blocked. */
  longestMillis: Schema.Number,
  /** How many messages were said meanwhile. */
  said: Schema.Number,
  /** How many were not told all names of who came and went. */
  gaps: Schema.Number,
  /** What all of them were sent in all, in bytes. */
  bytes: Schema.Number,
  /** The CPU time of the server until all have heard everything, in seconds of one core. */
  serverCpuSeconds: Schema.NullOr(Schema.Number),
  /** The resident memory of the server before the loss, at most, and a minute after nothing is kept any more. */
  fullKb: Schema.NullOr(Schema.Number),
  peakKb: Schema.NullOr(Schema.Number),
  keptKb: Schema.NullOr(Schema.Number)
})
export type Returns = typeof Returns.Type

/** The longest that all of it may take besides the waiting for what is kept, ms. */
const atMost = 900_000

/** Starts a server and lets so many clients join it, which are all lost at once and come back; places are kept for `keep` seconds. */
export const returns = (server: Server, clients: number, keep: number) =>
  Effect.gen(function* () {
    const listening = yield* server.start
    return yield* generate({
      script: "returns.ts",
      args: [
        ...whereAbouts(listening),
        ...["--at-once", String(server.atOnce)],
        ...["--clients", String(clients), "--keep", String(keep)]
      ],
      atMost: atMost + keep * 1000,
      result: Returns
    })
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new RunFailed({ message: `${server.name}, reconnect storm: ${message}` }))
  )
