import * as Schema from "effect/Schema"
import { Text } from "./Text.ts"

/** What somebody says of itself besides its name: clients of some dialects do. */
export const Profile = Schema.Struct({
  /** A short name of its own on its own machine, of ASCII letters, digits and `._-`; it identifies nobody. Clients of IRC have one, and no others. */
  user: Schema.optional(Schema.String),
  /** What it is called in full, or whatever else it wants to be read. */
  real: Text
})
export type Profile = typeof Profile.Type

/** Whether the client of somebody is one of IRC. */
export const hasIrc = ({ profile }: { readonly profile?: Profile | undefined }): boolean => profile?.user !== undefined
