import * as Schema from "effect/Schema"
import { Ref } from "../wire/Ref.ts"
import { type Answers, type MessageForm, messageForm, question, type QuestionForm } from "./Definition.ts"

/** Ask for a sign of life. */
export const Ping = Schema.TaggedStruct("Ping", { ref: Schema.optional(Ref) })
export type Ping = typeof Ping.Type

/** The question that is answered with a `Pong`. Programs send it; nobody types it. */
export const ping: QuestionForm<Ping> = {
  message: messageForm("Ping", Ping, question),
  send: (ping) => ping
}

/** Its answer. */
export const answerPing: Answers<Ping> = (chat, _, { ref }) => ({ _tag: "Pong", at: chat.at, ref })

/** The answer to the server's `Ping`, a sign of life and nothing else. */
export const Pong = Schema.TaggedStruct("Pong", {})

/** How programs send a `Pong`; it asks for nothing. */
export const pong: MessageForm = messageForm("Pong", Pong, () => undefined)
