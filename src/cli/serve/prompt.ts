import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Complete } from "../../client/screen/completion.ts"
import * as Editor from "../../client/terminal/editor.ts"
import type { Key } from "../../client/terminal/keys.ts"
import * as Region from "../../client/terminal/region.ts"
import { roomIn, statusAndInput } from "../../client/terminal/view.ts"
import type { ConsoleOutput } from "../../server/operator/Console.ts"
import { rawKeyboard } from "../raw.ts"
import { skippingOutput } from "../stdio.ts"

/** A terminal with the console's lines in its scrollback, and a status line and a prompt below them. */
export interface Prompt {
  readonly output: ConsoleOutput["Type"]
  readonly lines: Mailbox.ReadonlyMailbox<string>
}

/** Puts the terminal into raw mode and draws a prompt while the scope is open. `complete` is evaluated at each key. */
export const prompt = ({ colour, complete }: {
  readonly colour: boolean
  readonly complete: Effect.Effect<Complete>
}): Effect.Effect<Prompt, never, Scope.Scope> =>
  Effect.gen(function* () {
    const keyboard = yield* rawKeyboard
    const region = yield* Region.make({ stdout: process.stdout, colour, identity: keyboard.identity })
    const lines = yield* Mailbox.make<string>()
    let editor = Editor.empty
    let status = ""

    const redraw = () => {
      // Nothing is drawn before the first status.
      if (status === "") return
      region.draw((size) => statusAndInput({ status, before: `> ${editor.before}`, after: editor.after }, roomIn(size)))
    }
    const press = Effect.fnUntraced(function* (key: Key) {
      if (key._tag === "Press" && key.ctrl) {
        if (key.name === "c") process.kill(process.pid, "SIGINT")
        if (key.name === "l") region.print("\u001b[2J\u001b[3J\u001b[H")
        if (key.name === "z") {
          yield* region.hide
          yield* keyboard.suspend
        }
      }
      const edited = Editor.press(editor, key, yield* complete)
      editor = edited.editor
      if (edited.submitted !== undefined) yield* lines.offer(edited.submitted)
      redraw()
    })

    keyboard.onResume(region.show)
    yield* Effect.forkScoped(Stream.runForEach(Mailbox.toStream(keyboard.keys), press))
    return {
      lines,
      output: {
        write: skippingOutput(region.print).write,
        status: (line) => {
          status = line
          // When a stopped process is continued, overdue timers (the status comes
          // from one) fire before SIGCONT is handled, and the shell's output is
          // still on the screen: drawing waits until after the signal.
          setImmediate(redraw)
        }
      }
    }
  })
