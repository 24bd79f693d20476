import type { Member } from "../../domain/Event.ts"
import { completion } from "../screen/completion.ts"
import * as Conversation from "../screen/conversation.ts"
import type * as Form from "../screen/form.ts"
import { commandWords } from "../screen/intent.ts"
import type * as State from "../screen/step.ts"
import * as Editor from "./editor.ts"
import type { Key } from "./keys.ts"
import * as Typing from "./typing.ts"

/** The terminal's view of a conversation: pure data, from which all that is drawn below the scrollback follows. */
export interface Screen {
  readonly conversation: State.Conversation
  readonly typing: Typing.Typing
}

/** What happens to the screen: to its conversation, or at its keyboard. `members` are who is here now. */
export type Happening =
  | Exclude<State.Happening, { readonly _tag: "Submitted" | "Pasted" | "Interrupted" | "Focus" }>
  | { readonly _tag: "Key"; readonly key: Key; readonly members: ReadonlyArray<Member> }

/** What the screen wants done, in order: what its conversation wants, but for the input line, and what keys alone ask for. */
export type Wish = Exclude<State.Wish, { readonly _tag: "Refill" }> | { readonly _tag: "Suspend" | "Interrupt" }

/** The next screen, and what it wants done. */
export interface Step {
  readonly screen: Screen
  readonly wishes: ReadonlyArray<Wish>
}

/** A screen that asks what the form asks, or connects when that is nothing. */
export const start = (form: Form.Form): Step => applied(Typing.empty, Conversation.start(form))

/** What happens, and what follows from it. */
export const update = (screen: Screen, happening: Happening): Step =>
  happening._tag === "Key" ? key(screen, happening.key, happening.members) : happen(screen, happening)

const happen = ({ conversation, typing }: Screen, happening: State.Happening): Step =>
  applied(typing, Conversation.update(conversation, happening, { line: Editor.lineOf(typing.editor), pasted: typing.paste ?? [] }))

// The input line does at once what the conversation wants of it; the rest is for the terminal and the network.
const applied = (before: Typing.Typing, { after, wishes }: State.Step): Step => {
  let typing = after.phase === "over" ? Typing.empty : before
  const others: Array<Wish> = []
  for (const wish of wishes) {
    if (wish._tag !== "Refill") others.push(wish)
    else typing = { ...typing, editor: wish.text === "" ? Editor.empty : Editor.withText(typing.editor, wish.text) }
  }
  return { screen: { conversation: after, typing }, wishes: others }
}

const key = (before: Screen, key: Key, members: ReadonlyArray<Member>): Step => {
  const { conversation } = before
  const { act, typing } = Typing.press(before.typing, key, {
    isAnswer: Conversation.isAnswering(conversation),
    complete: (text) => complete(conversation, members)(text)
  })
  const screen = { conversation, typing }
  switch (act?._tag) {
    case undefined:
      return { screen, wishes: [] }
    case "Submitted":
      // At the end nothing is drawn: keys mean nothing any more.
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
      return { screen, wishes: [{ _tag: "Print", line: { _tag: "Info", text: act.text } }] }
    case "Error":
      return { screen, wishes: [{ _tag: "Print", line: { _tag: "Error", text: act.text } }] }
  }
}

// Made only for Tab: there may be thousands of names.
const complete = ({ me, phase }: State.Conversation, members: ReadonlyArray<Member>) =>
  completion(
    phase === "form"
      ? { names: [], commands: [] }
      : { names: members.filter(({ id }) => id !== me?.id).map(({ name }) => name), commands: commandWords }
  )
