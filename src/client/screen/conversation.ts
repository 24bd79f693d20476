import type { Event, Resumed, Welcome } from "../../domain/Event.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { clean } from "../../domain/Text.ts"
import * as wording from "../../domain/wording.ts"
import * as Attention from "./attention.ts"
import * as Form from "./form.ts"
import { back, gapBefore, isSameLife, recountOf, toldAfterLoss } from "./back.ts"
import { heardAfter, heardFrom, isSameStart, missedWords } from "./missed.ts"
import { mentions } from "./name.ts"
import { welcomeOf } from "./resumed.ts"
import { type Conversation, type Draft, error, type Happening, info, type Step, step, type Wish } from "./step.ts"
import { bringBack, received, submit, unsent } from "./submission.ts"

/** The first step of a conversation: it asks the form's questions, or connects at once if there are none. `mark` is how its correlation ids begin. */
export const start = (form: Form.Form, mark = "s"): Step =>
  ask({
    phase: "form",
    form,
    me: undefined,
    room: "",
    here: 0,
    pending: [],
    ahead: [],
    begun: [],
    focused: true,
    unread: 0,
    unmarked: undefined,
    attention: Attention.none,
    heard: undefined,
    lostAt: undefined,
    recount: undefined,
    mark,
    lastRef: 0
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
      return entered(before, happening.welcome)
    case "NotEntered":
      return notEntered(before, happening, draft)
    case "Told":
      return told(before, happening.event)
    case "Unsent":
      return unsent(before, happening.ref, happening.reason)
    case "Lost":
      return step({ ...before, lostAt: happening.at })
    case "Focus":
      return step({ ...before, focused: happening.focused, unread: happening.focused ? 0 : before.unread })
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

const submitted = (before: Conversation, { line, members }: Extract<Happening, { readonly _tag: "Submitted" }>): Step => {
  switch (before.phase) {
    case "form":
      return answer(before, line)
    case "connecting":
      // While the password is being checked, a line may be the password typed once more: it is dropped, or the room would read it.
      return step(before.form.isSecretAsked ? before : { ...before, ahead: [...before.ahead, { typed: clean(line), isLiteral: false }] })
    case "room":
      return submit(before, { typed: clean(line), isLiteral: false }, members)
    case "over":
      return line.trim() === "" ? step(before) : step(before, error(`Not sent: ${line}`))
  }
}

const pasted = (before: Conversation, lines: ReadonlyArray<string>): Step => {
  const messages = lines.map((line) => ({ typed: clean(line).trimEnd(), isLiteral: true })).filter(({ typed }) => typed !== "")
  if (before.phase === "over") return step(before, ...messages.map(({ typed }) => error(`Not sent: ${typed}`)))
  if (before.phase !== "room") return step({ ...before, ahead: [...before.ahead, ...messages] })
  return inOrder(step(before), messages, (state, message) => submit(state, message, []))
}

const entered = (known: Conversation, answer: Welcome | Resumed): Step => {
  const isNew = answer._tag === "Welcome"
  const welcome = isNew ? answer : welcomeOf(answer)
  const { here, members, room, you } = welcome
  const { after: before, wishes } = returned(known, welcome)
  const welcomed = step(
    { ...before, phase: "room", me: you, room, here, heard: heardFrom(welcome), recount: isNew ? undefined : recountOf(answer, room), unmarked: undefined, ahead: [] },
    ...wishes,
    ...(isNew ? [info(`Welcome ${you.name}! ${hints}`), info(wording.textOf(wording.company(welcome)))] : [{ _tag: "Print", line: { _tag: "Event", event: answer, me: you } } as const, info(hints)])
  )
  const sent = inOrder(welcomed, before.ahead, (state, line) => submit(state, line, members))
  return { after: { ...sent.after, begun: [] }, wishes: [...sent.wishes, ...before.begun.map((text): Wish => ({ _tag: "Return", text }))] }
}

const hints = "/help shows what you can type, {quit} leaves."

// Whoever was here before is told how much was missed meanwhile. Ids are of one start of the server: whom a user listened to by them is forgotten with it.
const returned = (before: Conversation, welcome: Welcome): Step => {
  const { attention, heard, me } = before
  if (heard === undefined || me === undefined) return step(before)
  const told = info(missedWords(heard, me, welcome))
  if (isSameStart(heard, welcome)) return step(before, told)
  const names = attention.ignored.map(({ name }) => name).join(", ")
  return step({ ...before, attention: Attention.none }, told, ...(names === "" ? [] : [info(`You see again what these say: ${names}.`)]))
}

const inOrder = <A>(first: Step, all: ReadonlyArray<A>, next: (state: Conversation, one: A) => Step): Step => {
  let { after } = first
  const wishes = [...first.wishes]
  for (const one of all) {
    const result = next(after, one)
    after = result.after
    wishes.push(...result.wishes)
  }
  return { after, wishes }
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
const again = (known: Conversation, event: Resumed | Welcome): Step => {
  if (isSameLife(known, event)) return back(known, event)
  const before = { ...known, lostAt: undefined }
  const unsaid = before.pending.flatMap(({ typed }): ReadonlyArray<Wish> => [error(`It is not known whether this was said: ${typed}`), { _tag: "Return", text: typed }])
  const anew = entered({ ...before, pending: [] }, event)
  return { after: anew.after, wishes: [...unsaid, ...anew.wishes] }
}

// So many are here now; what was missed changes nothing where it was told before how many there are after it.
const counted = (before: Conversation, here: number): Conversation => (before.recount === undefined ? { ...before, here } : before)

const told = (known: Conversation, event: Event): Step => {
  const { me } = known
  if (me === undefined) return step(known)
  if (event._tag === "Resumed" || event._tag === "Welcome") return again(known, event)
  const gap = gapBefore(known, event)
  const before = { ...toldAfterLoss(known, event), attention: Attention.heard(known.attention, event, me), heard: heardAfter(known.heard, event) }
  if (gap !== undefined) {
    const { after, wishes } = told({ ...known, heard: heardAfter(known.heard, event) }, event)
    return { after, wishes: [error(gap), ...wishes] }
  }
  if (Attention.isIgnored(before.attention, event)) return step(before)
  const print: Wish = { _tag: "Print", line: { _tag: "Event", event, me } }
  // Somebody's own doing: its author has the receipt by it.
  if ("from" in event) {
    if (event.from.id === me.id) return step(received(before, event.ref), print)
    const unread = before.focused ? 0 : before.unread + 1
    const rings = event._tag === "Whispered" || ("text" in event && mentions(event.text, me.name))
    return step({ ...before, unread }, print, ...(rings ? [{ _tag: "Bell" } as const] : []))
  }
  switch (event._tag) {
    case "Joined":
    case "Returned":
      return step(counted(before, before.here + 1), print)
    case "Left":
      return step(counted(before, before.here - (event.detached === true ? 0 : 1)), print)
    case "Detached":
      return step(counted(before, before.here - 1), print)
    case "Presence":
      return step(counted(before, event.here), print)
    case "Renamed":
      return step(event.member.id === me.id ? { ...before, me: event.member, unmarked: undefined } : before, print)
    case "Refused":
      if (event.ref !== undefined) return unsent(before, event.ref, event.message)
      return before.unmarked === undefined
        ? step(before, print)
        : bringBack({ ...before, unmarked: undefined }, before.unmarked, event.message)
    default:
      return step(before, print)
  }
}
