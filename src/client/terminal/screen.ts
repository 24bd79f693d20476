import type { Event, Member, Welcome } from "../../domain/Event.ts"
import * as Commands from "../../domain/commands.ts"
import { Refusal } from "../../domain/Errors.ts"
import { clean } from "../../domain/Text.ts"
import * as Form from "../form.ts"
import { commands, type Input, parse } from "../input.ts"
import { completion } from "./completion.ts"
import * as Editor from "./editor.ts"
import type { Key } from "./keys.ts"
import { type Line, mentions } from "./style.ts"

/** The screen as it stands: pure data, from which all that is drawn below the conversation follows. */
export interface Screen {
  /** `form`: asking; `connecting`; `room`: talking; `over`: nothing is drawn any more. */
  readonly phase: "form" | "connecting" | "room" | "over"
  readonly form: Form.Form
  readonly editor: Editor.Editor
  readonly me: Member | undefined
  readonly room: string
  readonly here: number
  /** What was said and has no receipt yet, in order. */
  readonly pending: ReadonlyArray<Pending>
  /** A paste of several lines that waits for a yes or a no. */
  readonly paste: ReadonlyArray<string> | undefined
  /** What was entered before there was a room to say it in: it is said there, in order. */
  readonly ahead: ReadonlyArray<Ahead>
  /** What came back and finds the input line taken: it waits for its turn. */
  readonly returned: ReadonlyArray<string>
  readonly focused: boolean
  /** What others said since the window lost the focus. */
  readonly unread: number
  /** The line that asked for another name, until there is an answer. */
  readonly renaming: string | undefined
  readonly lastRef: number
}

interface Pending {
  readonly ref: string
  /** As it was typed. */
  readonly typed: string
}

interface Ahead {
  /** As it was typed. */
  readonly typed: string
  readonly input: Input
}

/** What happens to the screen. */
export type Happening =
  | { readonly _tag: "Key"; readonly key: Key; readonly members: ReadonlyArray<Member> }
  | { readonly _tag: "Entered"; readonly welcome: Welcome }
  | { readonly _tag: "NotEntered"; readonly reason: string; readonly needsPassword: boolean }
  | { readonly _tag: "Told"; readonly event: Event }
  | { readonly _tag: "Unsent"; readonly ref: string; readonly reason: string }
  | { readonly _tag: "Over" }

/** What the screen wants done, in order. */
export type Wish =
  | { readonly _tag: "Print"; readonly line: Line }
  | { readonly _tag: "Connect"; readonly form: Form.Form }
  | { readonly _tag: "Say" | "Act"; readonly text: string; readonly ref: string }
  | { readonly _tag: "Whisper"; readonly to: Member; readonly text: string; readonly ref: string }
  | { readonly _tag: "Rename"; readonly name: string }
  | { readonly _tag: "Who" | "Bell" | "Clear" | "Suspend" | "Interrupt" | "End" }
  | { readonly _tag: "Quit"; readonly reason: string | undefined }

/** The next screen, and what it wants done. */
export interface Step {
  readonly screen: Screen
  readonly wishes: ReadonlyArray<Wish>
}

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

const step = (screen: Screen, ...wishes: ReadonlyArray<Wish>): Step => ({ screen, wishes })
const info = (text: string): Wish => ({ _tag: "Print", line: { _tag: "Info", text } })
const error = (text: string): Wish => ({ _tag: "Print", line: { _tag: "Error", text } })

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
      return next(submit({ ...screen, editor }, submitted, parse(submitted), members))
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
  return next(
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

// A line that came back goes into the input line as soon as that is free.
const next = ({ screen, wishes }: Step): Step => {
  const [first, ...returned] = screen.returned
  return first === undefined || Editor.lineOf(screen.editor) !== ""
    ? { screen, wishes }
    : { screen: { ...screen, editor: Editor.withText(screen.editor, first), returned }, wishes }
}

const submit = (screen: Screen, line: string, input: Input, members: ReadonlyArray<Member>): Step => {
  switch (input._tag) {
    case "Nothing":
      return step(screen)
    case "Say":
    case "Act":
      return put(screen, line, (ref) => ({ _tag: input._tag, text: input.text, ref }))
    case "Whisper": {
      const found = Commands.addressee(input.words, Commands.among(members))
      return found === undefined
        ? back(screen, line, "Nobody here has that name: /who shows who is here.")
        : put(screen, line, (ref) => ({ _tag: "Whisper", to: found.to, text: found.text, ref }))
    }
    case "Rename":
      return step({ ...screen, renaming: line }, { _tag: "Rename", name: input.name })
    case "Who":
      return step(screen, { _tag: "Who" })
    case "Help":
      return step(screen, ...Commands.help(commands).map(info))
    case "Clear":
      return step(screen, { _tag: "Clear" })
    case "Quit":
      return step(screen, { _tag: "Quit", reason: input.reason })
    case "Wrong":
      return back(screen, line, input.message)
  }
}

const put = (screen: Screen, typed: string, wish: (ref: string) => Wish): Step => {
  const ref = `s${screen.lastRef + 1}`
  return step({ ...screen, lastRef: screen.lastRef + 1, pending: [...screen.pending, { ref, typed }] }, wish(ref))
}

const paste = (screen: Screen, { text, truncated }: Extract<Key, { readonly _tag: "Paste" }>): Step => {
  // Half of it would be worse than nothing.
  const tooLong = step(screen, error("This is too long to be pasted: nothing of it was taken."))
  if (truncated) return tooLong
  const { after, before } = screen.editor
  const lines = text.split("\n").map(clean).filter((line) => line.trim() !== "")
  const [first = "", ...rest]: ReadonlyArray<string> = lines
  // Behind the start of a command all of it belongs to that: no line of it may be said to others than it names.
  if (rest.length === 0 || screen.phase === "form" || Commands.parse(before) !== undefined) {
    const editor = Editor.insert(screen.editor, lines.length === 0 ? text : lines.join(" "))
    return Editor.lineOf(editor).length < (before + lines.join(" ") + after).length ? tooLong : step({ ...screen, editor })
  }
  return step({ ...screen, paste: [before + first, ...rest.slice(0, -1), `${rest.at(-1) ?? ""}${after}`] })
}

const confirm = (screen: Screen, lines: ReadonlyArray<string>, key: Key, members: ReadonlyArray<Member>): Step => {
  const [, answer = "", rest = ""] = key._tag === "Text" ? (/^([yn])(.*)$/iu.exec(key.text) ?? []) : []
  const word = key._tag === "Press" ? key.name : answer.toLowerCase()
  const calm = { ...screen, paste: undefined }
  // What was typed right behind the answer is typed then.
  const goOn = ({ screen, wishes }: Step): Step => ({
    screen: rest === "" ? screen : { ...screen, editor: Editor.insert(screen.editor, rest) },
    wishes
  })
  if (word === "n" || word === "escape") return goOn(step(calm, info(`The ${lines.length} lines were not sent.`)))
  if (word !== "y" && word !== "enter") return step(screen)
  return goOn(
    lines.reduce<Step>(
      (before, line) => {
        const input: Input = { _tag: "Say", text: clean(line).trimEnd() }
        if (before.screen.phase !== "room") {
          return step({ ...before.screen, ahead: [...before.screen.ahead, { typed: line, input }] })
        }
        // As a message it was meant, and as one it would come back.
        const said = submit(before.screen, line.startsWith("/") ? `/${line}` : line, input, members)
        return { screen: said.screen, wishes: [...before.wishes, ...said.wishes] }
      },
      step({ ...calm, editor: Editor.withText(screen.editor, "") })
    )
  )
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
        : back({ ...screen, renaming: undefined }, screen.renaming, event.message)
    default:
      return step(screen, print)
  }
}

const received = (screen: Screen, ref: string | undefined): Screen => ({
  ...screen,
  pending: screen.pending.filter((pending) => pending.ref !== ref)
})

// Nothing that was typed is lost: what was not taken can be mended and sent again.
const unsent = (screen: Screen, ref: string, reason: string): Step => {
  const found = screen.pending.find((pending) => pending.ref === ref)
  return found === undefined ? step(screen, error(reason)) : back(received(screen, ref), found.typed, reason)
}

const back = (screen: Screen, typed: string, reason: string): Step =>
  next(step({ ...screen, returned: [...screen.returned, typed] }, error(reason)))
