import { type Command, isReceipted } from "../../domain/command/index.ts"
import type { Member } from "../../domain/Event.ts"
import { addressed, intentOf } from "./intent.ts"
import { type Conversation, error, info, type Step, step } from "./step.ts"

/** A submitted line does what it asks for; the input is free or holds `draft`. */
export const submit = (
  before: Conversation,
  line: { readonly typed: string; readonly isLiteral: boolean },
  members: ReadonlyArray<Member>,
  draft: string
): Step => {
  // A message that looks like a command comes back as it has to be typed.
  const typed = line.isLiteral && line.typed.startsWith("/") ? `/${line.typed}` : line.typed
  const read = intentOf(line.typed, line.isLiteral)
  const intent = read._tag === "Address" ? addressed(read, members) : read
  switch (intent._tag) {
    case "Nothing":
      return step(before)
    case "Send":
      return send(before, typed, intent.command)
    case "Help":
      return step(before, ...intent.lines.map(info))
    case "Ask":
    case "Quit":
      return step(before, intent)
    case "Clear":
      return step(before, { _tag: "Clear" })
    case "Wrong":
      return bringBack(before, typed, intent.message, draft)
  }
}

/** There is a receipt for what was sent under this correlation id. */
export const received = (before: Conversation, ref: string | undefined): Conversation => ({
  ...before,
  pending: before.pending.filter((pending) => pending.ref !== ref)
})

/** Nothing that was typed is lost: what was not taken can be mended and sent again. */
export const unsent = (before: Conversation, ref: string, reason: string, draft: string): Step => {
  const found = before.pending.find((pending) => pending.ref === ref)
  return found === undefined ? step(before, error(reason)) : bringBack(received(before, ref), found.typed, reason, draft)
}

/** What was typed comes back, and the reason is said. */
export const bringBack = (before: Conversation, typed: string, reason: string, draft: string): Step =>
  nextReturned(step({ ...before, returned: [...before.returned, typed] }, error(reason)), draft)

/** A line that came back goes into the input as soon as that is free: one line only, as then it is taken. */
export const nextReturned = ({ after, wishes }: Step, draft: string): Step => {
  const [first, ...returned] = after.returned
  const isTaken = draft !== "" || wishes.some(({ _tag }) => _tag === "Refill")
  return first === undefined || isTaken
    ? { after, wishes }
    : { after: { ...after, returned }, wishes: [...wishes, { _tag: "Refill", text: first }] }
}

const send = (before: Conversation, typed: string, command: Command): Step => {
  // What has no receipt is answered by a refusal without a mark, or by what it comes to.
  if (!isReceipted(command)) return step({ ...before, unmarked: typed }, { _tag: "Send", command, ref: undefined })
  const lastRef = before.lastRef + 1
  const ref = `s${lastRef}`
  return step({ ...before, lastRef, pending: [...before.pending, { ref, typed }] }, { _tag: "Send", command, ref })
}
