import { stripVTControlCharacters } from "node:util"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import { makeRunMain } from "@effect/platform/Runtime"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { version } from "../domain/version.ts"
import { read, type Topic } from "./commandLine.ts"
import { render } from "./help.ts"
import { join, page as joinPage } from "./join/options.ts"
import { mainPage } from "./mainPage.ts"
import { complain, exitFlushed, Failed, restartCode, Restarting, unblockOutput } from "./process.ts"
import { page as servePage, serve } from "./serve/options.ts"

const brusio = Command.make("brusio").pipe(Command.withSubcommands([serve, join]))

const command = Command.run(brusio, { name: "brusio", version })

const isColoured = (stream: NodeJS.WriteStream): boolean => stream.isTTY && (process.env["NO_COLOR"] ?? "") === ""

// @effect/cli writes errors with colours (SGR) always: they are stripped if the stream is no terminal or NO_COLOR is set.
const words = (args: ReadonlyArray<unknown>, stream: NodeJS.WriteStream): string => {
  const text = args.map(String).join(" ")
  return isColoured(stream) ? text : stripVTControlCharacters(text)
}

/** How wide the help is in a pipe, columns. */
const pipeColumns = 80

const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`

const help = (topic: Topic | undefined): string => {
  const page = topic === undefined ? mainPage : topic === "serve" ? servePage : joinPage
  return render(page, process.stdout.isTTY ? process.stdout.columns : pipeColumns, isColoured(process.stdout) ? bold : (text) => text)
}
const write = (stream: NodeJS.WriteStream, text: string) =>
  Effect.sync(() => {
    stream.write(`${text.trimEnd()}\n`)
  })

const main = Effect.consoleWith((console) =>
  Effect.suspend(() => {
    const asked = read(process.argv.slice(2))
    switch (asked._tag) {
      case "Help":
        return write(process.stdout, help(asked.topic))
      case "Wrong":
        return Effect.zipRight(complain(asked.words), new Failed())
      case "Run":
        return command([...process.argv.slice(0, 2), ...asked.args])
    }
  }).pipe(
    Effect.withConsole({
      ...console,
      log: (...args: ReadonlyArray<unknown>) => write(process.stdout, words(args, process.stdout)),
      error: (...args: ReadonlyArray<unknown>) =>
        write(process.stderr, `${words(args, process.stderr).replace(/\s+/gu, " ").trim()} (see --help)`)
    })
  )
).pipe(
  Effect.catchTags({
    BadSetting: ({ message }) => Effect.zipRight(complain(message), new Failed()),
    Left: () => Effect.void
  }),
  // The built-in options of @effect/cli (completions, log level, a wizard) are of no use here and would fill the help.
  Effect.provide(CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true })),
  Effect.provide(Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer))
)

const run = makeRunMain(({ fiber, teardown }) => {
  const keepAlive = setInterval(() => undefined, 2 ** 31 - 1)
  fiber.addObserver((exit) => {
    clearInterval(keepAlive)
    const error: unknown = exit._tag === "Failure" ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
    teardown(exit, (code) => {
      exitFlushed(error instanceof Restarting ? restartCode : code)
    })
  })
})

unblockOutput()
// Every expected error has been printed by now; a defect is printed with its stack.
run(Effect.tapErrorCause(main, (cause) => (Chunk.isEmpty(Cause.defects(cause)) ? Effect.void : complain(Cause.pretty(cause)))), {
  disableErrorReporting: true,
  disablePrettyLogger: true
})
