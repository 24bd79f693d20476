/** What somebody is like, wherever it is: away, described, asked about. */
import * as Schema from "effect/Schema"
import { at, inRoom, MessageId, n } from "./eventFields.ts"
import { Member } from "./Member.ts"
import { Nickname } from "./Nickname.ts"
import { ToldRole } from "./Role.ts"
import { RoomName } from "./RoomName.ts"
import { Tags } from "./Tags.ts"
import { Text } from "./Text.ts"

/** You are taken for not being there, for this reason; without one, you are there again. */
export const AwaySet = Schema.TaggedStruct("AwaySet", { n, at, reason: Schema.optional(Text) })
export type AwaySet = typeof AwaySet.Type

/** Somebody is not there, for this reason; without one, it is there again. Nobody reads a line of it. */
export const Away = Schema.TaggedStruct("Away", { ...inRoom, member: Member, reason: Schema.optional(Text) })
export type Away = typeof Away.Type

/** You are taken for who has claimed this name. Only clients of some dialects ask for it, and who comes back by its words. */
export const AccountSet = Schema.TaggedStruct("AccountSet", { n, at, account: Nickname })
export type AccountSet = typeof AccountSet.Type

/**
 * Somebody has said of itself what it is. `real`: what it is called in full; absent where that stays as it was. `account`:
 * whether it has said the words of a claimed name, which its `member` bears from now on.
 */
export const Described = Schema.TaggedStruct("Described", { ...inRoom, member: Member, real: Schema.optional(Text), account: Schema.optional(Schema.Literal(true)) })
export type Described = typeof Described.Type

/**
 * Somebody that you watch for:
 *
 * - `here`: has come; `gone`: has left, is lost, or bears another name
 * - `away`, `back`, `described`: as in {@link Away} and {@link Described}; only where you share no room with it
 */
export const Watched = Schema.TaggedStruct("Watched", {
  n,
  at,
  member: Member,
  is: Schema.Literal("here", "gone", "away", "back", "described"),
  reason: Schema.optional(Text),
  real: Schema.optional(Text),
  account: Schema.optional(Schema.Literal(true))
})
export type Watched = typeof Watched.Type

/**
 * Somebody's client of IRC says something to others that nobody reads, to a room or to `target`: `tags` beside no message, or
 * the `words` of a machine, `notice` where these are an answer. Or it describes the room, or itself where none is named: `metadata`
 * is what has changed, without a value where there is none any more. Or it takes back what it has said to `target` alone, which is
 * `of`, for a `reason` or without. Only clients of IRC are told.
 */
export const Signalled = Schema.TaggedStruct("Signalled", {
  n,
  at,
  room: Schema.optional(RoomName),
  by: Member,
  target: Schema.optional(Member),
  tags: Schema.optional(Tags),
  words: Schema.optional(Schema.String),
  notice: Schema.optional(Schema.Literal(true)),
  metadata: Schema.optional(Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.optional(Text) }))),
  of: Schema.optional(MessageId),
  reason: Schema.optional(Text)
})
export type Signalled = typeof Signalled.Type

/** Who somebody is, as you have asked. */
export const Profile = Schema.TaggedStruct("Profile", {
  at,
  member: Member,
  /** What it is called in full; absent where it has not said so. */
  real: Schema.optional(Text),
  /** Whether it has a client of IRC. */
  irc: Schema.optional(Schema.Literal(true)),
  /** When it came in, and last said something, ms since 1970. */
  came: Schema.Number,
  spoke: Schema.Number,
  away: Schema.optional(Text),
  /** Whether its connection is lost, and it may come back. */
  lost: Schema.optional(Schema.Literal(true)),
  /** Where it is, but for hidden rooms that you are not in. */
  rooms: Schema.Array(Schema.Struct({ room: RoomName, role: ToldRole }))
})
export type Profile = typeof Profile.Type

/** What there is to say of somebody in a list of members; `id` is whose. */
export const Remark = Schema.Struct({ id: Member.fields.id, away: Schema.optional(Text), irc: Schema.optional(Schema.Literal(true)) })
export type Remark = typeof Remark.Type
