/** What people say: to a room, to one, to some; and what they have said before. */
import * as Schema from "effect/Schema"
import { at, inRoom, n, Part } from "./eventFields.ts"
import { Member } from "./Member.ts"
import { RoomName } from "./RoomName.ts"
import { Tags } from "./Tags.ts"
import { Text } from "./Text.ts"

/** Somebody said a line. Its author gets it too: that is the receipt. */
export const Said = Schema.TaggedStruct("Said", {
  ...inRoom,
  from: Member,
  text: Text,
  /** Whether no machine may answer it, as machines say it. Absent where people say it. */
  notice: Schema.optional(Schema.Literal(true)),
  /** What the author's program says to others beside it. Absent where it says nothing. */
  tags: Schema.optional(Tags),
  /** Absent where the message has one line. */
  part: Schema.optional(Part),
  /** The author's correlation id; it means something only to the author. */
  ref: Schema.optional(Schema.String)
})
export type Said = typeof Said.Type

/** Somebody does something: `* Ada waves`. Apart from how it reads, an `Acted` is a `Said`. */
export const Acted = Schema.TaggedStruct("Acted", {
  ...inRoom,
  from: Member,
  text: Text,
  /** What the author's program says to others beside it. Absent where it says nothing. */
  tags: Schema.optional(Tags),
  ref: Schema.optional(Schema.String)
})
export type Acted = typeof Acted.Type

/** Those in a room who have such a role, or a higher one. */
export const Among = Schema.Struct({ room: RoomName, role: Schema.Literal("operator", "voice") })
export type Among = typeof Among.Type

/** Somebody said a line to one member only. Both get the event: for the author it is the receipt. */
export const Whispered = Schema.TaggedStruct("Whispered", {
  n,
  at,
  from: Member,
  to: Member,
  /** Those in a room to whom it was said, in place of one alone: then `to` is its author. Absent where it was said to one. */
  among: Schema.optional(Among),
  text: Text,
  /** Whether no machine may answer it, as machines say it. Absent where people say it. */
  notice: Schema.optional(Schema.Literal(true)),
  /** What the author's program says to others beside it. Absent where it says nothing. */
  tags: Schema.optional(Tags),
  part: Schema.optional(Part),
  ref: Schema.optional(Schema.String)
})
export type Whispered = typeof Whispered.Type

/** What was said in a room before you entered, the oldest first; `more`: whether there was something earlier. It has happened already: nothing to be called for. */
export const Past = Schema.TaggedStruct("Past", { n, at, room: RoomName, events: Schema.Array(Schema.Union(Said, Acted)), more: Schema.Boolean })
export type Past = typeof Past.Type

/** What was said in your rooms with the words in it that you search for, the oldest first; `more`: whether there was something earlier. */
export const Found = Schema.TaggedStruct("Found", { at, events: Schema.Array(Schema.Union(Said, Acted)), more: Schema.Boolean })
export type Found = typeof Found.Type
