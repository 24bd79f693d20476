/** What only happens where there are several rooms: entering and leaving them, and how they are ruled. */
import * as Schema from "effect/Schema"
import { at, inRoom, MessageId, n } from "./eventFields.ts"
import { Member } from "./Member.ts"
import { ToldRole } from "./Role.ts"
import { RoomName } from "./RoomName.ts"
import { Text } from "./Text.ts"

/** What a room is like, for who is in it. */
const state = {
  /** What you may do in it. */
  role: ToldRole,
  topic: Schema.optional(Text),
  /** Whether one needs its word, or an invitation, to enter. */
  locked: Schema.Boolean,
  /** Whether it is left out of the list of rooms, but for those in it. */
  hidden: Schema.Boolean,
  /** For how long what is said in it is kept for those who enter later, ms; absent where it is not kept. */
  history: Schema.optional(Schema.Number)
}

/** A room that somebody is in who comes back. */
export const Place = Schema.Struct({
  room: RoomName,
  /** The room's last number so far. */
  seq: Schema.Number,
  /** How many are in the room, you included. */
  here: Schema.Number,
  ...state
})
export type Place = typeof Place.Type

/** You are in this room. `seq` is the number of your own `Joined`, the room's last so far; `members` holds the first 100, you included. */
export const Entered = Schema.TaggedStruct("Entered", {
  ...inRoom,
  you: Member,
  here: Schema.Number,
  members: Schema.Array(Member),
  /** Who was lost and may come back; absent where that is nobody, and for the lobby. */
  away: Schema.optional(Schema.Array(Member)),
  ...state
})
export type Entered = typeof Entered.Type

/** You are not in this room any more, as you asked, and said why; what you say without naming a room goes to `now`, if you are in any. */
export const Exited = Schema.TaggedStruct("Exited", { n, at, room: RoomName, now: Schema.optional(RoomName), reason: Schema.optional(Text) })
export type Exited = typeof Exited.Type

/** The room has a topic, or, where `text` is empty, none any more. `by`: absent where the server did it. */
export const TopicSet = Schema.TaggedStruct("TopicSet", { ...inRoom, by: Schema.optional(Member), text: Text })
export type TopicSet = typeof TopicSet.Type

/** What is done to somebody in a room, as people type it. */
export const Deed = Schema.Literal("op", "deop", "kick", "ban", "unban", "mute", "unmute")
export type Deed = typeof Deed.Type

/** How a room goes on, in pairs: what sets it, and what takes it back. */
export const Change = Schema.Literal(
  "voice", "devoice",
  "moderate", "unmoderate",
  "limit", "unlimit",
  "outside", "inside",
  "free-topic", "fix-topic",
  "machines", "no-machines",
  "except", "unexcept",
  "except-mute", "unexcept-mute",
  "admit", "unadmit"
)

const rule = {
  deed: Schema.Literal(...Deed.literals, "owner", "lock", "unlock", "hide", "show", "remember", "unremember", "forget", "redact", ...Change.literals),
  target: Schema.optional(Member),
  mask: Schema.optional(Text),
  limit: Schema.optional(Schema.Number),
  /** Whether it is a word that opens the lock. */
  word: Schema.optional(Schema.Literal(true))
}

const Rule = Schema.Struct(rule)
/** One way in which a room is ruled. */
export type Rule = typeof Rule.Type


/**
 * A room is ruled: by whom, and what was done. `by`: absent where the server did it, or it came of itself.
 *
 * - the {@link Deed}s, to `target`: who is kicked or banned is not in the room any more
 * - `owner`: `target` owns the room from now on, as its owner has left
 * - `lock`, `unlock`, `hide`, `show`: what the room is like
 * - `remember`, `unremember`: whether what is said is kept; `forget`: what was said so far is not kept any more
 * - `redact`: what `target` has said, which is `of`, is taken back: it is not kept any more
 * - `voice`, `devoice`: whether `target` may speak where only some may, which `moderate` and `unmoderate` decide
 * - `limit`, `unlimit`: whether no more may enter than `limit`
 * - `outside`, `inside`: whether those are heard who are not in the room
 * - `free-topic`, `fix-topic`: whether all may set the topic
 * - `machines`, `no-machines`: whether what programs ask each other is carried
 * - `ban`, `unban`, `mute`, `unmute` with a `mask` in place of `target`: all whose names it matches
 * - `except`, `unexcept`: all whom `mask` matches are excepted from bans by masks; `except-mute`, `unexcept-mute` from mutes
 * - `admit`, `unadmit`: all whom `mask` matches may enter without an invitation
 */
export const Moderated = Schema.TaggedStruct("Moderated", {
  ...inRoom,
  by: Schema.optional(Member),
  ...rule,
  /** Until when a ban or a mute lasts, ms since 1970. */
  until: Schema.optional(Schema.Number),
  reason: Schema.optional(Text),
  /** What is taken back. */
  of: Schema.optional(MessageId),
  /** Whether who is banned was not in the room. Absent where it was. */
  absent: Schema.optional(Schema.Literal(true)),
  /** What else was done by the same command: each of it is told by an event of its own, too, which is marked `told`. */
  also: Schema.optional(Schema.Array(Rule)),
  /** Whether an event before has named this in its `also`. */
  told: Schema.optional(Schema.Literal(true))
})
export type Moderated = typeof Moderated.Type

/** You were put out of a room, or cannot enter it for a while. `now`: as in {@link Exited}. */
export const Removed = Schema.TaggedStruct("Removed", {
  n,
  at,
  room: RoomName,
  deed: Schema.Literal("kick", "ban"),
  by: Schema.optional(Member),
  until: Schema.optional(Schema.Number),
  reason: Schema.optional(Text),
  now: Schema.optional(RoomName)
})
export type Removed = typeof Removed.Type

/** Somebody is invited to a room, and may enter it once until this time, also where it is locked. Both are told, and those who rule the room with a client of IRC; `by`: absent where the server invites. */
export const Invited = Schema.TaggedStruct("Invited", { n, at, room: RoomName, by: Schema.optional(Member), to: Member, until: Schema.Number })
export type Invited = typeof Invited.Type

/** The rooms that there are, but for hidden ones that you are not in: your own first, then the largest. `more` says how many there are besides. */
export const RoomList = Schema.TaggedStruct("RoomList", {
  at,
  rooms: Schema.Array(
    Schema.Struct({
      room: RoomName,
      here: Schema.Number,
      topic: Schema.optional(Text),
      locked: Schema.Boolean,
      /** Whether you are in it. */
      yours: Schema.Boolean
    })
  ),
  more: Schema.Number
})
export type RoomList = typeof RoomList.Type
