import { isIP } from "node:net"
import { hostname } from "node:os"
import type { FileSystem } from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Console from "../../server/operator/Console.ts"
import * as Desk from "../../server/operator/Desk.ts"
import type { EngineError } from "../../server/cluster/EngineError.ts"
import type { NodeRefused } from "../../server/cluster/ended.ts"
import type { NatsSettings } from "../../server/cluster/NatsSettings.ts"
import type { CertificateError } from "../../server/door/tls/CertificateError.ts"
import type { ListenError } from "../../server/Errors.ts"
import * as Feed from "../../server/operator/Feed.ts"
import * as Operator from "../../server/operator/Operator.ts"
import type { Closing } from "../../server/Closing.ts"
import * as Log from "../../server/chat/Log.ts"
import * as Registry from "../../server/chat/Registry.ts"
import { SiteFolder } from "../../server/door/http/Site.ts"
import * as Server from "../../server/Server.ts"
import { defaults, type ServerConfig, type ServerOptions } from "../../server/ServerConfig.ts"
import { allowed } from "./descriptors.ts"
import { isLoopback, linkForOthers, qrRows } from "./links.ts"
import { drawQr } from "./qr.ts"
import { type Ending, ending, exitWithin, restartCode, signalWords } from "../process.ts"
import { inputLines, type Skipped, skippingOutput } from "../stdio.ts"
import { type SecretFiles, secrets } from "./secrets.ts"
import { certificate, type TlsSettings } from "./tls.ts"
import { type Ways, waysTo } from "./ways.ts"
import { type NoWindow, openWindow, reachedAt } from "./window.ts"

/** The settings of `serve`, from the command line and the environment. */
export interface ServeSettings {
  /** The engine of the cluster that this server is a node of. */
  readonly cluster: NatsSettings | undefined
  /** How TLS is spoken; `undefined` where it is not. */
  readonly tls: TlsSettings | undefined
  readonly config: Partial<ServerOptions> & Pick<ServerOptions, "host" | "maxClients" | "maxTurnedAway" | "hookToken" | "operator" | "password">
  /** The files with secrets, which are taken up anew when they change. */
  readonly secrets: SecretFiles
  readonly format: "terminal" | "plain" | "json"
  readonly readsInput: boolean
  /** Whether a status line and a prompt are drawn below the console's lines. */
  readonly hasPrompt: boolean
  readonly colour: boolean
  readonly ignoresHangup: boolean
  /** Whether the operator's window is opened. */
  readonly hasWindow: boolean
}

/** A reduced limit of clients is announced only below this number, as larger rooms are rare, or if more was asked for. */
const manyClients = 1000

/** How often a node that could not reach the others tries to be one again, ms. */
const comeBackEvery = 1000

/** How long closing may take before the process exits anyway, ms: a close is promised to end within three seconds. */
const closeWithin = 2500

/** Runs the room until it closes. Returns the exit code: 0 where it was asked to, `restartCode` where that was in order to be started again, and 1 where it failed. Fails if the port, the operator's window, or the engine of a cluster cannot be opened. */
export const run = (settings: ServeSettings): Effect.Effect<number, CertificateError | ListenError | NoWindow | EngineError | NodeRefused, FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const { hasWindow, ignoresHangup } = settings
    const format = Console.formats[settings.format]
    const { maxClients } = settings.config
    const places = yield* allowed(settings.config)
    const config = { ...settings.config, ...places }
    // If the system allows fewer clients than wanted, that is announced: the default only if it became small, an explicit number always.
    const isTold = config.maxClients < (maxClients === defaults.maxClients ? manyClients : maxClients)
    // A name is known to be none of the loopback only once it was listened on.
    if (hasWindow && config.socket === undefined && isIP(config.host) !== 0) yield* reachedAt({ host: config.host, ip: config.host })
    const end = yield* ending({ ignored: ignoresHangup ? ["SIGHUP"] : [] })
    const names = yield* Ref.make<Effect.Effect<ReadonlyArray<string>>>(Effect.succeed([]))
    const { lines, output } = settings.hasPrompt ? yield* terminal(names, settings) : yield* pipe(settings)
    const below = Layer.merge(Layer.succeed(Console.ConsoleOutput, output), Layer.succeed(SiteFolder, new URL("web/", import.meta.url)))
    const observed = Operator.layer.pipe(
      Layer.provideMerge(Console.layer(format)),
      Layer.provideMerge(Server.coreWith(config, logOf(settings))),
      Layer.provideMerge(secrets(settings.secrets, config)),
      Layer.provideMerge(Console.logger(format))
    )
    const port = Layer.provideMerge(Server.port, certificate(settings.tls))
    const room = hasWindow
      ? port.pipe(Layer.provideMerge(Desk.layer), Layer.provideMerge(observed), Layer.provideMerge(Feed.layer), Layer.provideMerge(below))
      : port.pipe(Layer.provideMerge(observed), Layer.provideMerge(below))
    const isOpen = yield* Ref.make(false)
    const opened = Effect.gen(function* () {
      yield* Ref.set(isOpen, true)
      const server = yield* Server.Server
      const console = yield* Console.Console
      const desk = yield* Effect.serviceOption(Desk.Desk)
      const at = Option.isSome(desk) ? yield* reachedAt(server) : ""
      const ways = yield* waysTo(server, config.password === undefined ? "" : " --password")
      const code = yield* scannable(server, ways, settings)
      yield* console.open(server.address, announcement(server, ways, config, isTold))
      // The code is in this terminal only, and so are the words to it: a window draws its own.
      if (code !== undefined) {
        output.write(format({ at: Date.now(), level: "info", event: "scan", message: `On a phone, scan this, which is ${code.link}`, fields: { url: code.link } }))
        output.write(code.drawn)
      }
      if (Option.isSome(desk)) {
        // The link opens the window once: it is for whoever reads this output, and not for the windows, which are told all else.
        yield* openWindow(server, ways, desk.value, at, (url) => {
          output.write(format({ at: Date.now(), level: "info", event: "window", message: `Your window: ${url}`, fields: { url } }))
        })
      }
      yield* Deferred.await(end).pipe(Effect.flatMap((ending) => closeFor(server, ending, config.startedAgain === true)), Effect.forkScoped)
      const operator = yield* Operator.Operator
      const registry = yield* Registry.Registry
      yield* Ref.set(names, Effect.map(registry.members, (members) => members.map(({ member }) => member.name)))
      yield* Effect.forkScoped(Stream.runForEach(Mailbox.toStream(lines), operator.perform))
      const reason = yield* server.closing
      // Whoever sends a signal starts it again itself, where that is wanted.
      const exitCode = !reason.asked ? 1 : reason.restarts === true && !(yield* Deferred.isDone(end)) ? restartCode : 0
      if (reason.comesBack !== true) yield* exitWithin(closeWithin, exitCode)
      yield* Ref.set(isOpen, false)
      return { exitCode, comesBack: reason.comesBack }
    }).pipe(Effect.scoped)
    const life = Effect.provide(opened, room)
    // A node that the others have given up, or that could not reach them, comes back as a new one: its port is closed until then.
    const comeBack = Effect.retry(life, { while: ({ _tag }) => _tag === "EngineError", schedule: Schedule.spaced(comeBackEvery) })
    const lives = Effect.repeat(comeBack, { while: ({ comesBack }) => comesBack === true })
    const whole = Effect.flatMap(life, (reason) => (reason.comesBack === true ? lives : Effect.succeed(reason)))
    // A node of a cluster is open only once the others have taken it in: whoever does not wait for that ends it.
    const impatient = Effect.flatMap(Deferred.await(end), () => Effect.if(Ref.get(isOpen), { onTrue: () => Effect.never, onFalse: () => Effect.succeed(0) }))
    return yield* Effect.raceFirst(Effect.map(whole, ({ exitCode }) => exitCode), impatient)
  })

/** The log of the room: of this process, or of a cluster. */
const logOf = ({ cluster, config }: ServeSettings): Layer.Layer<Log.Log, EngineError | NodeRefused, Closing | ServerConfig> => {
  if (cluster === undefined) return Log.layer
  const name = config.port === undefined || config.port === 0 ? `${hostname()}/${process.pid}` : `${hostname()}:${config.port}`
  // Lazy loading: only a node of a cluster needs it.
  return Layer.unwrapEffect(
    Effect.map(Effect.promise(() => Promise.all([import("../../server/cluster/nats.ts"), import("../../server/cluster/replicated.ts")])), ([nats, replicated]) =>
      replicated.layer(name).pipe(Layer.provide(nats.layer(cluster)))
    )
  )
}

const closeFor = (server: Server.Server["Type"], ending: Ending, startedAgain: boolean): Effect.Effect<void> =>
  ending._tag === "Signal"
    ? startedAgain ? server.restart() : server.close(signalWords(ending.name) ?? "stopped by its operator")
    : Effect.zipRight(Effect.logFatal("A fault that nobody caught", Cause.die(ending.error)), server.fail("internal error"))

interface ConsoleIo {
  readonly output: Console.ConsoleOutput["Type"]
  readonly lines: Mailbox.ReadonlyMailbox<string>
}

// The server keeps running at the end of its input: a service has no input at all.
const pipe = ({ format, readsInput }: ServeSettings): Effect.Effect<ConsoleIo, never, Scope.Scope> =>
  Effect.map(readsInput ? inputLines() : Mailbox.make<string>(), (lines) => ({ lines, output: skippingOutput(confessionIn(format)) }))

const confessionIn = (format: ServeSettings["format"]) => (skipped: Skipped) =>
  Console.formats[format](Console.describeSkipped(Date.now(), skipped))

const terminal = (
  names: Ref.Ref<Effect.Effect<ReadonlyArray<string>>>,
  { colour, format }: ServeSettings
): Effect.Effect<ConsoleIo, never, Scope.Scope> =>
  Effect.gen(function* () {
    // Lazy loading: a server without a prompt does not pay for loading it.
    const [{ prompt }, { completion }] = yield* Effect.promise(() =>
      Promise.all([import("./prompt.ts"), import("../../client/screen/completion.ts")])
    )
    const commands = Operator.commands.map(({ args, name, takesName }) => ({ name, takesName, takesText: args !== "" }))
    // The list of names is built only when Tab is pressed: there may be thousands.
    const complete = Effect.map(Effect.flatten(Ref.get(names)), (names) => (before: string) => completion({ names, commands })(before))
    return yield* prompt({ colour, complete, confession: confessionIn(format) })
  })

const announcement = (
  { address, host, ip, port }: Server.Server["Type"],
  { joins, links, ownCertificate }: Ways,
  { maxClients, password }: ServeSettings["config"],
  isTold: boolean
): ReadonlyArray<Console.ConsoleLine> => {
  const at = Date.now()
  const line = (event: string, message: string, level: Console.ConsoleLine["level"] = "info"): Console.ConsoleLine => ({
    at,
    level,
    event,
    message,
    fields: { host, port }
  })
  return [
    line("listening", `Listening on ${address}`),
    ...joins.map((join) => line("join", `Join with: ${join}`)),
    ...links.map((link) => line("link", `In a browser: ${link}`)),
    ...(ownCertificate === undefined ? [] : [line("certificate", ownCertificate)]),
    ...(password === undefined && !isLoopback(ip)
      ? [line("open", "There is no password: whoever can reach this machine can get in, read and speak. See --password in serve --help", "warn")]
      : []),
    ...(isTold ? [line("limit", `At most ${maxClients} clients: for more, allow more open files (ulimit -n)`, "warn")] : [])
  ]
}

/** The link that other machines can open, as a QR code; none on the loopback, nor where it cannot be drawn: in a pipe, without colours, in a narrow terminal. */
const scannable = ({ ip }: Server.Server["Type"], { links }: Ways, { colour, format }: ServeSettings) =>
  Effect.gen(function* () {
    const link = isLoopback(ip) ? undefined : linkForOthers(links)
    if (link === undefined || format !== "terminal" || !colour || process.env["TERM"] === "dumb") return undefined
    const rows = yield* qrRows(link)
    return rows.length > process.stdout.columns ? undefined : { link, drawn: drawQr(rows) }
  })
