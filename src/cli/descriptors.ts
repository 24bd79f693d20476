import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { defaults } from "../server/ServerConfig.ts"

const Report = Schema.Struct({ userLimits: Schema.Struct({ open_files: Schema.Struct({ soft: Schema.Number }) }) })

/** What the process needs besides its clients. */
const ownDescriptors = 40

/** How many clients there can be, and how many more can be told that there is no room, as far as the system allows it (`ulimit -n`). */
export const allowedClients = (): { readonly clients: number; readonly turnedAway: number } => {
  const report = Schema.decodeUnknownOption(Report)(process.report.getReport())
  const free = Option.match(report, {
    onNone: () => Number.POSITIVE_INFINITY,
    onSome: ({ userLimits }) => Math.max(2, userLimits.open_files.soft - ownDescriptors)
  })
  const turnedAway = Math.min(defaults.maxTurnedAway, Math.ceil(free / 8))
  return { clients: free - turnedAway, turnedAway }
}
