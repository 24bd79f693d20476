import type { Member } from "../../domain/Event.ts"
import * as Commands from "../../domain/commands.ts"
import { clean } from "../../domain/Text.ts"
import type { Input } from "../input.ts"
import * as Editor from "./editor.ts"
import type { Key } from "./keys.ts"
import { error, info, type Screen, type Step, step } from "./step.ts"
import { submit } from "./submission.ts"

/** Several lines wait for a yes or a no; a single one goes into the input line. */
export const paste = (screen: Screen, { text, truncated }: Extract<Key, { readonly _tag: "Paste" }>): Step => {
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

/** What a key says to the question whether these lines are to be sent. */
export const confirm = (screen: Screen, lines: ReadonlyArray<string>, key: Key, members: ReadonlyArray<Member>): Step => {
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
