import type { Member } from "../../domain/Member.ts"
import { completion, quoted } from "../screen/completion.ts"
import * as Conversation from "../screen/conversation.ts"
import type * as Form from "../screen/form.ts"
import { commandWordsFor } from "../screen/intent.ts"
import { active } from "../screen/rooms.ts"
import type * as State from "../screen/step.ts"
import * as Editor from "./editor.ts"
import { completeLines } from "./KeyInput.ts"
import { type Key, typedKeys } from "./keys.ts"
import * as Typing from "./typing.ts"
import { fit } from "./wrap.ts"

/** The state of the screen: the conversation and the line being typed. Pure data, from which `view` computes the rows below the scrollback. */
export interface Screen {
  readonly conversation: State.Conversation
  readonly typing: Typing.Typing
  /** The day of the last line of the conversation, in the terminal's time zone; `undefined` before the room. */
  readonly day: string | undefined
}

/** Who is where: in any of one's rooms, in the one that is looked at, and lost in any of them. */
export interface People {
  readonly members: ReadonlyArray<Member>
  /** Absent where that is the same. */
  readonly around?: ReadonlyArray<Member> | undefined
  readonly away?: ReadonlyArray<Member> | undefined
}

/** What happens to the screen: to its conversation, or at its keyboard, with who is where now. */
export type Happening =
  | Exclude<State.Happening, { readonly _tag: "Submitted" | "Pasted" | "Interrupted" | "Focus" | "Chosen" }>
  | ({ readonly _tag: "Key"; readonly key: Key } & People)

/** The effects that the screen wants carried out, in order: its conversation's, except those on the input line, and those that keys ask for. */
export type Wish = Exclude<State.Wish, { readonly _tag: "Empty" | "Return" | "Draft" }> | { readonly _tag: "Suspend" | "Interrupt" }

/** The next screen, and its wishes. */
export interface Step {
  readonly screen: Screen
  readonly wishes: ReadonlyArray<Wish>
}

/** The first step of a screen: it asks the form's questions, or connects at once if there are none. `mark` is how its correlation ids begin. */
export const start = (form: Form.Form, mark?: string): Step => applied({ typing: Typing.empty, day: undefined }, Conversation.start(form, mark))

/** The reducer of the screen: the next state and its wishes. A pure function. */
export const update = (screen: Screen, happening: Happening): Step => {
  if (happening._tag !== "Key") return happen(screen, happening)
  const { key } = happening
  return key._tag === "Burst" ? burst(screen, key, happening) : pressed(screen, key, happening)
}

const happen = ({ conversation, day, typing }: Screen, happening: State.Happening): Step =>
  applied({ typing, day: happening._tag === "Entered" ? dayOf(happening.welcome.at) : day }, Conversation.update(conversation, happening, { line: Editor.lineOf(typing.editor), pasted: typing.paste ?? [] }))

// The wishes on the input line are applied here; all others are left to the caller, who has the terminal and the connection.
const applied = (before: Pick<Screen, "typing" | "day">, { after, wishes }: State.Step): Step => {
  let { day } = before
  let typing = after.phase === "over" ? Typing.empty : before.typing
  const others: Array<Wish> = []
  for (const wish of wishes) {
    if (wish._tag === "Empty") typing = { ...typing, editor: Editor.emptied(typing.editor) }
    else if (wish._tag === "Draft") typing = { editor: Editor.withText(typing.editor, wish.draft.line), paste: wish.draft.pasted.length === 0 ? undefined : wish.draft.pasted }
    else if (wish._tag === "Return") {
      typing = { ...typing, editor: Editor.remember(typing.editor, wish.text) }
      others.push(print("Info", `Up brings back: ${fit(wish.text, maxShown)}`))
    } else {
      if (wish._tag === "Print" && wish.line._tag === "Event") {
        const now = dayOf(wish.line.event.at)
        if (day !== undefined && now !== day) others.push(print("Info", `--- ${now} ---`))
        day = now
      }
      others.push(wish)
    }
  }
  return { screen: { conversation: after, typing, day }, wishes: others }
}

const dayOf = (at: number): string => new Date(at).toDateString()

const print = (as: "Info" | "Error", text: string): Wish => ({ _tag: "Print", line: { _tag: as, text } })

/** How much of a line that can be called back is shown, columns. */
const maxShown = 60

// Several lines at once are the answers to as many questions, typed ahead; what is left of them is a paste, or keys when it is one line.
const burst = (before: Screen, key: Extract<Key, { readonly _tag: "Paste" | "Burst" }>, people: People): Step => {
  let step: Step = { screen: before, wishes: [] }
  let { text } = key
  const type = (words: string) => {
    for (const typed of typedKeys(words)) {
      const next = pressed(step.screen, typed, people)
      step = { screen: next.screen, wishes: [...step.wishes, ...next.wishes] }
    }
  }
  while (text !== "" && Conversation.isAnswering(step.screen.conversation)) {
    const [line = ""] = /^[^\n]*\n?/u.exec(text) ?? []
    type(line)
    text = text.slice(line.length)
  }
  if (completeLines(text) > 1) {
    const next = pressed(step.screen, { ...key, text }, people)
    return { screen: next.screen, wishes: [...step.wishes, ...next.wishes] }
  }
  type(text)
  return step
}

// Alt with a digit looks at the room that stands there in the status. While a paste waits for its answer, or lines are searched, it means nothing.
const chosenBy = ({ conversation: { phase, rooms }, typing: { editor, paste } }: Screen, key: Key): string | undefined =>
  phase === "room" && rooms.length > 1 && key._tag === "Press" && key.alt && !key.ctrl && /^[1-9]$/u.test(key.name) && paste === undefined && editor.search === undefined
    ? rooms[Number(key.name) - 1]?.name
    : undefined

const pressed = (before: Screen, key: Key, people: People): Step => {
  const { conversation } = before
  const room = chosenBy(before, key)
  if (room !== undefined) return happen(before, { _tag: "Chosen", room })
  const { act, typing } = Typing.press(before.typing, key, {
    isAnswer: Conversation.isAnswering(conversation),
    complete: (text) => complete(conversation, people)(text)
  })
  const screen = { ...before, typing: act === undefined ? addressed(typing, conversation) : typing }
  switch (act?._tag) {
    case undefined:
      return { screen, wishes: [] }
    case "Submitted":
      // After the end nothing is drawn: submitted lines are ignored.
      return conversation.phase === "over" ? { screen, wishes: [] } : happen(screen, { ...act, members: people.members, ...(people.away === undefined ? {} : { away: people.away }) })
    case "Pasted":
    case "Focus":
      return happen(screen, act)
    case "Interrupt": {
      const given = happen(screen, { _tag: "Interrupted" })
      return { screen: given.screen, wishes: [...given.wishes, { _tag: "Interrupt" }] }
    }
    case "Suspend":
    case "Clear":
      return { screen, wishes: [{ _tag: act._tag }] }
    case "Info":
    case "Error":
      return { screen, wishes: [print(act._tag, act.text)] }
  }
}

// `/r` becomes a whisper to whoever whispered last as soon as it is typed: somebody else who whispers meanwhile does not get the answer.
const addressed = (typing: Typing.Typing, { attention: { whisperer }, phase }: State.Conversation): Typing.Typing => {
  const { editor } = typing
  const [start] = /^\/r\s+/iu.exec(editor.before) ?? []
  return phase !== "room" || start === undefined || whisperer === undefined || editor.search !== undefined
    ? typing
    : { ...typing, editor: Editor.replaceStart(editor, start.length, `/msg ${quoted(whisperer.name)}`) }
}

// The list of names is built only when Tab is pressed: there may be thousands. Those of the room come first, then those of one's other rooms and of who was lost.
const complete = (conversation: State.Conversation, { around, away = [], members }: People) => {
  const { listed, me, phase, rooms } = conversation
  if (phase === "form") return completion({ names: [], commands: [] })
  const namesOf = (people: ReadonlyArray<Member>) => people.filter(({ id }) => id !== me?.id).map(({ name }) => name)
  return completion({
    names: namesOf(around ?? members),
    others: namesOf([...members, ...away]),
    rooms: rooms.map(({ name }) => name),
    otherRooms: listed,
    commands: commandWordsFor(active(conversation)?.role ?? "member")
  })
}
