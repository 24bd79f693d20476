import * as Schema from "effect/Schema"
import { speak } from "../Decision.ts"
import { AskedRoom } from "../RoomName.ts"
import { Tags } from "../Tags.ts"
import { Text } from "../Text.ts"
import { Ref } from "../wire/Ref.ts"
import { command, type CommandForm, type Decides, messageForm } from "./Definition.ts"
import { inRoom, parseText } from "./text.ts"

/** Say a line to everybody in the room. */
export const Say = Schema.TaggedStruct("Say", { text: Text, room: Schema.optional(AskedRoom), notice: Schema.optional(Schema.Literal(true)), tags: Schema.optional(Tags), ref: Schema.optional(Schema.String) })
export type Say = typeof Say.Type

/** A `Say` as programs send it: the text is not checked yet. */
export const SayMessage = Schema.TaggedStruct("Say", { text: Schema.String, room: Schema.optional(Schema.String), ref: Schema.optional(Ref) })

/** The command to say a line. Programs send it; typed, every line that is no other command is one. */
export const say: CommandForm<Say> = {
  message: messageForm("Say", SayMessage, ({ ref, room, text }) =>
    parseText(text, ref, (text) => inRoom(room, ref, (room) => command({ _tag: "Say", text, ...room, ref })))
  ),
  send: ({ room, text }, ref) => ({ _tag: "Say", text, room: room?.name, ref })
}

/** What comes of it. */
export const decideSay: Decides<Say> = (chat, asker, { notice, ref, room: named, tags, text }) =>
  speak(chat, asker, named, { what: "say something", ref }, (from, { at, n, room, seq }) => ({ _tag: "Said", n, seq, at, room, from, text, ...(notice === true ? { notice } : {}), tags, ref }))
