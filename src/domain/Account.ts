import * as Schema from "effect/Schema"
import { IndexedName } from "./nameIndex.ts"
import { NameKey } from "./Nickname.ts"
import { Proof } from "./Place.ts"

/** A name that was claimed while the server runs: only who says its words bears it. */
export const Account = Schema.Struct({
  /** Where it has blanks, it is found as one word (`Nickname.oneWord`). */
  name: IndexedName,
  /** The hash of its words. */
  proof: Proof,
  /** The hash of the certificate with which its owner came when it was claimed: who shows that needs no words. */
  certificate: Schema.optional(Proof),
  /** What counts as one address, for the limit on claimed names: whence it was claimed. */
  neighbourhood: Schema.String,
  /** When somebody was last here who had said the words, ms since 1970. */
  used: Schema.Number
})
export type Account = typeof Account.Type

/** What is said to be taken for who has an account: its key, and the hash of words or of a certificate, worked out at the border. The words themselves are in no entry. */
export const Credentials = Schema.Struct({
  key: NameKey,
  proof: Proof,
  /** What counts as one address, for the limit on places. */
  neighbourhood: Schema.String
})
export type Credentials = typeof Credentials.Type
