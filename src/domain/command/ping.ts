import * as Schema from "effect/Schema"
import { Ref } from "../wire/Ref.ts"
import { type MessageForm, messageForm, question, type QuestionDefinition } from "./Definition.ts"

/** Ask for a sign of life. */
export const Ping = Schema.TaggedStruct("Ping", { ref: Schema.optional(Ref) })
export type Ping = typeof Ping.Type

/** The question that is answered with a `Pong`. Programs send it; nobody types it. */
export const ping: QuestionDefinition<Ping> = {
  message: messageForm("Ping", Ping, question),
  send: (ping) => ping,
  answer: (chat, _, { ref }) => ({ _tag: "Pong", at: chat.at, ref })
}

/** The answer to the server's `Ping`, a sign of life and nothing else. */
export const Pong = Schema.TaggedStruct("Pong", {})

/** How programs send a `Pong`; it asks for nothing. */
export const pong: MessageForm = messageForm("Pong", Pong, () => undefined)
