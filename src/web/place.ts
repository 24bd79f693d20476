import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { newMark } from "../client/entering.ts"
import { start } from "../client/screen/conversation.ts"
import * as Form from "../client/screen/form.ts"
import { opened } from "../client/screen/rooms.ts"
import { type Conversation, noDraft, type Room } from "../client/screen/step.ts"
import { Command } from "../domain/command/Command.ts"
import { Member } from "../domain/Member.ts"
import { ToldRole } from "../domain/Role.ts"
import { RoomName } from "../domain/RoomName.ts"

/** The place in the room of whoever uses this tab: with it, a page goes on as who they were. */
export const Place = Schema.Struct({
  secret: Schema.String,
  me: Member,
  /** The rooms that one is in, with what was being typed in those that are not looked at. */
  rooms: Schema.Array(Schema.Struct({ name: RoomName, role: ToldRole, here: Schema.Number, seq: Schema.Number, draft: Schema.optional(Schema.String) })),
  /** The room that is looked at. */
  room: Schema.String,
  heard: Schema.Struct({ instance: Schema.optional(Schema.String), room: RoomName, seq: Schema.Number, n: Schema.Number }),
  /** Messages without a receipt, in order. */
  pending: Schema.Array(Schema.Struct({ ref: Schema.String, typed: Schema.String, command: Command })),
  /** Since when there is no connection, ms since 1970. */
  lostAt: Schema.Number
})
export type Place = typeof Place.Type

/** The place of a conversation, from now on; `undefined` before one was in the room. */
export const placeOf = (conversation: Conversation, secret: string): Place | undefined => {
  const { heard, lostAt = Date.now(), me, pending, room, rooms } = conversation
  if (me === undefined || heard === undefined) return undefined
  const { instance, ...numbers } = heard
  return { secret, me, rooms: rooms.map(keptOf), room, heard: { ...numbers, ...(instance === undefined ? {} : { instance }) }, pending, lostAt }
}

const keptOf = ({ draft, here, name, role, seq }: Room): Place["rooms"][number] => ({ name, role, here, seq, ...(draft === undefined ? {} : { draft: draft.line }) })

/** A conversation that has not begun. */
export const begun = (name: string): Conversation =>
  start(Form.unasked(Form.begin({ host: Option.some(location.hostname), isSecured: isSecureContext, port: Option.none(), name: Option.some(name), password: Option.none() }, name)), newMark()).after

/** The conversation that goes on at a place. */
export const goingOn = ({ heard: { instance, ...numbers }, lostAt, me, pending, room, rooms }: Place): Conversation => ({
  ...begun(me.name),
  phase: "room",
  me,
  rooms: rooms.map(({ draft, name, ...place }) => ({ ...opened({ room: name, ...place }), draft: draft === undefined ? undefined : { ...noDraft, line: draft } })),
  room,
  roams: rooms.length > 1,
  heard: { ...numbers, instance },
  pending,
  lostAt
})
