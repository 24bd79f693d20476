import type { LeaveCode } from "../domain/LeaveCode.ts"
import { ConnectFailed, type JoinError, JoinRefused } from "../client/Errors.ts"

/** Where the page stands. */
export type Phase =
  /** Asking for the name; `wrong` says what the last try failed by. */
  | { readonly _tag: "Door"; readonly wrong: string | undefined; readonly needsPassword: boolean }
  | { readonly _tag: "Entering" }
  | { readonly _tag: "Room" }
  /** The connection is gone: the next try is at `retryAt`, ms of `performance.now()`; without it a try is under way. `why` is what the server said to the last one. */
  | { readonly _tag: "Lost"; readonly retryAt: number | undefined; readonly why: string | undefined }
  /** The room is left, or has closed, or this person goes on elsewhere. The log can still be read. `code` is of the goodbye, if there was one. */
  | { readonly _tag: "Over"; readonly words: string; readonly code: LeaveCode | undefined }

/** The end of a visit after this goodbye, or, without one, after the room was left. */
export const overBy = (code: LeaveCode | undefined): Phase => ({ _tag: "Over", words: endings[code ?? "quit"] ?? "The room has closed.", code })

const endings: Readonly<Partial<Record<LeaveCode, string>>> = {
  quit: "You have left the room.",
  removed: "You were removed from the room.",
  resumed: "You are in the room in another tab or window."
}

/** Why the server has ended a visit, where there is more to say than that the room was left or has closed. */
export const whyEnded = (code: LeaveCode): string | undefined => {
  switch (code) {
    case "quit":
    case "closing":
    case "restarting":
    case "resumed":
      return undefined
    case "removed":
      return "You have been sent away from the room."
    default:
      return "The server has ended your visit."
  }
}

/** What a server said that did not let us in, such as that the room is full. */
const saidBy = (failure: JoinError | undefined): string | undefined =>
  failure instanceof ConnectFailed && failure.kind === undefined ? failure.said : undefined

/** The form after a try to enter has failed; without a failure it was a fault of the page. */
export const doorAfter = (failure: JoinError | undefined, gavePassword: boolean): Phase => {
  const needsPassword = failure instanceof JoinRefused && failure.code === "password-required"
  const words = failure instanceof JoinRefused ? failure.reason : (saidBy(failure) ?? failure?.message ?? "Something went wrong in this page: load it anew.")
  return { _tag: "Door", wrong: needsPassword && !gavePassword ? undefined : words, needsPassword: needsPassword || gavePassword }
}
