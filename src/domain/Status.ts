import * as Schema from "effect/Schema"
import { Text } from "./Text.ts"

/** How somebody is, wherever it is. */
export const Status = Schema.Struct({
  /** When it came in, ms since 1970. */
  came: Schema.Number,
  /** When it last said something, or came in, ms since 1970. */
  spoke: Schema.Number,
  /** Why it is not there; absent while it is. */
  away: Schema.optional(Text),
  /** Whether only those who share a room with it, or know its name, find it. Absent where all do. */
  invisible: Schema.optional(Schema.Literal(true))
})
export type Status = typeof Status.Type
