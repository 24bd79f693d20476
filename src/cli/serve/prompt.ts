import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Complete } from "../../client/screen/completion.ts"
import { lineOf } from "../../client/terminal/editor.ts"
import type { Key } from "../../client/terminal/keys.ts"
import * as Region from "../../client/terminal/region.ts"
import * as Typing from "../../client/terminal/typing.ts"
import { roomIn, typingView } from "../../client/terminal/view.ts"
import { asNotice } from "../../domain/quitWord.ts"
import type { ConsoleOutput } from "../../server/operator/Console.ts"
import { rawKeyboard } from "../raw.ts"
import { type Skipped, skippingOutput } from "../stdio.ts"

/** With how many blanks the rows begin that continue a line: more than the time takes before a name. */
const continuation = 11

/** A terminal with the console's lines in its scrollback, and a status line and a prompt below them. */
export interface Prompt {
  readonly output: ConsoleOutput["Type"]
  readonly lines: Mailbox.ReadonlyMailbox<string>
}

/** Puts the terminal into raw mode and draws a prompt while the scope is open. `complete` is evaluated at each key; `confession` is the line about lines that were not written. */
export const prompt = ({ colour, complete, confession }: {
  readonly colour: boolean
  readonly confession: (skipped: Skipped) => string
  readonly complete: Effect.Effect<Complete>
}): Effect.Effect<Prompt, never, Scope.Scope> =>
  Effect.gen(function* () {
    const keyboard = yield* rawKeyboard
    const region = yield* Region.make({ stdout: process.stdout, colour, identity: keyboard.identity, indent: continuation })
    const lines = yield* Mailbox.make<string>()
    let typing = Typing.empty
    let status = ""

    const redraw = () => {
      // Nothing is drawn before the first status.
      if (status === "") return
      region.draw((size) => typingView(typing, { status, prompt: "> " }, roomIn(size)))
    }
    const press = Effect.fnUntraced(function* (key: Key) {
      // A server goes on at the end of its input: Ctrl-D closes it as little as it does in a pipe.
      if (key._tag === "Press" && key.ctrl && key.name === "d" && lineOf(typing.editor) === "") return
      const typed = Typing.press(typing, key, { isAnswer: false, complete: yield* complete })
      typing = typed.typing
      switch (typed.act?._tag) {
        case "Submitted":
          yield* lines.offer(typed.act.line)
          break
        case "Pasted":
          // Each is a notice, none a command.
          yield* lines.offerAll(typed.act.lines.map(asNotice))
          break
        case "Interrupt":
          process.kill(process.pid, "SIGINT")
          break
        case "Clear":
          region.print("\u001b[2J\u001b[3J\u001b[H")
          break
        case "Suspend":
          yield* region.hide
          yield* keyboard.suspend
          break
        case "Info":
        case "Error":
          region.print(`${typed.act.text}\n`)
          break
        case "Focus":
        case undefined:
          break
      }
      redraw()
    })

    keyboard.onResume(region.show)
    yield* Effect.forkScoped(Stream.runForEach(Mailbox.toStream(keyboard.keys), press))
    return {
      lines,
      output: {
        write: skippingOutput(confession, region.print).write,
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
