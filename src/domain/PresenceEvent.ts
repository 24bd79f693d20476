/** Who comes to a room and who goes, is lost and is back. */
import * as Schema from "effect/Schema"
import { inRoom } from "./eventFields.ts"
import { Member } from "./Member.ts"
import { Text } from "./Text.ts"
import { LeaveCode } from "./LeaveCode.ts"

/** Somebody entered the room. */
export const Joined = Schema.TaggedStruct("Joined", {
  ...inRoom,
  member: Member,
  /** What it is called in full, where it has said so. */
  real: Schema.optional(Text),
  /** Why it is not there, where it has said so. */
  away: Schema.optional(Text)
})
export type Joined = typeof Joined.Type

const gone = {
  member: Member,
  code: LeaveCode,
  reason: Schema.optional(Text),
  /** Whether that was told of before, by a `Detached`: then nobody is fewer here. Absent where it was not. */
  detached: Schema.optional(Schema.Literal(true))
}

/** Somebody is gone: from the server, or with the code `exited` from this room only. `reason` is absent after a plain quit. */
export const Left = Schema.TaggedStruct("Left", { ...inRoom, ...gone })
export type Left = typeof Left.Type

/** The connection of a member was lost, who may come back: until then it is not here, and its name is kept. */
export const Detached = Schema.TaggedStruct("Detached", {
  ...inRoom,
  member: Member,
  code: LeaveCode,
  reason: Schema.optional(Text),
  /** Until when its place is kept, ms since 1970. */
  until: Schema.Number
})
export type Detached = typeof Detached.Type

/** A member that was `Detached` is here again. */
export const Returned = Schema.TaggedStruct("Returned", { ...inRoom, member: Member })
export type Returned = typeof Returned.Type

/**
 * Many came or went at once: one event in place of all the `Joined` and `Left`
 * numbered from `first` to `seq`. A newcomer among them gets it too, after its
 * `Welcome`. Nobody is twice in `joined` or in `left`; whoever is in both has left.
 */
export const Presence = Schema.TaggedStruct("Presence", {
  first: Schema.Number,
  ...inRoom,
  /** How many are in the room after the last of these. */
  here: Schema.Number,
  joined: Schema.Array(Member),
  left: Schema.Array(Schema.Struct(gone)),
  /** Who was lost and may come back; absent where nobody was. Who is in `joined` too has come and was lost. */
  detached: Schema.optional(Schema.Array(Member)),
  /** Who is back; absent where nobody is. */
  returned: Schema.optional(Schema.Array(Member))
})
export type Presence = typeof Presence.Type
