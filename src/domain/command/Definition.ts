import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Chat, Decision } from "../Chat.ts"
import type { Asker } from "../Decision.ts"
import type { MemberId } from "../Member.ts"
import type { Reply } from "../Reply.ts"
import type { NameLimits } from "../NameLimits.ts"
import type { NameKey } from "../Nickname.ts"
import type { Seen } from "../Place.ts"
import type { Refusal } from "../Refusal.ts"
import type { Text } from "../Text.ts"
import type { ClientMessage, Command, Question } from "./index.ts"
import type { Enter } from "./enter.ts"
import type { Join } from "./join.ts"
import type { Lock } from "./lock.ts"
import type { SetModes } from "./modes.ts"

/** What a client asks for, however it was sent or typed. */
export type Request =
  /** To come in, or back. The password and the secret stand beside the command, so that they never get into the log; `returning`: after what. */
  | { readonly _tag: "Hello"; readonly join: Join; readonly password: string | undefined; readonly secret?: string | undefined; readonly seen?: Seen | undefined; readonly returning?: string | undefined }
  /** Something to decide: it becomes an entry of the log. */
  | { readonly _tag: "Command"; readonly command: Command }
  /** Something to decide that goes by a word which only some know: the word stands beside it, so that it never gets into the log, and its hash is put into it. */
  | { readonly _tag: "Sealed"; readonly word: string; readonly command: Enter | Lock | SetModes }
  /** To keep one's place by these words, which are hashed like those. */
  | { readonly _tag: "SetKey"; readonly words: string }
  /** To take up the place of one of these names by the words behind it; the best comes last, see `readingsOf`. */
  | { readonly _tag: "Back"; readonly readings: readonly [NamedWords, ...ReadonlyArray<NamedWords>] }
  /** To be an operator of the server, by its name and secret, which get into no entry. */
  | { readonly _tag: "Operate"; readonly name: string; readonly secret: string }
  /** To send somebody away, as an operator of the server. */
  | { readonly _tag: "Remove"; readonly id: MemberId; readonly reason: Text | undefined }
  /** Something that changes nothing: it is answered where it is asked, and does not get into the log. */
  | { readonly _tag: "Question"; readonly question: Question }
  /** To leave, with words for those who stay or without. */
  | { readonly _tag: "Quit"; readonly reason: Text | undefined }

/** The key of a name, and words. */
export interface NamedWords {
  readonly key: NameKey
  readonly words: string
}

/** The request to decide this command. */
export const command = (command: Command): Request => ({ _tag: "Command", command })

/** The request to answer this question. */
export const question = (question: Question): Request => ({ _tag: "Question", question })

/** How programs send a command or a question: one JSON object of the native dialect. */
export interface MessageForm {
  /** The `_tag` of the object. */
  readonly tag: string
  /** Whether the object has a correlation id, `ref`: then our client waits for the receipt. */
  readonly hasRef: boolean
  /** Reads an object with this `_tag`: what it asks for, or its refusal; `undefined` for a mere sign of life. Fails where it does not fit the schema. */
  readonly read: (message: unknown, limits: NameLimits) => Either.Either<Request | Refusal | undefined, ParseResult.ParseError>
}

/**
 * The form of the messages with this schema; `parse` makes of a decoded one what
 * it asks for. `inner`: the fields that hold an object, and the fields of that.
 */
export const messageForm = <Sent extends { readonly _tag: string }, Encoded>(
  tag: Sent["_tag"],
  schema: Schema.Schema<Sent, Encoded> & { readonly fields: object },
  parse: (sent: Sent, limits: NameLimits) => Request | Refusal | undefined,
  inner: Inner = {}
): MessageForm => {
  const decode = Schema.decodeUnknownEither(schema)
  const fields = Object.keys(schema.fields)
  return {
    tag,
    hasRef: "ref" in schema.fields,
    read: (message, limits) => Either.map(decode(known(message, fields, inner)), (sent) => parse(sent, limits))
  }
}

type Inner = Readonly<Record<string, ReadonlyArray<string>>>

// The fields that the schema knows, so that thousands of others cost nothing. But for the `inner` ones no field holds an array or
// an object: what stands in one counts as empty, as all of it would be repeated in the refusal.
const known = (message: unknown, fields: ReadonlyArray<string>, inner: Inner = {}): unknown =>
  Predicate.isRecord(message)
    ? Object.fromEntries(
        fields
          .filter((field) => Object.hasOwn(message, field))
          .map((field) => [field, inner[field] === undefined ? emptied(message[field]) : known(message[field], inner[field])])
      )
    : message

const emptied = (value: unknown): unknown => (Array.isArray(value) ? [] : Predicate.isRecord(value) ? {} : value)

/** How people type a command or a question: a line that begins with its name. */
export interface LineForm {
  readonly name: `/${string}`
  /** What stands behind the name, as the help shows it; empty when nothing does. */
  readonly args: string
  readonly help: string
  /** Whether the first argument is a member's name, which completion then offers. */
  readonly takesName: boolean
  /** Reads what stands behind the name: what it asks for, or the refusal for whoever typed it. */
  readonly read: (rest: string, limits: NameLimits) => Request | Refusal
}

/** How a command is sent and typed. What comes of it is beside it, and no part of it: who only asks has no use for that. */
export interface CommandForm<C> {
  readonly message?: MessageForm
  readonly line?: LineForm
  /** The message that our own client sends, with the correlation id `ref`; absent, or `undefined`, where another command travels in place of this one. */
  readonly send?: (command: C, ref: string | undefined) => ClientMessage | undefined
}

/** What comes of a command: a pure function of the state. */
export type Decides<C> = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, command: C) => Decision<Peer>

/** How a question is sent and typed. Its answer is beside it, and no part of it. */
export interface QuestionForm<Q> {
  readonly message?: MessageForm
  readonly line?: LineForm
  /** The message that our own client sends; absent where the client answers the question itself. */
  readonly send?: (question: Q) => ClientMessage
}

/** The answer to a question: a pure function of the state. */
export type Answers<Q> = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, question: Q) => Reply
