import * as Readline from "node:readline"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import type { LineIo } from "../../client/LineUi.ts"
import { print } from "../stdio.ts"

/** The line mode of a terminal: the line being typed is below the events that arrive. */
export interface Keyboard extends LineIo {
  /** Sets the prompt: the text before the line being typed. While it is a question, Ctrl-C ends the input as Ctrl-D does. */
  readonly prompt: (text: string, isQuestion?: boolean) => Effect.Effect<void>
}

/**
 * The terminal of this process, read with Node's readline. What is shown is
 * written above the line being typed, which is then drawn again. Type-ahead and
 * pasted lines are queued. Ctrl-C raises SIGINT, but for a question; Ctrl-D ends the input.
 */
export const keyboard: Effect.Effect<Keyboard, never, Scope.Scope> = Effect.gen(function* () {
  const lines = yield* Mailbox.make<string>()
  const { stdin: input, stdout: output } = process
  const readline = yield* Effect.acquireRelease(
    Effect.sync(() => Readline.createInterface({ input, output, terminal: true, prompt: "", historySize: 200 })),
    (readline) =>
      // If the terminal is closed already, restoring it fails: that error is ignored.
      Effect.ignore(
        Effect.try(() => {
          // Leaving the room, an unfinished line is erased.
          output.write(`\r${up(readline)}\u001b[J`)
          readline.close()
        })
      )
  )
  // Ctrl-D closes readline before the goodbye is shown: there is no prompt any more, and from Node 24 on to ask for one is an error.
  let isOpen = true
  let asks = false
  const prompt = (keepsCursor: boolean) => {
    if (isOpen) readline.prompt(keepsCursor)
  }
  readline.on("line", (line) => {
    lines.unsafeOffer(line)
    prompt(false)
  })
  // Readline pauses the input when the process is stopped (SIGTSTP) and does not resume it by itself.
  readline.on("SIGCONT", () => {
    prompt(true)
  })
  readline.on("SIGINT", () => {
    if (asks) readline.close()
    else process.kill(process.pid, "SIGINT")
  })
  // Hang-up: the input of a terminal ends only when its window is closed; Ctrl-D closes readline, not the input.
  const hangUp = () => process.kill(process.pid, "SIGHUP")
  input.once("end", hangUp)
  input.once("error", hangUp)
  // Readline raises an error of its input (EIO, where the terminal is gone) a second time; unheard, it would end the process.
  readline.on("error", () => undefined)
  readline.once("close", () => {
    isOpen = false
    if (!input.readableEnded && !input.destroyed) lines.unsafeDone(Exit.void)
  })

  // Readline goes back to the first row of what it drew last, so the cursor
  // has to stand as many rows below the new text as it stood below that row.
  const show = (line: string) =>
    Effect.suspend(() =>
      print(`\r${up(readline)}\u001b[J${line}\n${"\n".repeat(readline.getCursorPos().rows)}`)
    ).pipe(
      Effect.zipRight(
        Effect.sync(() => {
          prompt(true)
        })
      )
    )

  return {
    lines,
    show,
    complain: show,
    prompt: (text, isQuestion = false) =>
      Effect.sync(() => {
        asks = isQuestion
        readline.setPrompt(text)
        prompt(true)
      })
  }
})

// From the cursor to the first row of what readline drew.
const up = (readline: Readline.Interface): string => {
  const { rows } = readline.getCursorPos()
  return rows > 0 ? `\u001b[${rows}A` : ""
}
