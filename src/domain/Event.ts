import * as Schema from "effect/Schema"
import { RefusalCode } from "./Refusal.ts"
import { at, inRoom, n, Part } from "./eventFields.ts"
import { Member, type MemberId } from "./Member.ts"
import { Nickname } from "./Nickname.ts"
import { RoomName } from "./RoomName.ts"
import { Entered, Exited, Invited, Moderated, Place, Removed, RoomList, TopicSet } from "./RoomEvent.ts"
import { AccountSet, Away, AwaySet, Described, Profile, Remark, Signalled, Watched } from "./PersonEvent.ts"
import { Tags } from "./Tags.ts"
import { Text } from "./Text.ts"

export type { Part } from "./eventFields.ts"
export type { Away, AwaySet, Described, Profile, Signalled, Watched } from "./PersonEvent.ts"
export { Member, MemberId, server } from "./Member.ts"
export type { Deed, Entered, Exited, Invited, Moderated, Place, Removed, RoomList, TopicSet } from "./RoomEvent.ts"

/**
 * Why somebody left.
 *
 * - `quit`: asked to; `closed`: ended the connection without a word
 * - `lost`: the connection was reset or timed out
 * - `too-slow`: did not read what was sent; `removed`: was sent away
 * - `internal-error`: a fault of the server; `closing`: the server closes
 * - `restarting`: the server closes, and is started again: clients may come back to it
 * - `exited`: left this room only, and is still in others
 * - `resumed`: came back over another connection, which goes on in place of this one
 * - `not-for-us`: spoke a protocol that is not spoken here
 * - `full`: there was no room for one more; `no-name`: gave no name in time
 * - `wrong-password`: tried too often to get in with a wrong one
 * - `other`: never sent; what a client makes of a code that it does not know
 */
export const LeaveCode = Schema.Literal(
  "quit",
  "closed",
  "lost",
  "too-slow",
  "removed",
  "internal-error",
  "closing",
  "restarting",
  "exited",
  "resumed",
  "not-for-us",
  "full",
  "no-name",
  "wrong-password",
  "other"
)
export type LeaveCode = typeof LeaveCode.Type

/** Where the people of a server that closes may come back: `elsewhere`, as its room goes on there, or here, as it `restarts`. */
export interface Whither {
  readonly elsewhere?: true | undefined
  readonly restarts?: true | undefined
}

/** What clients are told when their server closes: `lost` where its room goes on elsewhere, so that they may come back there. */
export const closingCode = ({ elsewhere, restarts }: Whither): LeaveCode => (elsewhere === true ? "lost" : restarts === true ? "restarting" : "closing")

/** Whether a client has ended in an orderly way with this goodbye: it asked to leave, or the server closed. */
export const isOrderly = ({ code }: { readonly code: LeaveCode }): boolean => code === "quit" || code === "closing" || code === "restarting"

/** What the server lets a client do, so that a client can say so before it is refused. */
export const Limits = Schema.Struct({
  /** The longest line a client may send, in bytes without the line feed. */
  lineBytes: Schema.Number,
  nameGraphemes: Schema.Number,
  nameBytes: Schema.Number
})
export type Limits = typeof Limits.Type

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
  /** The server's name and version, for people. */
  server: Schema.String,
  /** Opaque, and new at every start of a server: the numbers of rooms compare within one. Absent from servers of before. */
  instance: Schema.optional(Schema.String),
  limits: Limits,
  /** How long your place is kept when the connection is lost, ms; absent where it is not kept. */
  keep: Schema.optional(Schema.Number),
  /** For how long what is said in the room is kept for those who enter later, ms; absent where it is not kept. */
  history: Schema.optional(Schema.Number)
})
export type Welcome = typeof Welcome.Type

/** You are in, and in no room yet, as you asked: enter one. */
export const Admitted = Schema.TaggedStruct("Admitted", {
  n,
  at,
  you: Member,
  server: Schema.String,
  instance: Schema.optional(Schema.String),
  limits: Limits,
  keep: Schema.optional(Schema.Number)
})
export type Admitted = typeof Admitted.Type

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

/** Somebody bears another name from now on; `was` is the one before. */
export const Renamed = Schema.TaggedStruct("Renamed", { ...inRoom, member: Member, was: Nickname })
export type Renamed = typeof Renamed.Type

/** The server speaks to everybody in the room. */
export const Notice = Schema.TaggedStruct("Notice", { ...inRoom, text: Text })
export type Notice = typeof Notice.Type

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
  server: Schema.String,
  instance: Schema.optional(Schema.String),
  limits: Limits,
  keep: Schema.optional(Schema.Number),
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

/** What was said in a room before you entered, the oldest first; `more`: whether there was something earlier. It has happened already: nothing to be called for. */
export const Past = Schema.TaggedStruct("Past", { n, at, room: RoomName, events: Schema.Array(Schema.Union(Said, Acted)), more: Schema.Boolean })
export type Past = typeof Past.Type

/** What was said in your rooms with the words in it that you search for, the oldest first; `more`: whether there was something earlier. */
export const Found = Schema.TaggedStruct("Found", { at, events: Schema.Array(Schema.Union(Said, Acted)), more: Schema.Boolean })
export type Found = typeof Found.Type

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

/** Lines for a person who typed what only people type, such as `/help`. They are not part of the wire format of programs, which never get them. */
export interface Lines {
  readonly _tag: "Lines"
  readonly at: number
  readonly lines: ReadonlyArray<Text>
}

/** A {@link Resumed} with all that is told again behind it: in one piece, so that nothing comes in between. It is no message of its own. */
export interface Resumption extends Resumed {
  readonly replay: ReadonlyArray<Event>
  /** Who the client was until now, where it comes back as somebody else. */
  readonly was?: MemberId | undefined
}

/** Whether there is something to tell again behind this event. */
export const isResumption = (event: Reply | Observation): event is Resumption => event._tag === "Resumed" && "replay" in event

/**
 * What a dialect says for itself, in its own words: `words` makes them when they are sent, and no other dialect tells them.
 * They stand in the order of all else that the client is told.
 */
export interface Verbatim {
  readonly _tag: "Verbatim"
  readonly at: number
  readonly words: () => string
  /** About how many bytes these are. */
  readonly size: number
  /** How the client is spoken to from here on; what that is, only its dialect knows. Absent where it stays as it is. */
  readonly turn?: (() => void) | undefined
  /** Whether it says what a room was when the client came into it, so that whatever moves are told later have come later. */
  readonly ofComing?: true | undefined
}

/** All that a client can be told: an event, lines for people, or what its dialect says for itself. The answer to a question is a reply to its asker alone, and has no number. */
export type Reply = Event | Lines | Verbatim

/** The author of what was said to a whole room; `undefined` for any other event, such as a whisper. */
export const authorOf = (event: Reply | Observation): MemberId | undefined =>
  "from" in event && "room" in event ? event.from.id : undefined

/** What only those who watch the server see, such as the console: nobody in the room is told. */
export type Observation =
  | { readonly _tag: "Connected"; readonly at: number }
  /** `hasSpoken`: whether anything had come from it. */
  | { readonly _tag: "Disconnected"; readonly at: number; readonly code: LeaveCode; readonly reason: Text | undefined; readonly hasSpoken: boolean }
