import type { Command } from "../../domain/Command.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import type { Event, Goodbye, LeaveCode } from "../../domain/Event.ts"
import type { Nickname } from "../../domain/Nickname.ts"
import type { Text } from "../../domain/Text.ts"

/** What an interpreter made of the bytes it heard, in order. */
export type Heard =
  /** Something to decide. */
  | { readonly _tag: "Command"; readonly command: Command }
  /** Something that is no command; its sender is told why. */
  | { readonly _tag: "Refuse"; readonly refusal: Refusal }
  /** Something to ask of one who is not in yet. */
  | { readonly _tag: "Ask"; readonly question: Text }
  /** The client leaves. Nothing after it counts. */
  | { readonly _tag: "Quit"; readonly reason: Text | undefined }
  /** This client cannot be served here. */
  | { readonly _tag: "Reject"; readonly code: LeaveCode; readonly reason: string }

/**
 * One client's words, from bytes to commands. It keeps what has not ended yet
 * and knows no clock: it is told of silences.
 */
export interface Interpreter {
  readonly hear: (bytes: Uint8Array) => ReadonlyArray<Heard>
  /** How many ms of silence mean something now; `undefined` when none does. */
  readonly patience: number | undefined
  /** How many ms of silence end what this client says, also while nothing is pending; `undefined` where something else does. */
  readonly separator: number | undefined
  /** That silence has come. */
  readonly silence: () => ReadonlyArray<Heard>
  /** The input has ended: what is pending counts. */
  readonly end: () => ReadonlyArray<Heard>
  /** The chat has let the client in under this name. */
  readonly joined: (name: Nickname) => void
  /** The last words to this client. */
  readonly goodbye: (goodbye: Goodbye) => Uint8Array
  /** Whether the client gets its own messages back. */
  readonly echo: boolean
}

/**
 * A wire format: how events look in it. An event is encoded once for all who
 * speak it. Nothing to tell is an empty string.
 */
export interface Dialect {
  readonly name: string
  readonly encode: (event: Event) => string
}

export const command = (command: Command): Heard => ({ _tag: "Command", command })
export const refuse = (refusal: Refusal): Heard => ({ _tag: "Refuse", refusal })
export const reject = (code: LeaveCode, reason: string): Heard => ({ _tag: "Reject", code, reason })
export const quit = (reason?: Text): Heard => ({ _tag: "Quit", reason })
