import { closeSync } from "node:fs"
import { isatty } from "node:tty"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** What ends a program from outside or from below: a signal, or a fault that nobody caught. */
export type Ending =
  | { readonly _tag: "Signal"; readonly name: NodeJS.Signals }
  | { readonly _tag: "Fault"; readonly error: unknown }

/** The program did not end well, and has said why. It exits with 1. */
export class Failed extends Data.TaggedError("Failed") {}

/**
 * The first ending of this process. All later ones change nothing, for as long
 * as the process lives: a second Ctrl-C does not cut short what the first began.
 */
export const ending = (options: {
  readonly signals: ReadonlyArray<NodeJS.Signals>
  /** Signals that would end the process by themselves, and shall not. */
  readonly ignored?: ReadonlyArray<NodeJS.Signals>
}): Effect.Effect<Deferred.Deferred<Ending>> =>
  Effect.map(Deferred.make<Ending>(), (first) => {
    const end = (value: Ending) => {
      Deferred.unsafeDone(first, Effect.succeed(value))
    }
    const fault = (error: unknown) => {
      end({ _tag: "Fault", error })
    }
    for (const name of options.signals) {
      process.on(name, () => {
        end({ _tag: "Signal", name })
      })
    }
    for (const name of options.ignored ?? []) process.on(name, () => undefined)
    process.on("uncaughtException", fault)
    process.on("unhandledRejection", fault)
    return first
  })

/** What a signal is called in a goodbye; a plain Ctrl-C needs no words. */
export const signalWords = (name: NodeJS.Signals): string | undefined => {
  switch (name) {
    case "SIGHUP":
      return "the window was closed"
    case "SIGTERM":
      return "terminated"
    default:
      return undefined
  }
}

/** Whatever still waits, this process ends by then. */
export const exitWithin = (millis: number, code: number): Effect.Effect<void> =>
  Effect.sync(() => {
    setTimeout(() => {
      forgetClosedTerminal()
      process.exit(code)
    }, millis).unref()
  })

/** Writes one line to standard error. */
export const complain = (line: string): Effect.Effect<void> =>
  Effect.sync(() => {
    process.stderr.write(`${line}\n`)
  })

/**
 * Makes a terminal's output never stop the event loop, and lets the program
 * outlive whoever reads its output. Terminal output in Node blocks otherwise:
 * Ctrl-S would hold up everything, the end included.
 */
export const unblockOutput = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => undefined)
    const handle: unknown = Predicate.hasProperty(stream, "_handle") ? stream._handle : undefined
    if (stream.isTTY && Predicate.hasProperty(handle, "setBlocking") && Predicate.isFunction(handle.setBlocking)) {
      Reflect.apply(handle.setBlocking, handle, [false])
    }
  }
}

// Node gives a terminal back as it was, and aborts when that is gone with its window.
const forgetClosedTerminal = (): void => {
  for (const [fd, stream] of [process.stdin, process.stdout, process.stderr].entries()) {
    if (stream.isTTY && !isatty(fd)) closeSync(fd)
  }
}

/** How long the last output may take to be read, ms. */
const flushPatience = 300

/** Ends the process once its output has been taken, or has not for too long. */
export const exitFlushed = (code: number): void => {
  const exit = () => {
    forgetClosedTerminal()
    process.exit(code)
  }
  setTimeout(exit, flushPatience)
  process.stdout.write("", () => process.stderr.write("", exit))
}
