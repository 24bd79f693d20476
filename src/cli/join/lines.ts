import * as Readline from "node:readline"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import type { LineIo } from "../../client/LineUi.ts"
import { print } from "../stdio.ts"

/** A terminal that is typed in line by line, under what arrives. */
export interface Keyboard extends LineIo {
  /** What stands before the line that is being typed. */
  readonly prompt: (text: string) => Effect.Effect<void>
}

/**
 * The terminal of this process. What arrives is shown above the line being
 * typed, which is drawn again below it, whole. What was typed or pasted ahead
 * waits for its turn. Ctrl-C is the signal it always is; Ctrl-D ends the input.
 */
export const keyboard: Effect.Effect<Keyboard, never, Scope.Scope> = Effect.gen(function* () {
  const lines = yield* Mailbox.make<string>()
  const { stdin: input, stdout: output } = process
  const readline = yield* Effect.acquireRelease(
    Effect.sync(() => Readline.createInterface({ input, output, terminal: true, prompt: "", historySize: 200 })),
    (readline) =>
      // A terminal that is gone cannot be given back as it was.
      Effect.ignore(
        Effect.try(() => {
          // The line being typed goes with the room it was meant for.
          output.write(`\r${up(readline)}\u001b[J`)
          readline.close()
        })
      )
  )
  readline.on("line", (line) => {
    lines.unsafeOffer(line)
    readline.prompt()
  })
  // Readline pauses the input when it is stopped, and leaves it so.
  readline.on("SIGCONT", () => {
    readline.prompt(true)
  })
  readline.on("SIGINT", () => process.kill(process.pid, "SIGINT"))
  // A terminal's input ends when its window is closed; Ctrl-D only closes what reads it.
  const hangUp = () => process.kill(process.pid, "SIGHUP")
  input.once("end", hangUp)
  input.once("error", hangUp)
  readline.once("close", () => {
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
          readline.prompt(true)
        })
      )
    )

  return {
    lines,
    show,
    complain: show,
    prompt: (text) =>
      Effect.sync(() => {
        readline.setPrompt(text)
        readline.prompt(true)
      })
  }
})

// From the cursor to the first row of what readline drew.
const up = (readline: Readline.Interface): string => {
  const { rows } = readline.getCursorPos()
  return rows > 0 ? `\u001b[${rows}A` : ""
}
