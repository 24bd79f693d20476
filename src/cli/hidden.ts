import * as Effect from "effect/Effect"
import * as Editor from "../client/terminal/editor.ts"
import type { Key } from "../client/terminal/keys.ts"
import { endingSignals, Left } from "./process.ts"
import { rawKeyboard } from "./raw.ts"

/** Asks for a secret in the terminal, in raw mode and without echo, until the answer is not empty. Fails when the user leaves: on Ctrl-C, Ctrl-D and signals. */
export const ask = (question: string): Effect.Effect<string, Left> =>
  Effect.gen(function* () {
    const { keys } = yield* rawKeyboard
    const { stdout } = process
    stdout.write(question)
    let editor = Editor.empty
    for (;;) {
      const key = yield* Effect.mapError(keys.take, () => new Left())
      if (key._tag === "Press" && key.ctrl && (key.name === "c" || key.name === "d")) {
        stdout.write("\n")
        return yield* new Left()
      }
      const edited = Editor.press(editor, "truncated" in key ? { ...key, text: firstLine(key.text) } : key, noCompletion)
      // In a burst of lines the first is the answer, and Enter came with it.
      const { editor: after, submitted } = key._tag === "Burst" ? Editor.press(edited.editor, enter, noCompletion) : edited
      editor = after
      if (submitted === undefined) continue
      stdout.write("\n")
      if (submitted !== "") return submitted
      stdout.write(question)
    }
  }).pipe(
    Effect.raceFirst(ended),
    // Raw mode ends with the scope, whatever ends the question.
    Effect.scoped
  )

const enter: Key = { _tag: "Press", name: "enter", ctrl: false, alt: false, shift: false }

// A bracketed paste often includes a line break at its end.
const firstLine = (text: string): string => text.replace(/[\r\n].*$/su, "")

const ended = Effect.async<never, Left>((resume) => {
  const end = () => {
    process.stdout.write("\n")
    resume(Effect.fail(new Left()))
  }
  for (const signal of endingSignals) process.once(signal, end)
  return Effect.sync(() => {
    for (const signal of endingSignals) process.off(signal, end)
  })
})

const noCompletion = () => ({ from: 0, candidates: [] })
