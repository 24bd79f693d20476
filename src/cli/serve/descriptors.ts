import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** File descriptors that the process needs besides its clients' sockets. */
const ownDescriptors = 40

// Much cheaper than Node's diagnostic report, in time and memory.
const fromLinux = Effect.flatMap(
  Effect.try(() => readFileSync("/proc/self/limits", "utf8")),
  (limits) => Schema.decode(Schema.NumberFromString)(/^Max open files +(\d+)/mu.exec(limits)?.[1] ?? "unlimited")
)

const Report = Schema.Struct({ userLimits: Schema.Struct({ open_files: Schema.Struct({ soft: Schema.Number }) }) })

const fromReport = Effect.map(
  Effect.suspend(() => Schema.decodeUnknown(Report)(process.report.getReport())),
  ({ userLimits }) => userLimits.open_files.soft
)

/** How many clients there can be, and how many more connections can be held while they are told that the server is full. */
export interface Room {
  readonly maxClients: number
  readonly maxTurnedAway: number
}

/** Reduces the wanted numbers to what the limit on open files (`ulimit -n`) allows; an eighth at most is kept for those turned away. */
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
