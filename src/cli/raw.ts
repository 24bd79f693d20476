import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import { type Key, KeyDecoder } from "../client/terminal/keys.ts"
import type { Identity } from "../client/terminal/region.ts"

/** How long the rest of an escape sequence is waited for, ms; a lone one is the escape key. */
const escapePatience = 50

// Bracketed paste, and a report when the window comes to the front or goes.
const modesOn = "\u001b[?2004h\u001b[?1004h"
const modesOff = "\u001b[?2004l\u001b[?1004l\u001b[?25h"

// Secondary device attributes: what terminal it is, and of which version.
const whatItIs = "\u001b[>c"
const answer = /\u001b\[>([\d;]*)c/u

/** The keyboard of a terminal, key by key. */
export interface RawKeyboard {
  /** The terminal answers where it sends keys; to the decoder that is a sequence without a meaning. */
  readonly identity: Identity
  readonly keys: Mailbox.ReadonlyMailbox<Key>
  /** Gives the terminal back to the shell, and stops this process until the shell has gone on with it. */
  readonly suspend: Effect.Effect<void>
  /** Runs when the shell has gone on with this process, by whatever way it was stopped. */
  readonly onResume: (resumed: () => void) => void
}

/** Takes the terminal key by key for as long as the scope is open, and gives it back as it was. */
export const rawKeyboard: Effect.Effect<RawKeyboard, never, Scope.Scope> = Effect.gen(function* () {
  const { stdin, stdout } = process
  const keys = yield* Mailbox.make<Key>()
  const decoder = new KeyDecoder()
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
    offer(decoder.push(chunk))
    if (decoder.pending) {
      timer = setTimeout(() => {
        offer(decoder.flush())
      }, escapePatience)
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
  // In raw mode a terminal's input ends only when its window is closed.
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
      // A terminal that is gone cannot be given back as it was.
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
      // As the terminal itself does it: to all that was started together, or
      // the shell would wait for whatever started this.
      process.kill(0, "SIGTSTP")
      // Without a shell that could go on with it nothing has stopped. When it
      // did, the signal to go on is heard first.
      setTimeout(() => {
        setImmediate(() => {
          if (back !== undefined) onContinue()
        })
      }, escapePatience)
    }),
    onResume: (f) => {
      resumed = f
    }
  }
})
