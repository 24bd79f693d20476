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
import { version } from "../domain/version.ts"
import { join } from "./join/options.ts"
import { misused } from "./misuse.ts"
import { complain, exitFlushed, Failed, unblockOutput } from "./process.ts"
import { serve } from "./serve/options.ts"

const brusio = Command.make("brusio").pipe(
  Command.withDescription("A chat room in one command. Example: brusio serve, and in other terminals: brusio join"),
  Command.withSubcommands([serve, join])
)

const command = Command.run(brusio, { name: "brusio", version })

// @effect/cli writes help and errors with colours (SGR) always: they are stripped if the stream is no terminal or NO_COLOR is set.
const words = (args: ReadonlyArray<unknown>, stream: NodeJS.WriteStream): string => {
  const text = args.map(String).join(" ")
  return stream.isTTY && (process.env["NO_COLOR"] ?? "") === "" ? text : stripVTControlCharacters(text)
}
const write = (stream: NodeJS.WriteStream, text: string) =>
  Effect.sync(() => {
    stream.write(`${text.trimEnd()}\n`)
  })

const main = Effect.consoleWith((console) =>
  Effect.suspend(() => {
    const wrong = misused(process.argv.slice(2))
    return wrong === undefined ? command(process.argv) : Effect.zipRight(complain(wrong), new Failed())
  }).pipe(
    Effect.withConsole({
      ...console,
      log: (...args: ReadonlyArray<unknown>) => write(process.stdout, words(args, process.stdout)),
      error: (...args: ReadonlyArray<unknown>) =>
        write(process.stderr, `${words(args, process.stderr).replace(/\s+/gu, " ").trim()} (see --help)`)
    })
  )
).pipe(
  Effect.catchTag("BadSetting", ({ message }) => Effect.zipRight(complain(message), new Failed())),
  // The built-in options of @effect/cli (completions, log level, a wizard) are of no use here and would fill the help.
  Effect.provide(CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true })),
  Effect.provide(Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer))
)

const run = makeRunMain(({ fiber, teardown }) => {
  const keepAlive = setInterval(() => undefined, 2 ** 31 - 1)
  fiber.addObserver((exit) => {
    clearInterval(keepAlive)
    teardown(exit, exitFlushed)
  })
})

unblockOutput()
// Every expected error has been printed by now; a defect is printed with its stack.
run(Effect.tapErrorCause(main, (cause) => (Chunk.isEmpty(Cause.defects(cause)) ? Effect.void : complain(Cause.pretty(cause)))), {
  disableErrorReporting: true,
  disablePrettyLogger: true
})
