import * as Schema from "effect/Schema"
import { Ref } from "../wire/Ref.ts"
import { type MessageForm, messageForm, question, type QuestionDefinition } from "./Definition.ts"

/** Ask for a sign of life. */
export const Ping = Schema.TaggedStruct("Ping", { ref: Schema.optional(Ref) })
export type Ping = typeof Ping.Type

export const ping: QuestionDefinition<Ping> = {
  message: messageForm("Ping", Ping, question),
  send: (ping) => ping,
  answer: (chat, _, { ref }) => ({ _tag: "Pong", at: chat.at, ref })
}

/** The answer to the server's `Ping`: that it came is all that it says. */
export const Pong = Schema.TaggedStruct("Pong", {})

export const pong: MessageForm = messageForm("Pong", Pong, () => undefined)
