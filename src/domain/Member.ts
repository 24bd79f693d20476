import * as Schema from "effect/Schema"
import { limited, mostGraphemes } from "./NameLimits.ts"
import { Nickname } from "./Nickname.ts"

/** A member's identity on the server: opaque, and never given to another one. */
export const MemberId = Schema.NonEmptyString.pipe(Schema.maxLength(128), Schema.brand("MemberId"))
export type MemberId = typeof MemberId.Type

/** The longest name that a client takes from a server, in UTF-16 code units: no server of ours gives a longer one. */
const longestName = 2 * limited(mostGraphemes).nameBytes

/** Somebody who has come in. */
export const Member = Schema.Struct({
  id: MemberId,
  name: Nickname.pipe(Schema.maxLength(longestName)),
  /** Whether it says that it is a program. Absent where it does not. */
  bot: Schema.optional(Schema.Literal(true)),
  /** The claimed name whose words it has said. Absent where it has said none. */
  account: Schema.optional(Nickname.pipe(Schema.maxLength(longestName)))
})
export type Member = typeof Member.Type

/** The server, where it speaks to one alone: nobody can bear its name, and nobody has its id. */
export const server: Member = { id: MemberId.make("server"), name: Nickname.make("server") }
