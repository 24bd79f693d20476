import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import { KeyInput } from "../client/terminal/KeyInput.ts"
import type { Key } from "../client/terminal/keys.ts"
import type { Identity } from "../client/terminal/region.ts"

/** How long SIGTSTP may take to stop this process, ms, before it is taken for one that cannot be stopped. */
const stopPatience = 50

// Bracketed paste (2004), focus reports (1004); at the end the cursor is made visible too.
const modesOn = "\u001b[?2004h\u001b[?1004h"
const modesOff = "\u001b[?2004l\u001b[?1004l\u001b[?25h"

// Secondary device attributes: asks the terminal for its kind and version.
const whatItIs = "\u001b[>c"
const answer = /\u001b\[>([\d;]*)c/u

/** The keyboard of a terminal in raw mode. */
export interface RawKeyboard {
  /** Terminal identification. The answer arrives among the keys, where the decoder drops it as an unknown sequence. */
  readonly identity: Identity
  readonly keys: Mailbox.ReadonlyMailbox<Key>
  /** Job control (Ctrl-Z): restores the terminal's mode and stops this process; waits until the shell continues it (SIGCONT). */
  readonly suspend: Effect.Effect<void>
  /** Sets what runs whenever this process is continued (SIGCONT), however it was stopped. */
  readonly onResume: (resumed: () => void) => void
}

/** Puts the terminal of this process into raw mode while the scope is open; then its mode is restored. */
export const rawKeyboard: Effect.Effect<RawKeyboard, never, Scope.Scope> = Effect.gen(function* () {
  const { stdin, stdout } = process
  const keys = yield* Mailbox.make<Key>()
  const input = new KeyInput()
  let timer: NodeJS.Timeout | undefined
  let resumed: () => void = () => undefined
  let back: (() => void) | undefined
  let attributes: string | undefined

  const offer = (pressed: ReadonlyArray<Key>) => {
    for (const key of pressed) keys.unsafeOffer(key)
  }
  const onData = (chunk: string) => {
    clearTimeout(timer)
    attributes = answer.exec(chunk)?.[1] ?? attributes
    offer(input.hear(chunk))
    if (input.patience !== undefined) {
      timer = setTimeout(() => {
        offer(input.silence())
      }, input.patience)
    }
  }
  const take = () => {
    stdin.setRawMode(true)
    stdout.write(modesOn)
  }
  const giveBack = () => {
    stdout.write(modesOff)
    stdin.setRawMode(false)
  }
  const onContinue = () => {
    take()
    resumed()
    back?.()
    back = undefined
  }
  const onExit = () => {
    stdout.write(modesOff)
  }
  // Hang-up: in raw mode (Ctrl-D is a key) the input of a terminal ends only when its window is closed.
  const hangUp = () => process.kill(process.pid, "SIGHUP")

  yield* Effect.acquireRelease(
    Effect.sync(() => {
      stdin.setEncoding("utf8")
      stdin.on("data", onData)
      stdin.once("end", hangUp)
      stdin.once("error", hangUp)
      process.on("SIGCONT", onContinue)
      process.once("exit", onExit)
      take()
    }),
    () =>
      // If the terminal is closed already, restoring it fails: that error is ignored.
      Effect.ignore(
        Effect.try(() => {
          clearTimeout(timer)
          stdin.off("data", onData)
          process.off("SIGCONT", onContinue)
          stdin.pause()
          giveBack()
        })
      )
  )
  return {
    keys,
    identity: {
      ask: () => {
        stdout.write(whatItIs)
      },
      attributes: () => attributes
    },
    suspend: Effect.async<void>((resume) => {
      back = () => {
        resume(Effect.void)
      }
      giveBack()
      // To the whole process group, as the terminal itself does it: a parent
      // such as `npm` would go on otherwise, and the shell would wait for it.
      process.kill(0, "SIGTSTP")
      // Without a shell with job control SIGTSTP does not stop the process: then
      // this timer restores raw mode. If it did stop, SIGCONT is handled first.
      setTimeout(() => {
        setImmediate(() => {
          if (back !== undefined) onContinue()
        })
      }, stopPatience)
    }),
    onResume: (f) => {
      resumed = f
    }
  }
})
