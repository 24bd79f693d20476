import { networkInterfaces } from "node:os"
import { relative } from "node:path"
import * as Command from "@effect/cli/Command"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { defaults } from "../server/ServerConfig.ts"
import * as Console from "../server/Console.ts"
import * as Operator from "../server/Operator.ts"
import * as Registry from "../server/Registry.ts"
import * as Server from "../server/Server.ts"
import { type Ending, ending, exitWithin, Failed, signalWords } from "./process.ts"
import { type BadSetting, echo, flag, given, host, isOn, listenPort, logFormat, option } from "./settings.ts"
import { complain, inputLines, skippingOutput } from "./stdio.ts"

/** How long the whole goodbye may take before the process ends anyway, ms. */
const closeWithin = 2800

const options = {
  host: option(host, "The address to listen on; 0.0.0.0 or :: for all.", defaults.host),
  port: option(listenPort, "The TCP port to listen on, 0 to 65535; 0 takes a free one.", String(defaults.port)),
  logFormat: option(logFormat, "How the events look on standard output: text or json (one JSON object a line).", "text"),
  echo: option(echo, "Whether nc and other plain clients get their own messages back: auto, on or off.", defaults.echo),
  noInput: flag("no-input", "Reads nothing from standard input, for running in the background."),
  ignoreHangup: flag("ignore-hangup", "Goes on when its window is closed.")
}

export const serve = Command.make("serve", options, (given) =>
  Effect.gen(function* () {
    const settings = yield* resolve(given)
    const asked = yield* run(settings).pipe(
      Effect.scoped,
      Effect.catchTag("ListenError", ({ message }) => Effect.as(complain(message), false))
    )
    if (!asked) return yield* new Failed()
  })
).pipe(Command.withDescription("Opens a chat room. Example: brusio serve --host 0.0.0.0 --port 4000"))

interface Settings {
  readonly host: string
  readonly port: number
  readonly format: Console.Format
  readonly echo: "auto" | "on" | "off"
  readonly readsInput: boolean
  /** Whether a status line and a prompt stand below what happens. */
  readonly hasPrompt: boolean
  readonly ignoresHangup: boolean
}

type Given = Command.Command.ParseConfig<typeof options>

const resolve = (options: Given): Effect.Effect<Settings, BadSetting> =>
  Effect.gen(function* () {
    const at = yield* given(host, options.host).pipe(Effect.map(Option.getOrElse(() => defaults.host)))
    const port = yield* given(listenPort, options.port).pipe(
      Effect.mapError((bad) => bad.within(`Cannot listen on ${at}`))
    )
    const json = yield* given(logFormat, options.logFormat)
    const mirror = yield* given(echo, options.echo)
    const text = process.stdout.isTTY ? Console.formats.terminal : Console.formats.plain
    const readsInput = !(yield* isOn("no-input", options.noInput))
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env["TERM"] !== "dumb"
    return {
      host: at,
      port: Option.getOrElse(port, () => defaults.port),
      format: Option.contains(json, "json") ? Console.formats.json : text,
      echo: Option.getOrElse(mirror, () => defaults.echo),
      readsInput,
      hasPrompt: readsInput && isTerminal && !Option.contains(json, "json"),
      ignoresHangup: yield* isOn("ignore-hangup", options.ignoreHangup)
    }
  })

// Runs the room until it is asked to close or fails; whether it was asked.
const run = (settings: Settings) =>
  Effect.gen(function* () {
    const { echo, host, ignoresHangup, port } = settings
    const end = yield* ending(
      ignoresHangup ? { signals: ["SIGINT", "SIGTERM"], ignored: ["SIGHUP"] } : { signals: ["SIGINT", "SIGTERM", "SIGHUP"] }
    )
    const names = yield* Ref.make<Effect.Effect<ReadonlyArray<string>>>(Effect.succeed([]))
    const { lines, output } = settings.hasPrompt ? yield* terminal(names) : yield* pipe(settings)
    const room = Server.port.pipe(
      Layer.provideMerge(Operator.layer),
      Layer.provideMerge(Console.layer(settings.format)),
      Layer.provideMerge(Layer.succeed(Console.ConsoleOutput, output)),
      Layer.provideMerge(Server.core({ host, port, echo }))
    )
    return yield* Effect.gen(function* () {
      const server = yield* Server.Server
      const console = yield* Console.Console
      yield* console.open(server.address, announcement(server))
      yield* Deferred.await(end).pipe(Effect.flatMap((ending) => closeFor(server, ending)), Effect.forkScoped)
      const operator = yield* Operator.Operator
      const registry = yield* Registry.Registry
      yield* Ref.set(names, Effect.map(registry.members, (members) => members.map(({ member }) => member.name)))
      yield* Effect.forkScoped(Stream.runForEach(Mailbox.toStream(lines), operator.perform))
      const { asked } = yield* server.closing
      yield* exitWithin(closeWithin, asked ? 0 : 1)
      return asked
    }).pipe(Effect.provide(room))
  })

const closeFor = (server: Server.Server, ending: Ending): Effect.Effect<void> =>
  ending._tag === "Signal"
    ? server.close(signalWords(ending.name) ?? "stopped by its operator")
    : Effect.zipRight(Effect.logFatal("A fault that nobody caught", Cause.die(ending.error)), server.fail("internal error"))

interface Place {
  readonly output: Console.ConsoleOutput
  readonly lines: Mailbox.ReadonlyMailbox<string>
}

// The end of the input is no reason to stop: a service has none.
const pipe = ({ readsInput }: Settings): Effect.Effect<Place, never, Scope.Scope> =>
  Effect.map(readsInput ? inputLines : Mailbox.make<string>(), (lines) => ({ lines, output: skippingOutput() }))

const terminal = (names: Ref.Ref<Effect.Effect<ReadonlyArray<string>>>): Effect.Effect<Place, never, Scope.Scope> =>
  Effect.gen(function* () {
    // Loaded only here: a room without a prompt has no use for it.
    const [{ prompt }, { completion }] = yield* Effect.promise(() =>
      Promise.all([import("./prompt.ts"), import("../client/terminal/completion.ts")])
    )
    const commands = Operator.commands.map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))
    const complete = Effect.map(Effect.flatten(Ref.get(names)), (names) => completion({ names, commands }))
    return yield* prompt(complete)
  })

const announcement = ({ address, host, port }: Server.Server): ReadonlyArray<Console.Entry> => {
  const at = Date.now()
  const entry = (event: string, message: string): Console.Entry => ({
    at,
    level: "info",
    event,
    message,
    fields: { host, port }
  })
  return [
    entry("listening", `Listening on ${address}`),
    ...reachable(host).map((host) => entry("join", `Join with: ${program()} join --host ${host} --port ${port}`))
  ]
}

// Where others find a server that listens on every address of its machine.
const reachable = (host: string): ReadonlyArray<string> =>
  host === "0.0.0.0" || host === "::"
    ? Object.values(networkInterfaces()).flatMap((addresses = []) =>
        addresses.filter(({ address, family }) => family === "IPv4" || (host === "::" && !address.startsWith("fe80")))
          .map(({ address }) => address)
      )
    : [host]

// As the reader of this line would start it, from where they are.
const program = (): string => {
  const script = process.argv[1] ?? "brusio"
  if (!script.endsWith(".js")) return "brusio"
  const near = relative(process.cwd(), script)
  const path = near.startsWith("..") ? script : near
  return `node ${path.includes(" ") ? JSON.stringify(path) : path}`
}
