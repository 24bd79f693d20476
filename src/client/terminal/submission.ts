import type { Member } from "../../domain/Event.ts"
import * as Commands from "../../domain/commands.ts"
import { commands, type Input } from "../input.ts"
import * as Editor from "./editor.ts"
import { error, info, type Screen, type Step, step, type Wish } from "./step.ts"

/** A line that was typed does what it asks for. `input` is what it was parsed as. */
export const submit = (screen: Screen, line: string, input: Input, members: ReadonlyArray<Member>): Step => {
  switch (input._tag) {
    case "Nothing":
      return step(screen)
    case "Say":
    case "Act":
      return put(screen, line, (ref) => ({ _tag: input._tag, text: input.text, ref }))
    case "Whisper": {
      const found = Commands.addressee(input.words, Commands.among(members))
      return found === undefined
        ? bringBack(screen, line, "Nobody here has that name: /who shows who is here.")
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
      return bringBack(screen, line, input.message)
  }
}

/** There is a receipt for what was said under this reference. */
export const received = (screen: Screen, ref: string | undefined): Screen => ({
  ...screen,
  pending: screen.pending.filter((pending) => pending.ref !== ref)
})

/** Nothing that was typed is lost: what was not taken can be mended and sent again. */
export const unsent = (screen: Screen, ref: string, reason: string): Step => {
  const found = screen.pending.find((pending) => pending.ref === ref)
  return found === undefined ? step(screen, error(reason)) : bringBack(received(screen, ref), found.typed, reason)
}

/** What was typed comes back, and the reason is said. */
export const bringBack = (screen: Screen, typed: string, reason: string): Step =>
  nextReturned(step({ ...screen, returned: [...screen.returned, typed] }, error(reason)))

/** A line that came back goes into the input line as soon as that is free. */
export const nextReturned = ({ screen, wishes }: Step): Step => {
  const [first, ...returned] = screen.returned
  return first === undefined || Editor.lineOf(screen.editor) !== ""
    ? { screen, wishes }
    : { screen: { ...screen, editor: Editor.withText(screen.editor, first), returned }, wishes }
}

const put = (screen: Screen, typed: string, wish: (ref: string) => Wish): Step => {
  const ref = `s${screen.lastRef + 1}`
  return step({ ...screen, lastRef: screen.lastRef + 1, pending: [...screen.pending, { ref, typed }] }, wish(ref))
}
