import * as Schema from "effect/Schema"
import { MemberId } from "./Member.ts"

/** The hash of a secret that its owner alone knows: whoever has the secret can come back. Worked out at the border; the secret itself is in no entry. */
export const Proof = Schema.NonEmptyString.pipe(Schema.brand("Proof"))
export type Proof = typeof Proof.Type

/** The longest that words may be which people choose, in characters. */
export const longestWord = 128

/** How far a client has heard: as which member, and up to which number. */
export const Seen = Schema.Struct({ id: MemberId, n: Schema.Number })
export type Seen = typeof Seen.Type

/** What a client that can come back says of itself when it comes in. */
export const Claim = Schema.Struct({
  proof: Proof,
  /** What counts as one address, for the limit on places. */
  neighbourhood: Schema.String,
  /** Absent where the client has heard nothing yet. */
  seen: Schema.optional(Seen)
})
export type Claim = typeof Claim.Type
