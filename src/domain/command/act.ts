import * as Schema from "effect/Schema"
import { speak } from "../Decision.ts"
import { AskedRoom } from "../RoomName.ts"
import { Tags } from "../Tags.ts"
import { Text } from "../Text.ts"
import { Ref } from "../wire/Ref.ts"
import { command, type CommandForm, type Decides, messageForm } from "./Definition.ts"
import { inRoom, parseText, typedText } from "./text.ts"

/** Say what one does: `/me waves`. */
export const Act = Schema.TaggedStruct("Act", { text: Text, room: Schema.optional(AskedRoom), tags: Schema.optional(Tags), ref: Schema.optional(Schema.String) })
export type Act = typeof Act.Type

/** An `Act` as programs send it: the text is not checked yet. */
export const ActMessage = Schema.TaggedStruct("Act", { text: Schema.String, room: Schema.optional(Schema.String), ref: Schema.optional(Ref) })

/** The command `/me`. */
export const act: CommandForm<Act> = {
  message: messageForm("Act", ActMessage, ({ ref, room, text }) =>
    parseText(text, ref, (text) => inRoom(room, ref, (room) => command({ _tag: "Act", text, ...room, ref })))
  ),
  line: {
    name: "/me",
    args: "ACTION",
    help: "says what you do",
    takesName: false,
    read: (rest) => typedText(rest, "/me ACTION", (text) => command({ _tag: "Act", text }))
  },
  send: ({ room, text }, ref) => ({ _tag: "Act", text, room: room?.name, ref })
}

/** What comes of it. */
export const decideAct: Decides<Act> = (chat, asker, { ref, room: named, tags, text }) =>
  speak(chat, asker, named, { what: "do something", ref }, (from, { at, n, room, seq }) => ({ _tag: "Acted", n, seq, at, room, from, text, tags, ref }))
