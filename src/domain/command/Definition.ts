import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { Chat, Decision } from "../Chat.ts"
import type { Asker } from "../Decision.ts"
import type { Reply } from "../Event.ts"
import type { NameLimits } from "../NameLimits.ts"
import type { Refusal } from "../Refusal.ts"
import type { Text } from "../Text.ts"
import type { ClientMessage, Command, Question } from "./index.ts"
import type { Join } from "./join.ts"

/** What somebody asks for, in whatever way it was said. */
export type Request =
  /** To come in. What lets one in where there is a password never gets into the log. */
  | { readonly _tag: "Enter"; readonly join: Join; readonly password: string | undefined }
  /** Something to decide: it becomes an entry of the log. */
  | { readonly _tag: "Command"; readonly command: Command }
  /** Something that changes nothing: it is answered where it is asked. */
  | { readonly _tag: "Question"; readonly question: Question }
  /** To leave, with words for those who stay or without. */
  | { readonly _tag: "Quit"; readonly reason: Text | undefined }

export const command = (command: Command): Request => ({ _tag: "Command", command })
export const question = (question: Question): Request => ({ _tag: "Question", question })

/** How programs send it: one JSON object of the native dialect. */
export interface MessageForm {
  /** Its `_tag`. */
  readonly tag: string
  /** Whether it bears its sender's own mark: then our client waits for the receipt. */
  readonly hasRef: boolean
  /** What it asks for; nothing where it is only a sign of life. */
  readonly read: (message: unknown, limits: NameLimits) => Either.Either<Request | Refusal | undefined, ParseResult.ParseError>
}

/** The form of a message with this schema, and what is made of one. */
export const messageForm = <Sent extends { readonly _tag: string }, Encoded>(
  tag: Sent["_tag"],
  schema: Schema.Schema<Sent, Encoded> & { readonly fields: object },
  parse: (sent: Sent, limits: NameLimits) => Request | Refusal | undefined
): MessageForm => {
  const decode = Schema.decodeUnknownEither(schema)
  return { tag, hasRef: "ref" in schema.fields, read: (message, limits) => Either.map(decode(message), (sent) => parse(sent, limits)) }
}

/** How people type it: a line that begins with its name. */
export interface LineForm {
  readonly name: `/${string}`
  /** What stands behind the name, as the help shows it; empty when nothing does. */
  readonly args: string
  readonly help: string
  /** Whether a member's name comes first. */
  readonly takesName: boolean
  /** Reads what stands behind the name. */
  readonly read: (rest: string, limits: NameLimits) => Request | Refusal
}

/** A command: what it decides, as a pure function of the state. */
export interface CommandDefinition<C> {
  readonly message?: MessageForm
  readonly line?: LineForm
  /** How our own client sends it, under its own mark; absent where another command travels in its place. */
  readonly send?: (command: C, ref: string | undefined) => ClientMessage
  readonly apply: <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, command: C) => Decision<Peer>
}

/** A question: what it is answered. */
export interface QuestionDefinition<Q> {
  readonly message?: MessageForm
  readonly line?: LineForm
  readonly send?: (question: Q) => ClientMessage
  readonly answer: <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, question: Q) => Reply
}
