import { type Command, isReceipted, type Question } from "../../domain/command/index.ts"
import type { Member } from "../../domain/Member.ts"
import { exposure, isExposed } from "./form.ts"
import { intentOf, type Intent, isResolved, onlyRoom, resolve } from "./intent.ts"
import { askedOf, choose } from "./rooms.ts"
import { type Conversation, error, info, inOrder, noDraft, type Step, step } from "./step.ts"

/** A line that was submitted; it is a message whatever it looks like if it `isLiteral`, as pasted lines are. */
interface Line {
  readonly typed: string
  readonly isLiteral: boolean
}

/** Who can be meant: those who are in one's rooms, and those who were lost there. */
interface People {
  readonly members: ReadonlyArray<Member>
  readonly away?: ReadonlyArray<Member> | undefined
}

/** Carries out a submitted line. */
export const submit = (before: Conversation, line: Line, { away = [], members }: People): Step => {
  // If a literal message starts with `/` and comes back to be corrected, it comes as it has to be typed: `//text`.
  const typed = line.isLiteral && line.typed.startsWith("/") ? `/${line.typed}` : line.typed
  const read = intentOf(line.typed, { isLiteral: line.isLiteral, hasScreen: true })
  const intent = isResolved(read) ? read : resolve(read, { ...before, members: [...members, ...away] })
  if (before.entering !== undefined && isForRoom(intent)) return step({ ...before, ahead: [...before.ahead, line] })
  switch (intent._tag) {
    case "Nothing":
      return step(before)
    case "Send":
      return send(before, typed, intent)
    case "Attend":
      return step({ ...before, attention: intent.attention }, info(intent.told))
    case "Show":
      return step(before, ...intent.lines.map(info))
    case "Ask":
      if (before.lostAt !== undefined) return bringBack(before, typed, isLost)
      return step(before, ...awayNow(intent.question, away), { _tag: "Ask", question: placed(before, intent.question) })
    case "Quit":
      return step(before, intent)
    case "Clear":
      return step(before, { _tag: "Clear" })
    case "Wrong":
      return bringBack(before, typed, intent.message)
  }
}

// Whether it is for the room that is looked at, which may be another one in a moment.
const isForRoom = (intent: Intent): boolean =>
  intent._tag === "Send"
    ? intent.command._tag !== "Whisper" && intent.command._tag !== "Rename"
    : intent._tag === "Ask" && intent.question._tag === "Who"

/** How many of those who were lost are named at most. */
const mostAway = 100

// The server names who is here; who was lost is known as well.
const awayNow = (question: Question, away: ReadonlyArray<Member>) => {
  if (question._tag !== "Who" || away.length === 0) return []
  const names = away.slice(0, mostAway).map(({ name }) => name).join(", ")
  return [info(`Away, and may come back: ${names}${away.length > mostAway ? ", ..." : ""} (${away.length})`)]
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

/** The lines that have waited for a room are for the one that is looked at now. */
export const letGo = (before: Conversation, members: ReadonlyArray<Member>): Step =>
  inOrder(step({ ...before, ahead: [] }), before.ahead, (state, line) => submit(state, line, { members }))

/** The room that was asked for is not entered: what has waited for it was meant for nobody else, and comes back. */
export const giveUpEntering = (before: Conversation): Step =>
  before.entering === undefined
    ? step(before)
    : inOrder(step({ ...before, entering: undefined, ahead: [] }), before.ahead, (state, { typed }) => bringBack(state, typed, `Not said, as you are not in that room: ${typed}`))

const isLost = "The connection is lost: try again once it is back."

// Names the room that is looked at, where there has been more than one: what the server takes for the current one may be another.
const placed = <A extends Command | Question>(before: Conversation, asked: A): A => {
  const room = before.roams && isPlaced(asked) ? askedOf(before.room) : undefined
  return room === undefined || ("room" in asked && asked.room !== undefined) ? asked : { ...asked, room }
}

const unplaced: ReadonlySet<(Command | Question)["_tag"]> = new Set(["Whisper", "Address", "Rename", "Join", "Rooms", "Search", "Help", "Ping"])

const isPlaced = ({ _tag }: Command | Question): boolean => !unplaced.has(_tag)

const send = (before: Conversation, typed: string, { command: asked, word }: Extract<Intent, { readonly _tag: "Send" }>): Step => {
  if (asked._tag === "Enter") {
    const known = before.rooms.find(({ key }) => key === asked.room.key)
    if (known !== undefined) return choose(before, known.name, noDraft)
  }
  const command = placed(before, asked)
  const why = command._tag === "Exit" ? staying(before, command.room?.key) : undefined
  if (why !== undefined) return bringBack(before, typed, why)
  if (isReceipted(command)) {
    const lastRef = before.lastRef + 1
    const ref = `${before.mark}${lastRef}`
    return step({ ...before, lastRef, pending: [...before.pending, { ref, typed, command }] }, { _tag: "Send", command, ref })
  }
  // A command without a receipt is answered by its event or by a refusal without a correlation id: the line is kept for the latter, but for the word in it.
  const kept = word === undefined ? typed : typed.slice(0, typed.lastIndexOf(word)).trimEnd()
  if (before.lostAt !== undefined) return bringBack(before, kept, isLost)
  const warns = word !== undefined && !before.isWarned && isExposed(before.form)
  const sent = { ...before, unmarked: kept, isWarned: before.isWarned || warns }
  const asking = command._tag === "Enter" ? { ...sent, entering: command.room.key, roams: true } : sent
  return step(asking, { _tag: "Send", command, ref: undefined, ...(word === undefined ? {} : { word }) }, ...(warns ? [info(exposure)] : []))
}

// Why the room is not left: who is in one room keeps it.
const staying = (before: Conversation, key: string | undefined): string | undefined => {
  const [only] = before.rooms
  if (only === undefined || before.rooms.length > 1 || (key !== undefined && only.key !== key)) return undefined
  return onlyRoom(only.name)
}
