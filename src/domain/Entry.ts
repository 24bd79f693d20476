import * as Schema from "effect/Schema"
import { Command, RoomRule } from "./command/Command.ts"
import { MemberId } from "./Member.ts"
import { LeaveCode } from "./LeaveCode.ts"
import { RoomKey } from "./RoomName.ts"
import { Text } from "./Text.ts"

const client = Schema.Number
const gone = { client, code: LeaveCode, reason: Schema.optional(Text) }

/** Something that a client asks for. */
const Asked = Schema.TaggedStruct("Command", { client, address: Schema.String, command: Command })
/** A client has left for good: it asked to, was sent away, or spoke a protocol that is not spoken here. */
const Quit = Schema.TaggedStruct("Quit", gone)
/** A connection has ended without a goodbye: who can come back keeps its place for a while. */
const Drop = Schema.TaggedStruct("Drop", gone)
/** The server speaks to a room, or where none is named to everybody; or to one member only, `to`. */
const Announce = Schema.TaggedStruct("Announce", { text: Text, room: Schema.optional(RoomKey), to: Schema.optional(MemberId) })
/** The operator of the server rules a room. */
const Rule = Schema.TaggedStruct("Rule", { room: RoomKey, command: RoomRule })
/** The operator sends away somebody who is not connected: nobody can take up that place any more. */
const Dismiss = Schema.TaggedStruct("Dismiss", { id: MemberId, reason: Text })
/** The time has come for what comes of itself, such as the end of a place that is kept: for all that was due by then, ms since 1970. A clock that is set back cannot hold that up. */
const Expire = Schema.TaggedStruct("Expire", { by: Schema.Number })
/** The server closes. `elsewhere`: its room goes on at other servers; `restarts`: it is started again. */
const Close = Schema.TaggedStruct("Close", { reason: Text, elsewhere: Schema.optional(Schema.Literal(true)), restarts: Schema.optional(Schema.Literal(true)) })

/** A node of a cluster is gone: the connections of all its clients are lost. */
const NodeGone = Schema.TaggedStruct("NodeGone", { node: Schema.Number })
/** A node of a cluster closes while others go on: its clients are told, and may come back at another one. */
const NodeCloses = Schema.TaggedStruct("NodeCloses", { node: Schema.Number, reason: Text })

/** All that can happen to a chat, as data: a log entry without its time. */
export const Happening = Schema.Union(Asked, Quit, Drop, Announce, Rule, Dismiss, Expire, NodeGone, NodeCloses, Close)
export type Happening = typeof Happening.Type

const at = { at: Schema.Number }

/**
 * A log entry: what happened, and when, in ms since 1970. The state of the chat
 * is the fold of the log by `apply`. Nothing in an entry still needs Unicode's
 * tables, a clock or chance: whoever makes an entry has worked these out.
 */
export const Entry = Schema.Union(
  Schema.Struct({ ...at, ...Asked.fields }),
  Schema.Struct({ ...at, ...Quit.fields }),
  Schema.Struct({ ...at, ...Drop.fields }),
  Schema.Struct({ ...at, ...Announce.fields }),
  Schema.Struct({ ...at, ...Rule.fields }),
  Schema.Struct({ ...at, ...Dismiss.fields }),
  Schema.Struct({ ...at, ...Expire.fields }),
  Schema.Struct({ ...at, ...NodeGone.fields }),
  Schema.Struct({ ...at, ...NodeCloses.fields }),
  Schema.Struct({ ...at, ...Close.fields })
)
export type Entry = typeof Entry.Type
