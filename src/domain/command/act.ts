import * as Schema from "effect/Schema"
import { speak } from "../Decision.ts"
import { lobby } from "../RoomName.ts"
import { Text } from "../Text.ts"
import { Ref } from "../wire/Ref.ts"
import { command, type CommandDefinition, messageForm } from "./Definition.ts"
import { parseText, typedText } from "./text.ts"

/** Say what one does: `/me waves`. */
export const Act = Schema.TaggedStruct("Act", { text: Text, ref: Schema.optional(Schema.String) })
export type Act = typeof Act.Type

/** An `Act` as programs send it: the text is not checked yet. */
export const ActMessage = Schema.TaggedStruct("Act", { text: Schema.String, ref: Schema.optional(Ref) })

/** The command `/me`. */
export const act: CommandDefinition<Act> = {
  message: messageForm("Act", ActMessage, ({ ref, text }) => parseText(text, ref, (text) => command({ _tag: "Act", text, ref }))),
  line: {
    name: "/me",
    args: "ACTION",
    help: "says what you do",
    takesName: false,
    read: (rest) => typedText(rest, "/me ACTION", (text) => command({ _tag: "Act", text }))
  },
  send: ({ text }, ref) => ({ _tag: "Act", text, ref }),
  apply: (chat, asker, { ref, text }) =>
    speak(chat, asker, lobby, { what: "do something", ref }, (from, { at, n, room, seq }) => ({ _tag: "Acted", n, seq, at, room, from, text, ref }))
}
