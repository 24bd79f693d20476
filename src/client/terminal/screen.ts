import type { Event, Member, Welcome } from "../../domain/Event.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { clean } from "../../domain/Text.ts"
import * as Form from "../screen/form.ts"
import { commands, parse } from "../input.ts"
import { completion } from "../screen/completion.ts"
import * as Editor from "./editor.ts"
import type { Key } from "./keys.ts"
import { confirm, paste } from "./paste.ts"
import { error, info, type Screen, type Step, step, type Wish } from "./step.ts"
import { mentions } from "./style.ts"
import { bringBack, nextReturned, received, submit, unsent } from "./submission.ts"

export type { Screen, Step, Wish } from "./step.ts"

/** What happens to the screen. */
export type Happening =
  | { readonly _tag: "Key"; readonly key: Key; readonly members: ReadonlyArray<Member> }
  | { readonly _tag: "Entered"; readonly welcome: Welcome }
  | { readonly _tag: "NotEntered"; readonly reason: string; readonly needsPassword: boolean }
  | { readonly _tag: "Told"; readonly event: Event }
  | { readonly _tag: "Unsent"; readonly ref: string; readonly reason: string }
  | { readonly _tag: "Over" }

/** A screen that asks what the form asks, or connects when that is nothing. */
export const start = (form: Form.Form): Step =>
  ask({
    phase: "form",
    form,
    editor: Editor.empty,
    me: undefined,
    room: "",
    here: 0,
    pending: [],
    paste: undefined,
    ahead: [],
    returned: [],
    focused: true,
    unread: 0,
    renaming: undefined,
    lastRef: 0
  })

/** What happens, and what follows from it. */
export const update = (screen: Screen, happening: Happening): Step => {
  switch (happening._tag) {
    case "Key":
      return key(screen, happening.key, happening.members)
    case "Entered":
      return entered(screen, happening.welcome)
    case "NotEntered": {
      // What was begun meanwhile was meant for the room, not for an answer.
      const begun = Editor.lineOf(screen.editor)
      const returned = begun === "" || screen.form.isSecretAsked ? screen.returned : [...screen.returned, begun]
      const form = happening.needsPassword ? Form.withPassword(screen.form) : Form.again(screen.form)
      const asking = ask({ ...screen, form, editor: Editor.empty, returned })
      return { screen: asking.screen, wishes: [error(happening.reason), ...asking.wishes] }
    }
    case "Told":
      return told(screen, happening.event)
    case "Unsent":
      return unsent(screen, happening.ref, happening.reason)
    case "Over": {
      const begun = Editor.lineOf(screen.editor)
      const left = [...screen.pending.map(({ typed }) => typed), ...screen.returned, ...(screen.paste ?? []), begun]
      return step(
        { ...screen, phase: "over", pending: [], returned: [], paste: undefined, editor: Editor.empty },
        ...left.filter((line) => line.trim() !== "").map((line) => error(`Not sent: ${clean(line)}`)),
        { _tag: "End" }
      )
    }
  }
}

const ask = (screen: Screen): Step =>
  Form.question(screen.form) === undefined
    ? step({ ...screen, phase: "connecting" }, { _tag: "Connect", form: screen.form })
    : step({ ...screen, phase: "form" })

const key = (screen: Screen, key: Key, members: ReadonlyArray<Member>): Step => {
  if (key._tag === "Focus") return step({ ...screen, focused: key.focused, unread: key.focused ? 0 : screen.unread })
  if (key._tag === "Press" && key.ctrl) {
    if (key.name === "c" || (key.name === "d" && Editor.lineOf(screen.editor) === "")) {
      return step({ ...screen, editor: Editor.withText(screen.editor, ""), paste: undefined, returned: [] }, { _tag: "Interrupt" })
    }
    if (key.name === "z") return step(screen, { _tag: "Suspend" })
    if (key.name === "l") return step(screen, { _tag: "Clear" })
  }
  if (screen.paste !== undefined) return confirm(screen, screen.paste, key, members)
  if (key._tag === "Paste") return paste(screen, key)
  const { editor, submitted } = Editor.press(screen.editor, key, (before) => complete(screen, members)(before))
  if (submitted === undefined) return step({ ...screen, editor })
  switch (screen.phase) {
    case "form":
      return answer({ ...screen, editor: Editor.empty }, submitted)
    case "connecting":
      // Right after the password was asked for, it may be typed again: nobody shall read it.
      if (screen.form.isSecretAsked) return step({ ...screen, editor: Editor.empty })
      return step({ ...screen, editor, ahead: [...screen.ahead, { typed: submitted, input: parse(submitted) }] })
    case "room":
      return nextReturned(submit({ ...screen, editor }, submitted, parse(submitted), members))
    case "over":
      return step(screen)
  }
}

// Made only for Tab: there may be thousands of names.
const complete = ({ me, phase }: Screen, members: ReadonlyArray<Member>) =>
  completion(
    phase === "form"
      ? { names: [], commands: [] }
      : { names: members.filter(({ id }) => id !== me?.id).map(({ name }) => name), commands: commandWords }
  )

const commandWords = commands.map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))

const entered = (screen: Screen, { here, members, room, you }: Welcome): Step => {
  const start = step(
    { ...screen, phase: "room", me: you, room, here, ahead: [] },
    info(`Welcome ${you.name}! /help shows what you can type, {quit} leaves.`)
  )
  return nextReturned(
    screen.ahead.reduce<Step>((before, { input, typed }) => {
      const { screen, wishes } = submit(before.screen, typed, input, members)
      return { screen, wishes: [...before.wishes, ...wishes] }
    }, start)
  )
}

const answer = (screen: Screen, line: string): Step => {
  const question = Form.question(screen.form)
  if (question === undefined) return step(screen)
  const form = Form.answer(screen.form, line)
  const answered = info(Form.isSecret(screen.form) ? question.trimEnd() : `${question}${line}`)
  if (form instanceof Refusal) return step(screen, answered, error(form.message))
  const asked = ask({ ...screen, form })
  return { screen: asked.screen, wishes: [answered, ...asked.wishes] }
}

const told = (screen: Screen, event: Event): Step => {
  const { me } = screen
  if (me === undefined) return step(screen)
  const print: Wish = { _tag: "Print", line: { _tag: "Event", event, me } }
  switch (event._tag) {
    case "Said":
    case "Acted":
    case "Whispered": {
      if (event.from.id === me.id) return step(received(screen, event.ref), print)
      const unread = screen.focused ? 0 : screen.unread + 1
      const rings = event._tag === "Whispered" || mentions(event.text, me.name)
      return step({ ...screen, unread }, print, ...(rings ? [{ _tag: "Bell" } as const] : []))
    }
    case "Joined":
      return step({ ...screen, here: screen.here + 1 }, print)
    case "Left":
      return step({ ...screen, here: screen.here - 1 }, print)
    case "Presence":
      return step({ ...screen, here: event.here }, print)
    case "Renamed":
      return step(event.member.id === me.id ? { ...screen, me: event.member, renaming: undefined } : screen, print)
    case "Refused":
      if (event.ref !== undefined) return unsent(screen, event.ref, event.message)
      return screen.renaming === undefined
        ? step(screen, print)
        : bringBack({ ...screen, renaming: undefined }, screen.renaming, event.message)
    default:
      return step(screen, print)
  }
}
