import type { Resumed, Welcome } from "../../domain/Event.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { clean } from "../../domain/Text.ts"
import * as roomWording from "../../domain/roomWording.ts"
import * as spans from "../../domain/spans.ts"
import * as wording from "../../domain/wording.ts"
import * as Attention from "./attention.ts"
import * as Form from "./form.ts"
import { back, isSameLife, recountOf, withRooms } from "./back.ts"
import { heardFrom, isSameStart, missedWords } from "./missed.ts"
import { welcomeOf } from "./resumed.ts"
import { askedOf, choose, close, named, opened, within } from "./rooms.ts"
import { andThen, type Conversation, type Draft, error, type Happening, info, inOrder, type Step, step, type Wish } from "./step.ts"
import { giveUpEntering, submit, unsent } from "./submission.ts"
import { told as hear } from "./told.ts"

/** The first step of a conversation: it asks the form's questions, or connects at once if there are none. `mark` is how its correlation ids begin. */
export const start = (form: Form.Form, mark = "s"): Step =>
  ask({
    phase: "form",
    form,
    me: undefined,
    rooms: [],
    room: "",
    roams: false,
    entering: undefined,
    awaited: 0,
    listed: [],
    pending: [],
    ahead: [],
    begun: [],
    focused: true,
    unmarked: undefined,
    attention: Attention.none,
    heard: undefined,
    lostAt: undefined,
    mark,
    lastRef: 0,
    isWarned: false
  })

/**
 * The reducer of a conversation, shared by all views: a pure function. `draft`
 * is what the view's input line holds at that moment, not yet submitted.
 */
export const update = (before: Conversation, happening: Happening, draft: Draft): Step => {
  switch (happening._tag) {
    case "Submitted":
      return submitted(before, happening)
    case "Pasted":
      return pasted(before, happening.lines)
    case "Entered":
      return enteringAgain(entered(before, happening.welcome, draft))
    case "NotEntered":
      return notEntered(before, happening, draft)
    case "Told":
      return told(before, happening, draft)
    case "Unsent":
      return unsent(before, happening.ref, happening.reason)
    case "Lost":
      return step({ ...before, lostAt: happening.at })
    case "Focus":
      return step(within({ ...before, focused: happening.focused }, before.room, (room) => (happening.focused ? { ...room, unread: 0, mentions: 0 } : room)))
    case "Chosen":
      return before.phase === "room" ? choose(before, happening.room, draft) : step(before)
    case "Interrupted":
      return step({ ...before, begun: [] })
    case "Over":
      return over(before, draft)
  }
}

/** Whether the input is an answer to the form, not a line for the room. */
export const isAnswering = ({ form, phase }: Conversation): boolean => phase === "form" || (phase === "connecting" && form.isSecretAsked)

/** Whether the view has to hide the input: it is a password, or may be the password typed once more. */
export const isSecret = (conversation: Conversation): boolean =>
  conversation.phase === "form" ? Form.isSecret(conversation.form) : isAnswering(conversation)

const ask = (before: Conversation): Step =>
  Form.question(before.form) === undefined
    ? step({ ...before, phase: "connecting" }, { _tag: "Connect", form: before.form })
    : step({ ...before, phase: "form" })

const submitted = (before: Conversation, { away, line, members }: Extract<Happening, { readonly _tag: "Submitted" }>): Step => {
  switch (before.phase) {
    case "form":
      return answer(before, line)
    case "connecting":
      // While the password is being checked, a line may be the password typed once more: it is dropped, or the room would read it.
      return step(before.form.isSecretAsked ? before : { ...before, ahead: [...before.ahead, { typed: clean(line), isLiteral: false }] })
    case "room":
      return submit(before, { typed: clean(line), isLiteral: false }, { members, away })
    case "over":
      return line.trim() === "" ? step(before) : step(before, error(`Not sent: ${line}`))
  }
}

const pasted = (before: Conversation, lines: ReadonlyArray<string>): Step => {
  const messages = lines.map((line) => ({ typed: clean(line).trimEnd(), isLiteral: true })).filter(({ typed }) => typed !== "")
  if (before.phase === "over") return step(before, ...messages.map(({ typed }) => error(`Not sent: ${typed}`)))
  if (before.phase !== "room") return step({ ...before, ahead: [...before.ahead, ...messages] })
  return inOrder(step(before), messages, (state, message) => submit(state, message, { members: [] }))
}

const entered = (known: Conversation, answer: Welcome | Resumed, draft: Draft): Step => {
  const isNew = answer._tag === "Welcome"
  const welcome = isNew ? answer : welcomeOf(answer)
  const { you } = welcome
  const { after: before, wishes } = returned(known, welcome)
  const placed = isNew ? anew(before, answer) : takenUp(before, answer, draft)
  const welcomed = andThen({ after: before, wishes }, () =>
    step(
      { ...placed.after, phase: "room", me: you, heard: heardFrom(welcome), unmarked: undefined, entering: undefined, ahead: [] },
      ...(isNew ? [info(`Welcome ${you.name}! ${hints}`), info(wording.textOf(spans.company(welcome))), ...(welcome.topic === undefined ? [] : [info(`It is about: ${welcome.topic}`)]), ...roomWording.keeping(welcome).map((line) => info(wording.textOf(line)))] : [{ _tag: "Print", line: { _tag: "Event", event: answer, me: you } } as const, info(hints)]),
      ...placed.wishes
    )
  )
  const sent = inOrder(welcomed, before.entering === undefined ? before.ahead : [], (state, line) => submit(state, line, welcome))
  const given = before.entering === undefined ? sent : andThen(sent, (state) => giveUpEntering({ ...state, entering: before.entering, ahead: before.ahead }))
  return { after: { ...given.after, begun: [] }, wishes: [...given.wishes, ...before.begun.map((text): Wish => ({ _tag: "Return", text }))] }
}

// Over a connection of another client, which knows of no rooms before.
const enteringAgain = ({ after, wishes }: Step): Step => {
  const again = after.rooms.flatMap(({ isAgain, name }) => (isAgain ? (askedOf(name) ?? []) : []))
  return step(after, ...wishes, ...again.map((room): Wish => ({ _tag: "Send", command: { _tag: "Enter", room }, ref: undefined })))
}

// A new life begins in one room. Those of before are entered again; where one looks, one goes on to look until it is known that one is not there.
const anew = (before: Conversation, welcome: Welcome): Step => {
  const first = opened(welcome)
  const known = named(before, first.name)
  const others = before.rooms.filter(({ name }) => name !== first.name).map((room) => ({ ...room, isAgain: true, recount: undefined }))
  const rooms = [known === undefined ? first : { ...known, here: first.here, role: first.role, seq: first.seq, recount: undefined, isAgain: false }, ...others]
  const room = others.some(({ name }) => name === before.room) ? before.room : first.name
  return step({ ...before, rooms, room, awaited: others.length })
}

// A place that is taken up knows its rooms; whoever was in others is not there any more.
const takenUp = (before: Conversation, answer: Resumed, draft: Draft): Step => {
  const all = withRooms(before, answer.rooms, (place, room) => ({ ...room, role: place.role, here: place.here, seq: place.seq, recount: recountOf(answer, place), isAgain: false }))
  const room = named(all, all.room) === undefined ? (answer.rooms[0]?.room ?? "") : all.room
  const gone = all.rooms.filter(({ name }) => answer.rooms.every((place) => place.room !== name))
  return inOrder(step({ ...all, room, awaited: 0 }), gone, (state, { name }) => close(state, name, undefined, draft))
}

const hints = "/help shows what you can type, {quit} leaves."

// Whoever was here before is told how much was missed meanwhile. Ids are of one start of the server: whom a user listened to by them is forgotten with it.
const returned = (before: Conversation, welcome: Welcome): Step => {
  const { attention, heard, me } = before
  if (heard === undefined || me === undefined) return step(before)
  // Who was not in that room any more has missed nothing there.
  const told = named(before, heard.room) === undefined ? [] : [info(missedWords(heard, me, welcome))]
  if (isSameStart(heard, welcome)) return step(before, ...told)
  const names = attention.ignored.map(({ name }) => name).join(", ")
  return step({ ...before, attention: Attention.none }, ...told, ...(names === "" ? [] : [info(`You see again what these say: ${names}.`)]))
}

const notEntered = (before: Conversation, { code, reason }: Extract<Happening, { readonly _tag: "NotEntered" }>, draft: Draft): Step => {
  // A draft begun while connecting was meant for the room: it is kept, and not taken for an answer to the form.
  const begun = draft.line === "" || before.form.isSecretAsked ? before.begun : [...before.begun, draft.line]
  const asking = ask({ ...before, form: Form.again(before.form, code), begun })
  return { after: asking.after, wishes: [error(reason), { _tag: "Empty" }, ...asking.wishes] }
}

const over = (before: Conversation, draft: Draft): Step => {
  const left = [
    ...before.pending.map(({ typed }) => typed),
    ...before.ahead.map(({ typed }) => typed),
    ...before.begun,
    ...before.rooms.flatMap((room) => (room.draft === undefined ? [] : [...room.draft.pasted, room.draft.line])),
    ...draft.pasted,
    ...(isSecret(before) ? [] : [draft.line])
  ]
  return step(
    { ...before, phase: "over", pending: [], ahead: [], begun: [] },
    ...left.filter((line) => line.trim() !== "").map((line) => error(`Not sent: ${line}`)),
    { _tag: "End" }
  )
}

const answer = (before: Conversation, line: string): Step => {
  const question = Form.question(before.form)
  if (question === undefined) return step(before)
  if (Form.isQuit(before.form, line)) return step(before, { _tag: "Quit", reason: undefined })
  const isHidden = Form.isSecret(before.form)
  const form = Form.answer(before.form, isHidden ? line : clean(line))
  const answered = info(isHidden ? question.trimEnd() : `${question}${line}`)
  if (form instanceof Refusal) return step(before, answered, error(form.message))
  const asked = ask({ ...before, form })
  return { after: asked.after, wishes: [answered, ...asked.wishes] }
}

// Back after the connection was lost: as who one was, or, where the place was not kept, as a newcomer, whose lines without a receipt come back.
const again = (known: Conversation, event: Resumed | Welcome, draft: Draft): Step => {
  if (isSameLife(known, event)) return back(known, event, draft)
  const before = { ...known, lostAt: undefined }
  const unsaid = before.pending.flatMap(({ typed }): ReadonlyArray<Wish> => [error(`It is not known whether this was said: ${typed}`), { _tag: "Return", text: typed }])
  const anew = entered({ ...before, pending: [] }, event, draft)
  return { after: anew.after, wishes: [...unsaid, ...anew.wishes] }
}

const told = (known: Conversation, { concerns, event }: Extract<Happening, { readonly _tag: "Told" }>, draft: Draft): Step => {
  const { me } = known
  if (me === undefined) return step(known)
  return event._tag === "Resumed" || event._tag === "Welcome" ? again(known, event, draft) : hear(known, event, { me, concerns, draft })
}
