import type { Request } from "../../domain/command/index.ts"
import type { Event, Goodbye, LeaveCode, Reply } from "../../domain/Event.ts"
import { limited, type NameLimits } from "../../domain/NameLimits.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { ServerOptions } from "../ServerConfig.ts"

/** What an interpreter made of the bytes it heard. */
export type Heard =
  | Request
  /** Something that cannot be asked; its sender is told why. */
  | { readonly _tag: "Refuse"; readonly refusal: Refusal }
  /** This client cannot be served here. */
  | { readonly _tag: "Reject"; readonly code: LeaveCode; readonly reason: string }

/**
 * One client's words, from bytes to requests. It keeps what has not ended yet
 * and knows no clock: it is told of silences.
 *
 * What it heard comes one by one, and is taken one by one: what the next words
 * mean can depend on what came of those before them, which it is `told` in between.
 */
export interface Interpreter {
  readonly hear: (bytes: Uint8Array) => Iterable<Heard>
  /** How many ms of silence mean something now; `undefined` when none does. */
  readonly patience: number | undefined
  /** How many ms of silence end what this client says, also while nothing is pending; `undefined` where something else does. */
  readonly separator: number | undefined
  /** That silence has come. */
  readonly silence: () => Iterable<Heard>
  /** The input has ended: what is pending counts. */
  readonly end: () => Iterable<Heard>
  /** What came of what was heard last. */
  readonly told: (event: Reply) => void
  /** The last words to this client, where they are others than its dialect has. */
  readonly goodbye: (goodbye: Goodbye) => Uint8Array | undefined
  /** Whether the client gets its own messages back. */
  readonly echo: boolean
}

/** What of a server's options concerns how its clients are heard. */
export type Hearing = Pick<
  ServerOptions,
  "maxLine" | "maxName" | "echo" | "nameSilence" | "typedSilence" | "chunkSilence" | "detectWithin"
>

/**
 * A wire format: how events look in it, and how what its clients say is
 * understood. An event is encoded once for all who speak it.
 */
export interface Dialect {
  readonly name: string
  /** Whole lines; nothing to tell is an empty string. */
  readonly encode: (event: Reply) => string
  /** How a client that is silent is asked for a sign of life; absent where the system has to do that. */
  readonly ping?: (at: number) => string
  /** Begins to listen to a client. `greeted`: whether it was asked for its name before it said anything. */
  readonly open: (hearing: Hearing, greeted: boolean) => Interpreter
}

export const refuse = (refusal: Refusal): Heard => ({ _tag: "Refuse", refusal })
export const reject = (code: LeaveCode, reason: string): Heard => ({ _tag: "Reject", code, reason })

/** What was asked, or why it cannot be; nothing where it asks for nothing. */
export const heard = (read: Request | Refusal | undefined): ReadonlyArray<Heard> =>
  read === undefined ? [] : [read instanceof Refusal ? refuse(read) : read]

/** How long a name may be. */
export const nameLimits = ({ maxName }: Pick<Hearing, "maxName">): NameLimits => limited(maxName)

/** What a line longer than `bytes` is told. */
export const lineTooLong = (bytes: number): Refusal =>
  new Refusal({
    code: "line-too-long",
    message: `A line has at most ${bytes} bytes: this one was longer and was not taken. Send it in parts.`
  })

/** Whether this is an event of the wire format of programs, and not only for people who type. */
export const isEvent = (reply: Reply): reply is Event => reply._tag !== "Lines"
