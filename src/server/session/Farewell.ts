import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { closingCode, type LeaveCode } from "../../domain/LeaveCode.ts"
import { clean, type Text } from "../../domain/Text.ts"
import { wereNotSaid } from "../../domain/phrases.ts"
import { ConnectionLost, CutOff, EndOfInput } from "../../net/Errors.ts"
import type { ClosingReason } from "../Closing.ts"

/** A client asked to leave, with words for those who stay or without. */
export class Quit extends Data.TaggedClass("Quit")<{ readonly reason: Text | undefined }> {}

/** A connection turned out to be no client's. Its session lets go of it without a goodbye: `serve` serves the connection from here on, and closes it. */
export class Diverted extends Data.TaggedClass("Diverted")<{ readonly serve: Effect.Effect<void> }> {}

/** Why a session ended, in words for the client itself and for those who stay. */
export interface Farewell {
  readonly code: LeaveCode
  /** What those who stay are told; absent after a plain quit. */
  readonly reason: Text | undefined
  /** What the client that leaves is told. */
  readonly goodbye: Text
}

/**
 * The one table of goodbyes, see docs/adr/0005: from the `Exit` of a session, and
 * why the server closes if it does, to what both sides are told. `unsaid`: how
 * many messages of the client were not said; the room is told so where the client
 * did not go on its own, and nobody sent it away.
 */
export const farewell = (exit: Exit.Exit<unknown, unknown>, closing: ClosingReason, unsaid = 0): Farewell => {
  const end = Exit.match(exit, {
    onSuccess: (value) => value,
    onFailure: (cause) => Option.getOrUndefined(Cause.failureOption(cause))
  })
  if (end instanceof Quit) return { code: "quit", reason: end.reason === undefined ? undefined : short(end.reason), goodbye: clean("you have left") }
  if (end instanceof EndOfInput) return ended("closed", "connection closed", unsaid)
  if (end instanceof ConnectionLost) return ended("lost", end.reason ?? "connection lost", unsaid)
  if (end instanceof CutOff) return told(end.code, short(end.reason))
  return Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)
    ? told(closingCode(closing), closing.reason)
    : told("internal-error", clean("internal error"))
}

/** The most UTF-16 code units of a reason: thousands may leave at once, and a `Presence` names the reason of each. */
const maxReason = 300
const short = (reason: string): Text => clean(reason.slice(0, maxReason))

const ended = (code: LeaveCode, goodbye: string, unsaid: number): Farewell => ({
  code,
  reason: clean(unsaid === 0 ? goodbye : `${goodbye}; ${wereNotSaid(unsaid)}`),
  goodbye: clean(goodbye)
})

const told = (code: LeaveCode, reason: Text): Farewell => ({ code, reason, goodbye: reason })
