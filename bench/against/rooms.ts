import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { generate } from "../generator.ts"
import type { Lengths } from "../run.ts"
import { RunFailed } from "../RunFailed.ts"
import { type Server, whereAbouts } from "../Server.ts"

/** What was said in some rooms, as fast as the server takes it; every delivery was checked. */
export const Talk = Schema.Struct({
  seconds: Schema.Number,
  /** Messages received in that time, counted once for each receiver. */
  deliveries: Schema.Number,
  serverCpuSeconds: Schema.NullOr(Schema.Number)
})
export type Talk = typeof Talk.Type

/** The longest that it may take besides the talk, ms. */
const besideMillis = 900_000

/** Starts a server and lets so many rooms of so many members talk; one room is the lobby. */
export const talkIn = (server: Server, rooms: number, members: number, { seconds, "warm-up": warmUp }: Lengths) =>
  Effect.gen(function* () {
    const listening = yield* server.start
    return yield* generate({
      script: "rooms.ts",
      args: [
        ...whereAbouts(listening),
        ...["--at-once", String(server.atOnce)],
        ...["--rooms", String(rooms), "--members", String(members), "--seconds", String(seconds), "--warm-up", String(warmUp)]
      ],
      atMost: besideMillis + (seconds + warmUp) * 1000,
      result: Talk
    })
  }).pipe(
    Effect.scoped,
    Effect.mapError(({ message }) => new RunFailed({ message: `${server.name}, ${rooms} rooms of ${members}: ${message}` }))
  )
