import * as Schema from "effect/Schema"
import { at, inRoom, n } from "./eventFields.ts"
import { LeaveCode } from "./LeaveCode.ts"
import { Member } from "./Member.ts"
import { Nickname } from "./Nickname.ts"
import { AccountSet, Away, AwaySet, Described, Profile, Remark, Signalled, Watched } from "./PersonEvent.ts"
import { Detached, Joined, Left, Presence, Returned } from "./PresenceEvent.ts"
import { RefusalCode } from "./Refusal.ts"
import { Entered, Exited, Invited, Moderated, Place, Removed, RoomList, TopicSet } from "./RoomEvent.ts"
import { RoomName } from "./RoomName.ts"
import { Acted, Found, Past, Said, Whispered } from "./SpeechEvent.ts"
import { Text } from "./Text.ts"

/** What the server lets a client do, so that a client can say so before it is refused. */
export const Limits = Schema.Struct({
  /** The longest line a client may send, in bytes without the line feed. */
  lineBytes: Schema.Number,
  nameGraphemes: Schema.Number,
  nameBytes: Schema.Number
})
export type Limits = typeof Limits.Type

// What whoever is in, or back, is told of the server.
const ofServer = {
  /** The server's name and version, for people. */
  server: Schema.String,
  /** Opaque, and new at every start of a server: the numbers of rooms compare within one. Absent from servers of before. */
  instance: Schema.optional(Schema.String),
  limits: Limits,
  /** How long your place is kept when the connection is lost, ms; absent where it is not kept. */
  keep: Schema.optional(Schema.Number)
}

/** You are in. `seq` is the number of your own `Joined`, the room's last so far; `members` holds the first 100, you included. */
export const Welcome = Schema.TaggedStruct("Welcome", {
  ...inRoom,
  you: Member,
  /** The name that was asked for, when it was taken or reserved and you got another. */
  asked: Schema.optional(Nickname),
  /** Whether that name is claimed: whoever says its words bears it. Absent where it is not. */
  claimed: Schema.optional(Schema.Literal(true)),
  /** How many are in the room, you included. */
  here: Schema.Number,
  members: Schema.Array(Member),
  /** What the room is about; absent where nobody has said so. */
  topic: Schema.optional(Text),
  ...ofServer,
  /** For how long what is said in the room is kept for those who enter later, ms; absent where it is not kept. */
  history: Schema.optional(Schema.Number)
})
export type Welcome = typeof Welcome.Type

/** You are in, and in no room yet, as you asked: enter one. */
export const Admitted = Schema.TaggedStruct("Admitted", {
  n,
  at,
  you: Member,
  ...ofServer
})
export type Admitted = typeof Admitted.Type

/** Somebody bears another name from now on; `was` is the one before. */
export const Renamed = Schema.TaggedStruct("Renamed", { ...inRoom, member: Member, was: Nickname })
export type Renamed = typeof Renamed.Type

/** The server speaks to everybody in the room. */
export const Notice = Schema.TaggedStruct("Notice", { ...inRoom, text: Text })
export type Notice = typeof Notice.Type

/**
 * You are back, as who you were. What you have missed follows at once, in order,
 * up to the number `n`; where some of it is gone, `gaps` says so.
 */
export const Resumed = Schema.TaggedStruct("Resumed", {
  n,
  at,
  you: Member,
  /** The correlation id of the last of your commands that was taken; absent where none was, or where you know nothing of them. */
  last: Schema.optional(Schema.String),
  gaps: Schema.Boolean,
  rooms: Schema.Array(Place),
  ...ofServer,
  /** How many messages are lost of those that your rooms were told meanwhile; only in the answer to a `Back`, as who sends one has not counted. Absent where none are. */
  lost: Schema.optional(Schema.Number)
})
export type Resumed = typeof Resumed.Type

/** Your place is kept by words from now on: who says them is you, in case your connection is lost. */
export const KeySet = Schema.TaggedStruct("KeySet", {
  n,
  at,
  /** Your name, which has to be said with the words. */
  name: Nickname,
  /** How long the place is kept, ms. */
  keep: Schema.Number
})
export type KeySet = typeof KeySet.Type

/** You are an operator of the server from now on, or are none any more; and whether you hear what operators say to all who want to. Only clients of some dialects ask for it. */
export const DutySet = Schema.TaggedStruct("DutySet", { n, at, operates: Schema.Boolean, listens: Schema.Boolean })
export type DutySet = typeof DutySet.Type

/** An operator of the server speaks to all operators, and to all who want to hear that. */
export const Proclaimed = Schema.TaggedStruct("Proclaimed", { n, at, by: Member, text: Text })
export type Proclaimed = typeof Proclaimed.Type

/** A page of who is in the room; `more` says whether another page follows. */
export const Members = Schema.TaggedStruct("Members", {
  at,
  room: Schema.optional(RoomName),
  here: Schema.Number,
  members: Schema.Array(Member),
  more: Schema.Boolean,
  /** With the first page: who was lost and may come back. Absent where that is nobody, and for the lobby. */
  away: Schema.optional(Schema.Array(Member)),
  /** What there is to say of some of these; absent where there is nothing. */
  remarks: Schema.optional(Schema.Array(Remark))
})
export type Members = typeof Members.Type

/** What you asked was not done; the rest of what you sent still counts. */
export const Refused = Schema.TaggedStruct("Refused", {
  n,
  at,
  code: RefusalCode,
  message: Text,
  /** How long to wait before another try, in ms; absent where there is no need to. */
  wait: Schema.optional(Schema.Number),
  ref: Schema.optional(Schema.String)
})
export type Refused = typeof Refused.Type

/** You send faster than the rate limit: what you send waits its turn. Told once, until you have been slower for a while. */
export const Throttled = Schema.TaggedStruct("Throttled", {
  at,
  /** How many messages a second are taken up. */
  perSecond: Schema.Number,
  message: Text
})
export type Throttled = typeof Throttled.Type

/**
 * The server cannot reach the rest of its cluster: what you say waits, and comes in its order once it can be reached again.
 * `over`: it can be reached again.
 */
export const Outage = Schema.TaggedStruct("Outage", { at, over: Schema.optional(Schema.Literal(true)), message: Text })
export type Outage = typeof Outage.Type

/** The server asks for a sign of life: answer with a `Pong`. */
export const Ping = Schema.TaggedStruct("Ping", { at })
export type Ping = typeof Ping.Type

/** The answer to a client's `Ping`. */
export const Pong = Schema.TaggedStruct("Pong", { at, ref: Schema.optional(Schema.String) })
export type Pong = typeof Pong.Type

/** The last thing a client is told; the connection closes after it. */
export const Goodbye = Schema.TaggedStruct("Goodbye", {
  n,
  at,
  code: LeaveCode,
  reason: Text,
  /** How many messages of yours had come and were not said, as they waited for their turn; absent where there were none. */
  unsaid: Schema.optional(Schema.Number)
})
export type Goodbye = typeof Goodbye.Type

/** All a client may be told, as it travels in the native dialect. */
export const Event = Schema.Union(
  Welcome,
  Admitted,
  Resumed,
  Said,
  Acted,
  Whispered,
  Renamed,
  Notice,
  Joined,
  Left,
  Detached,
  Returned,
  KeySet,
  AccountSet,
  DutySet,
  Proclaimed,
  AwaySet,
  Away,
  Described,
  Watched,
  Signalled,
  Presence,
  Entered,
  Exited,
  TopicSet,
  Moderated,
  Removed,
  Invited,
  RoomList,
  Past,
  Found,
  Members,
  Profile,
  Refused,
  Throttled,
  Outage,
  Ping,
  Pong,
  Goodbye
)
export type Event = typeof Event.Type
