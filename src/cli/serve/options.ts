import * as Command from "@effect/cli/Command"
import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import { defaults } from "../../server/ServerConfig.ts"
import { withAdvice } from "./advice.ts"
import { clusterOptions, givenCluster, withAdvice as withClusterAdvice } from "./cluster.ts"
import { history } from "./history.ts"
import { givenHookToken, hookOptions } from "./hooks.ts"
import { givenLimits, limitOptions } from "./limits.ts"
import { givenWhere } from "../address.ts"
import { grouped, type HelpPage } from "../help.ts"
import { complain, Failed, type Left, restartCode, Restarting } from "../process.ts"
import { handedSocket } from "./handedSocket.ts"
import { givenOperator, operatorOptions } from "./operator.ts"
import type { ServeSettings } from "./run.ts"
import { givenPassword, passwordOptions } from "../password.ts"
import { givenSecretFiles } from "./secrets.ts"
import { givenTls, tlsOptions } from "./tls.ts"
import { allowHost, type BadSetting, echo, flag, given, host, isOn, listenPort, logFormat, metrics, onStop, option, rateBurst, rateLimit, repeatable, serverName, trustProxy } from "../settings.ts"

const defaultRate = defaults.rateLimit ?? { perSecond: 10, burst: 100 }

const options = {
  host: option(host, "The address to listen on; 0.0.0.0 or :: for all.", defaults.host),
  port: option(listenPort, "The TCP port to listen on, 0 to 65535; 0 takes a free one.", String(defaults.port)),
  logFormat: option(logFormat, "How the events look on standard output: text or json (one JSON object a line).", "text"),
  echo: option(echo, "Whether nc and other plain clients get their own messages back: auto, on or off.", defaults.echo),
  trustProxy: repeatable(trustProxy, "A proxy that tells the addresses of clients with the PROXY protocol, and has to; may be given several times.", "none"),
  allowHost: repeatable(allowHost, "A name under which browsers reach this server, beside its addresses and its own name; may be given several times.", "none"),
  metrics: option(metrics, "Who is served metrics for Prometheus, at /metrics: loopback (this machine), all or off.", defaults.metrics),
  serverName: option(serverName, "The name of the server, as clients of IRC show it.", defaults.serverName),
  ...passwordOptions,
  rateLimit: option(rateLimit, "How many messages a second of one client are taken up, a long one as many as it has KiB; more have to wait. With off, nobody ever waits: neither a client nor an address.", `${defaultRate.perSecond} messages a second`),
  rateBurst: option(rateBurst, "How many of them may come at once.", `${defaultRate.burst} messages`),
  history: option(history, "Keeps the last lines of each room in memory, for those who enter later: as many lines, as much of them, or for as long; several with commas between.", "nothing is kept"),
  ...operatorOptions,
  ...hookOptions,
  ...tlsOptions,
  ...clusterOptions,
  ...limitOptions,
  onStop: option(onStop, "What clients are told when a signal or a fault ends the server: that it closes, or, for a service that is started again, that it restarts; then they try to come back for two minutes.", "close"),
  noInput: flag("no-input", "Reads nothing from standard input, for running in the background."),
  ignoreHangup: flag("ignore-hangup", "Goes on when its window is closed."),
  window: flag("window", "Opens a window in a browser that shows all that happens; when it is closed, the room closes. Where such a room is open already, opens its window.")
}

/** The command `serve`. Fails with `BadSetting` for options that cannot be used, with `Restarting` where it is to be started again, and with `Failed` once another reason has been printed. */
export const serve = Command.make("serve", options, (given) =>
  Effect.gen(function* () {
    const settings = yield* resolve(given)
    // Lazy loading: `--help` does not pay for loading the server.
    const { run } = yield* Effect.promise(() => import("./run.ts"))
    const code = yield* run(settings).pipe(
      Effect.scoped,
      Effect.catchTags({
        ListenError: (error) =>
          Effect.flatMap(settings.hasWindow && error.code === "EADDRINUSE" ? windowOf(error) : Effect.succeed(false), (isOpen) =>
            isOpen ? Effect.succeed(0) : Effect.as(complain(withAdvice(error)), 1)
          ),
        NodeRefused: ({ message }) => Effect.as(complain(message), 1),
        EngineError: (error) => Effect.as(complain(withClusterAdvice(error)), 1),
        CertificateError: ({ message }) => Effect.as(complain(message), 1),
        NoWindow: ({ message }) => Effect.as(complain(message), 1)
      })
    )
    if (code === restartCode) return yield* new Restarting()
    if (code !== 0) return yield* new Failed()
  })
)

// Lazy loading: only a second start needs it.
const windowOf = (where: { readonly host: string; readonly port: number }) => Effect.flatMap(Effect.promise(() => import("./window.ts")), ({ bringBack }) => bringBack(where))

/** The help of `serve`. */
export const page: HelpPage = {
  about: "Opens a chat room on one port, for this program's own client, nc, telnet and old chat programs, and shows all that happens in it.",
  usage: ["serve [OPTIONS]"],
  examples: ["serve", "serve --window", "serve --host 0.0.0.0 --port 4000 --password"],
  groups: grouped(Record.values(options), {
    "The most important options": [options.host, options.port, options.window, options.password, options.passwordFile, options.noInput],
    "More options": [options.logFormat, options.echo, options.trustProxy, options.allowHost, options.serverName, options.metrics, options.operatorFile, options.hookTokenFile, options.history, options.onStop, options.ignoreHangup],
    "Encrypted (TLS)": [options.tls, options.tlsCert, options.tlsKey, options.tlsOnly],
    "A room on several machines": [options.cluster, options.clusterName, options.clusterCa, options.clusterCredentials]
  }, "Limits"),
  notes: [
    "Every option can also be set in the environment: --log-format is BRUSIO_LOG_FORMAT.",
    `The exit code is 0 after a close that was asked for, ${restartCode} after /restart, and 1 after a failure.`
  ]
}

type Given = Command.Command.ParseConfig<typeof options>

const resolve = (options: Given): Effect.Effect<ServeSettings, BadSetting | Failed | Left, FileSystem> =>
  Effect.gen(function* () {
    const where = yield* givenWhere(options, listenPort, (host = defaults.host) => `Cannot listen on ${host}`)
    const json = yield* given(logFormat, options.logFormat)
    const mirror = yield* given(echo, options.echo)
    const text = process.stdout.isTTY ? "terminal" : "plain"
    const readsInput = !(yield* isOn("no-input", options.noInput))
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env["TERM"] !== "dumb"
    const perSecond = Option.getOrElse(yield* given(rateLimit, options.rateLimit), () => defaultRate.perSecond)
    const burst = Option.getOrElse(yield* given(rateBurst, options.rateBurst), () => defaultRate.burst)
    const limits = yield* givenLimits(options)
    const tls = yield* givenTls(options)
    const config = {
      tlsOnly: tls?.isOnly ?? defaults.tlsOnly,
      socket: yield* handedSocket,
      host: Option.getOrElse(where.host, () => defaults.host),
      port: Option.getOrElse(where.port, () => defaults.port),
      echo: Option.getOrElse(mirror, () => defaults.echo),
      password: Option.getOrUndefined(yield* givenPassword(options, readsInput)),
      operator: yield* givenOperator(options),
      hookToken: yield* givenHookToken(options),
      serverName: Option.getOrElse(yield* given(serverName, options.serverName), () => defaults.serverName),
      metrics: Option.getOrElse(yield* given(metrics, options.metrics), () => defaults.metrics),
      allowHosts: Option.getOrElse(yield* given(allowHost, options.allowHost), () => defaults.allowHosts),
      trustProxy: Option.getOrElse(yield* given(trustProxy, options.trustProxy), () => defaults.trustProxy),
      history: Option.getOrUndefined(yield* given(history, options.history)),
      startedAgain: Option.contains(yield* given(onStop, options.onStop), "restart"),
      ...limits,
      rateLimit: perSecond === "off" ? undefined : { perSecond, burst },
      // Keepalive: checks come a quarter of --keepalive late at most, so a silent client is gone within three times that option.
      goneAfter: limits.keepalive * 2.5,
      keepaliveEvery: Math.min(limits.keepalive / 4, defaults.keepaliveEvery)
    }
    return {
      config,
      secrets: yield* givenSecretFiles(options),
      cluster: yield* givenCluster(options),
      tls,
      format: Option.contains(json, "json") ? "json" : text,
      readsInput,
      hasPrompt: readsInput && isTerminal && !Option.contains(json, "json"),
      colour: (process.env["NO_COLOR"] ?? "") === "",
      ignoresHangup: yield* isOn("ignore-hangup", options.ignoreHangup),
      hasWindow: yield* isOn("window", options.window)
    }
  })
