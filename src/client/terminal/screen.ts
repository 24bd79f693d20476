import type { Member } from "../../domain/Event.ts"
import { completion, quoted } from "../screen/completion.ts"
import * as Conversation from "../screen/conversation.ts"
import type * as Form from "../screen/form.ts"
import { commandWords } from "../screen/intent.ts"
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

/** What happens to the screen: to its conversation, or at its keyboard. `members` are the members of the room now. */
export type Happening =
  | Exclude<State.Happening, { readonly _tag: "Submitted" | "Pasted" | "Interrupted" | "Focus" }>
  | { readonly _tag: "Key"; readonly key: Key; readonly members: ReadonlyArray<Member> }

/** The effects that the screen wants carried out, in order: its conversation's, except those on the input line, and those that keys ask for. */
export type Wish = Exclude<State.Wish, { readonly _tag: "Empty" } | { readonly _tag: "Return" }> | { readonly _tag: "Suspend" | "Interrupt" }

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
  const { key, members } = happening
  return key._tag === "Burst" ? burst(screen, key, members) : pressed(screen, key, members)
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
const burst = (before: Screen, key: Extract<Key, { readonly _tag: "Paste" | "Burst" }>, members: ReadonlyArray<Member>): Step => {
  let step: Step = { screen: before, wishes: [] }
  let { text } = key
  const type = (words: string) => {
    for (const typed of typedKeys(words)) {
      const next = pressed(step.screen, typed, members)
      step = { screen: next.screen, wishes: [...step.wishes, ...next.wishes] }
    }
  }
  while (text !== "" && Conversation.isAnswering(step.screen.conversation)) {
    const [line = ""] = /^[^\n]*\n?/u.exec(text) ?? []
    type(line)
    text = text.slice(line.length)
  }
  if (completeLines(text) > 1) {
    const next = pressed(step.screen, { ...key, text }, members)
    return { screen: next.screen, wishes: [...step.wishes, ...next.wishes] }
  }
  type(text)
  return step
}

const pressed = (before: Screen, key: Key, members: ReadonlyArray<Member>): Step => {
  const { conversation } = before
  const { act, typing } = Typing.press(before.typing, key, {
    isAnswer: Conversation.isAnswering(conversation),
    complete: (text) => complete(conversation, members)(text)
  })
  const screen = { ...before, typing: act === undefined ? addressed(typing, conversation) : typing }
  switch (act?._tag) {
    case undefined:
      return { screen, wishes: [] }
    case "Submitted":
      // After the end nothing is drawn: submitted lines are ignored.
      return conversation.phase === "over" ? { screen, wishes: [] } : happen(screen, { ...act, members })
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

// The list of names is built only when Tab is pressed: there may be thousands.
const complete = ({ me, phase }: State.Conversation, members: ReadonlyArray<Member>) =>
  completion(
    phase === "form"
      ? { names: [], commands: [] }
      : { names: members.filter(({ id }) => id !== me?.id).map(({ name }) => name), commands: commandWords }
  )
