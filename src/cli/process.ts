import { closeSync } from "node:fs"
import { isatty } from "node:tty"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** What ends the process from outside the program: a signal, or an uncaught exception or rejection (`Fault`). */
export type Ending =
  | { readonly _tag: "Signal"; readonly name: NodeJS.Signals }
  | { readonly _tag: "Fault"; readonly error: unknown }

const isProfiled = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((words) => /--(?:cpu-)?prof\b/u.test(words))

/**
 * The signals whose default action ends a process and that a program can answer with a goodbye: those of people,
 * terminals and supervisors (INT, TERM, HUP, QUIT, and BREAK of Windows), of timers and limits, of the power supply.
 * Those of a crash (SEGV, ABRT and the like) stay the system's, and USR1 is ignored from the start on. A name that a
 * system does not know is never raised there.
 */
export const endingSignals: ReadonlyArray<NodeJS.Signals> = [
  "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGXCPU", "SIGSTKFLT", "SIGPWR", "SIGIO",
  // While V8 profiles from the start on, SIGPROF is its clock.
  ...(isProfiled ? [] : ["SIGPROF" as const])
]

/** The command failed and has printed why: the exit code is 1. */
export class Failed extends Data.TaggedError("Failed") {}

/** The server has closed in order to be started again: the exit code is {@link restartCode}. */
export class Restarting extends Data.TaggedError("Restarting") {}

/** The exit code of a server that is to be started again: EX_TEMPFAIL of sysexits.h. A supervisor tells it from a close (0) and from a fault (1). */
export const restartCode = 75

/** The user left before being in the room, while something was asked or with a signal: a way out like every other that was asked for, so the exit code is 0. */
export class Left extends Data.TaggedError("Left") {}

/**
 * Installs signal handlers; the result holds the first ending of this process.
 * Later ones are ignored: a second Ctrl-C does not interrupt the shutdown that
 * the first one began.
 */
export const ending = (options: {
  /** Those of {@link endingSignals} that are to be ignored. */
  readonly ignored?: ReadonlyArray<NodeJS.Signals>
} = {}): Effect.Effect<Deferred.Deferred<Ending>> =>
  Effect.map(Deferred.make<Ending>(), (first) => {
    const end = (value: Ending) => {
      Deferred.unsafeDone(first, Effect.succeed(value))
    }
    const fault = (error: unknown) => {
      end({ _tag: "Fault", error })
    }
    for (const name of endingSignals) {
      const isIgnored = options.ignored?.includes(name) === true
      process.on(name, () => {
        if (!isIgnored) end({ _tag: "Signal", name })
      })
    }
    process.on("uncaughtException", fault)
    process.on("unhandledRejection", fault)
    return first
  })

/** The reason that a goodbye gives for a signal; those that a person sends with a key (Ctrl-C, Ctrl-\\, Ctrl-Break) have none. */
export const signalWords = (name: NodeJS.Signals): string | undefined => {
  switch (name) {
    case "SIGINT":
    case "SIGQUIT":
    case "SIGBREAK":
      return undefined
    case "SIGHUP":
      return "the window was closed"
    case "SIGTERM":
      return "terminated"
    default:
      return `terminated by ${name}`
  }
}

/** Watchdog: exits with `code` after `millis` ms, whatever is still running; it does not keep the process alive itself. */
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
 * Makes terminal output non-blocking, and ignores errors of the output streams
 * (EPIPE: the reader is gone). Node writes to terminals synchronously by
 * default: Ctrl-S would then block the event loop, the shutdown included.
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

// At exit Node restores the terminal's mode, and aborts if the terminal was closed with its window: such descriptors are closed before.
const forgetClosedTerminal = (): void => {
  for (const [fd, stream] of [process.stdin, process.stdout, process.stderr].entries()) {
    if (stream.isTTY && !isatty(fd)) closeSync(fd)
  }
}

/** How long flushing the last output may take, ms. */
const flushPatience = 300

/** Exits with `code` once standard output and error are flushed, or after 300 ms. */
export const exitFlushed = (code: number): void => {
  const exit = () => {
    forgetClosedTerminal()
    process.exit(code)
  }
  setTimeout(exit, flushPatience)
  process.stdout.write("", () => process.stderr.write("", exit))
}
