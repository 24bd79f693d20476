import { type Command, isReceipted } from "../../domain/command/index.ts"
import type { Member } from "../../domain/Event.ts"
import { intentOf, isResolved, resolve } from "./intent.ts"
import { type Conversation, error, info, type Step, step } from "./step.ts"

/** Carries out a submitted line. */
export const submit = (
  before: Conversation,
  line: { readonly typed: string; readonly isLiteral: boolean },
  members: ReadonlyArray<Member>
): Step => {
  // If a literal message starts with `/` and comes back to be corrected, it comes as it has to be typed: `//text`.
  const typed = line.isLiteral && line.typed.startsWith("/") ? `/${line.typed}` : line.typed
  const read = intentOf(line.typed, { isLiteral: line.isLiteral, hasScreen: true })
  const intent = isResolved(read) ? read : resolve(read, { ...before, members })
  switch (intent._tag) {
    case "Nothing":
      return step(before)
    case "Send":
      return send(before, typed, intent.command)
    case "Attend":
      return step({ ...before, attention: intent.attention }, info(intent.told))
    case "Show":
      return step(before, ...intent.lines.map(info))
    case "Ask":
      return before.lostAt === undefined ? step(before, intent) : bringBack(before, typed, isLost)
    case "Quit":
      return step(before, intent)
    case "Clear":
      return step(before, { _tag: "Clear" })
    case "Wrong":
      return bringBack(before, typed, intent.message)
  }
}

/** The conversation after the receipt with this correlation id. */
export const received = (before: Conversation, ref: string | undefined): Conversation => ({
  ...before,
  pending: before.pending.filter((pending) => pending.ref !== ref)
})

/** A message was refused: it leaves the pending ones and comes back to be corrected and sent again. */
export const unsent = (before: Conversation, ref: string, reason: string): Step => {
  const found = before.pending.find((pending) => pending.ref === ref)
  return found === undefined ? step(before, error(reason)) : bringBack(received(before, ref), found.typed, reason)
}

/** A line comes back to be corrected, and the reason is shown. */
export const bringBack = (before: Conversation, typed: string, reason: string): Step => step(before, error(reason), { _tag: "Return", text: typed })

const isLost = "The connection is lost: try again once it is back."

const send = (before: Conversation, typed: string, command: Command): Step => {
  // A command without a receipt is answered by its event or by a refusal without a correlation id: the line is kept for the latter.
  if (!isReceipted(command) && before.lostAt !== undefined) return bringBack(before, typed, isLost)
  if (!isReceipted(command)) return step({ ...before, unmarked: typed }, { _tag: "Send", command, ref: undefined })
  const lastRef = before.lastRef + 1
  const ref = `${before.mark}${lastRef}`
  return step({ ...before, lastRef, pending: [...before.pending, { ref, typed, command }] }, { _tag: "Send", command, ref })
}
