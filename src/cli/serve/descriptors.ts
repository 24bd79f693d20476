import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** What the process needs besides its clients. */
const ownDescriptors = 40

// Costs a fraction of a report, in time and memory.
const fromLinux = Effect.flatMap(
  Effect.try(() => readFileSync("/proc/self/limits", "utf8")),
  (limits) => Schema.decode(Schema.NumberFromString)(/^Max open files +(\d+)/mu.exec(limits)?.[1] ?? "unlimited")
)

const Report = Schema.Struct({ userLimits: Schema.Struct({ open_files: Schema.Struct({ soft: Schema.Number }) }) })

const fromReport = Effect.map(
  Effect.suspend(() => Schema.decodeUnknown(Report)(process.report.getReport())),
  ({ userLimits }) => userLimits.open_files.soft
)

/** How many clients there can be, and how many more can be told that there is no room. */
export interface Room {
  readonly maxClients: number
  readonly maxTurnedAway: number
}

/** As much of the room that is wanted as the system allows (`ulimit -n`). */
export const allowed = ({ maxClients, maxTurnedAway }: Room): Effect.Effect<Room> =>
  fromLinux.pipe(
    Effect.orElse(() => fromReport),
    Effect.orElseSucceed(() => Number.POSITIVE_INFINITY),
    Effect.map((openFiles) => {
      const free = Math.max(2, openFiles - ownDescriptors)
      const turnedAway = Math.min(maxTurnedAway, Math.ceil(free / 8))
      return { maxClients: Math.min(maxClients, free - turnedAway), maxTurnedAway: turnedAway }
    })
  )
