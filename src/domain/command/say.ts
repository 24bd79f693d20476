import * as Schema from "effect/Schema"
import { speak } from "../Decision.ts"
import { lobby } from "../RoomName.ts"
import { Text } from "../Text.ts"
import { Ref } from "../wire/Ref.ts"
import { command, type CommandDefinition, messageForm } from "./Definition.ts"
import { parseText } from "./text.ts"

/** Say a line to everybody in the room. */
export const Say = Schema.TaggedStruct("Say", { text: Text, ref: Schema.optional(Schema.String) })
export type Say = typeof Say.Type

/** A `Say` as programs send it: the text is not checked yet. */
export const SayMessage = Schema.TaggedStruct("Say", { text: Schema.String, ref: Schema.optional(Ref) })

/** The command to say a line. Programs send it; typed, every line that is no other command is one. */
export const say: CommandDefinition<Say> = {
  message: messageForm("Say", SayMessage, ({ ref, text }) => parseText(text, ref, (text) => command({ _tag: "Say", text, ref }))),
  send: ({ text }, ref) => ({ _tag: "Say", text, ref }),
  apply: (chat, asker, { ref, text }) =>
    speak(chat, asker, lobby, { what: "say something", ref }, (from, { at, n, room, seq }) => ({ _tag: "Said", n, seq, at, room, from, text, ref }))
}
