import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { tooLong } from "../domain/wire/Lines.ts"
import { type PipeLine, PipeLines } from "./PipeLines.ts"
import { complain } from "./process.ts"

/** The longest line that is read from standard input, bytes; longer ones are skipped. */
const maxLineBytes = 1_048_576

/** Back-pressure: how many lines wait for a slow reader before the input is not read any more. */
const lineCapacity = 16

/** High-water mark: with more unread output than this, bytes, further lines are skipped. */
const maxBacklog = 65_536

/** The lines of standard input, without line breaks. The mailbox ends with the input, or when reading fails. `tell` is told of lines that are skipped. */
export const inputLines = (tell: (words: string) => Effect.Effect<void> = complain): Effect.Effect<Mailbox.ReadonlyMailbox<string>, never, Scope.Scope> => Effect.gen(function* () {
  const lines = yield* Mailbox.make<string>(lineCapacity)
  const pipe = new PipeLines(maxLineBytes)
  const offer = (line: PipeLine): Effect.Effect<unknown> =>
    line === tooLong ? tell(`A line of the input was longer than ${maxLineBytes} bytes and was skipped.`) : lines.offer(line)
  const read = Effect.gen(function* () {
    for (;;) {
      const chunk = yield* nextChunk
      if (chunk === undefined) break
      for (const line of pipe.push(chunk)) yield* offer(line)
    }
    for (const line of pipe.end()) yield* offer(line)
    yield* lines.end
  })
  yield* Effect.forkScoped(read)
  return lines
})

const nextChunk = Effect.async<Uint8Array | undefined>((resume) => {
  const { stdin } = process
  const take = () => {
    const chunk: unknown = stdin.read()
    if (chunk instanceof Uint8Array) done(chunk)
    // The chunk is a string if a prompt has set an encoding on standard input before.
    else if (typeof chunk === "string") done(Buffer.from(chunk))
    else if (stdin.readableEnded || stdin.destroyed) done(undefined)
  }
  const end = () => {
    done(undefined)
  }
  const stop = () => {
    stdin.off("readable", take)
    stdin.off("end", end)
    stdin.off("error", end)
  }
  const done = (chunk: Uint8Array | undefined) => {
    stop()
    resume(Effect.succeed(chunk))
  }
  stdin.on("readable", take)
  stdin.on("end", end)
  stdin.on("error", end)
  take()
  return Effect.sync(stop)
})

/** Writes to standard output, and waits while it is not read (back-pressure); returns at once if it is closed. */
export const print = (text: string): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const { stdout } = process
    if (stdout.destroyed || stdout.write(text)) {
      resume(Effect.void)
      return
    }
    const done = () => {
      stop()
      resume(Effect.void)
    }
    const stop = () => {
      stdout.off("drain", done)
      stdout.off("close", done)
    }
    stdout.on("drain", done)
    stdout.on("close", done)
    return Effect.sync(stop)
  })

/** Completes when the reader of standard output is gone (EPIPE, or the stream is closed). */
export const outputClosed: Effect.Effect<void> = Effect.async<void>((resume) => {
  const { stdout } = process
  const closed = () => {
    resume(Effect.void)
  }
  stdout.once("error", closed)
  stdout.once("close", closed)
  return Effect.sync(() => {
    stdout.off("error", closed)
    stdout.off("close", closed)
  })
})

const linesIn = (text: string): number => text.split("\n").length - 1

/** Lines that were not written: how many, and the code of the system's error; absent where they were not read. */
export interface Skipped {
  readonly lines: number
  readonly why?: string
}

const writeOut = (text: string, lost: (code: string) => void): void => {
  process.stdout.write(text, (error) => {
    if (error !== null && error !== undefined) lost(Predicate.hasProperty(error, "code") ? String(error.code) : error.message)
  })
}

/**
 * Standard output with load shedding: it never waits. While its reader is
 * behind (more than 64 KiB unread), whole lines are skipped, and their number is
 * printed once it reads on. So it is with lines that the system did not take, on
 * a full disk for example, once it takes some again. `confession` is the line that
 * says so, in the format of all others. `put` writes the text, by default straight
 * to standard output; a prompt passes one that writes above itself.
 */
export const skippingOutput = (confession: (skipped: Skipped) => string, put: (text: string, lost: (code: string) => void) => void = writeOut) => {
  const { stdout } = process
  let skipped = 0
  let unwritten = 0
  let why = ""
  // A text that the system does not take is lost with what it confesses, which is then still to be confessed.
  const write = (text: string) => {
    const confessed = confessions()
    const [wasSkipped, wasUnwritten] = [skipped, unwritten]
    skipped = 0
    unwritten = 0
    put(confessed + text, (code) => {
      skipped += wasSkipped
      unwritten += wasUnwritten + linesIn(text)
      why = code
    })
  }
  const confessions = () => {
    const unread = skipped === 0 ? "" : confession({ lines: skipped })
    // The line before may have been written in part.
    return unwritten === 0 ? unread : `${unread}\n${confession({ lines: unwritten, why })}`
  }
  const confess = () => {
    if (skipped > 0 && !stdout.destroyed) write("")
  }
  stdout.on("drain", confess)
  return {
    write: (text: string) => {
      if (stdout.destroyed) return
      if (stdout.writableLength > maxBacklog) {
        skipped += linesIn(text)
        return
      }
      write(text)
    }
  }
}
