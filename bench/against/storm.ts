import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { generate } from "../generator.ts"
import { RunFailed } from "../RunFailed.ts"
import type { Server } from "../Server.ts"

/** What a leave storm did, as somebody saw it who stayed. */
export const Storm = Schema.Struct({
  /** How many dropped. */
  clients: Schema.Number,
  /** The longest that a ping was without its answer: the longest block of the server's event loop, and what it did around it, ms. */
  longestMillis: Schema.Number,
  /** From the drop until the one who stayed was told of the last, ms. */
  toldMillis: Schema.Number,
  /** CPU time of the server in it. */
  serverCpuSeconds: Schema.NullOr(Schema.Number)
})
export type Storm = typeof Storm.Type

const atMost = 900_000

/** Lets so many join a new server, and all of them but one more drop at once. */
export const storm = (server: Server, clients: number) =>
  Effect.gen(function* () {
    const { host, pid, port } = yield* server.start
    return yield* generate({
      script: "storm.ts",
      args: ["--host", host, "--port", String(port), "--pid", String(pid), "--at-once", String(server.atOnce), "--clients", String(clients)],
      atMost,
      result: Storm
    })
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new RunFailed({ message: `${server.name}, leave storm: ${message}` }))
  )
