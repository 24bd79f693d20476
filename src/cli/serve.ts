import * as Command from "@effect/cli/Command"
import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { defaults } from "../server/ServerConfig.ts"
import { complain, Failed } from "./process.ts"
import type { Settings } from "./room.ts"
import { givenPassword, passwordOptions } from "./password.ts"
import { type BadSetting, echo, flag, given, host, isOn, limits, listenPort, logFormat, option, rateLimit, type Setting } from "./settings.ts"

const seconds = (millis: number): number => millis / 1000
const defaultRate = defaults.rateLimit ?? { perSecond: 10, burst: 100 }

const options = {
  host: option(host, "The address to listen on; 0.0.0.0 or :: for all.", defaults.host),
  port: option(listenPort, "The TCP port to listen on, 0 to 65535; 0 takes a free one.", String(defaults.port)),
  logFormat: option(logFormat, "How the events look on standard output: text or json (one JSON object a line).", "text"),
  echo: option(echo, "Whether nc and other plain clients get their own messages back: auto, on or off.", defaults.echo),
  ...passwordOptions,
  maxClients: option(limits.maxClients, "How many clients there may be; fewer where the system allows fewer (ulimit -n).", String(defaults.maxClients)),
  maxClientsPerAddress: option(limits.maxClientsPerAddress, "How many clients may come from one address.", String(defaults.maxClientsPerAddress)),
  maxNameless: option(limits.maxNameless, "How many clients may be without a name; for one more, the one silent longest makes room.", String(defaults.maxNameless)),
  nameTimeout: option(limits.nameTimeout, "How long a client may take to give its name.", String(seconds(defaults.nameWithin))),
  maxLine: option(limits.maxLine, "The longest line a client may send.", String(defaults.lineBytes)),
  maxName: option(limits.maxName, "The longest name.", String(defaults.nameGraphemes)),
  rateLimit: option(rateLimit, "How many messages a second of one client are taken up; more have to wait.", String(defaultRate.perSecond)),
  rateBurst: option(limits.rateBurst, "How many of them may come at once.", String(defaultRate.burst)),
  maxWaiting: option(limits.maxWaiting, "How much may wait for a client that reads slowly before it is cut off.", String(defaults.outboxHardBytes)),
  stallTimeout: option(limits.stallTimeout, "How long such a client may take nothing before it is cut off.", String(seconds(defaults.stallGrace))),
  keepalive: option(limits.keepalive, "After how much silence a native client is asked for a sign of life; it has as long and half as long again to give it.", String(seconds(defaults.pingAfter))),
  probeAfter: option(limits.probeAfter, "After how much silence the system asks whether a client is still there.", String(seconds(defaults.probeAfter))),
  noInput: flag("no-input", "Reads nothing from standard input, for running in the background."),
  ignoreHangup: flag("ignore-hangup", "Goes on when its window is closed.")
}

export const serve = Command.make("serve", options, (given) =>
  Effect.gen(function* () {
    const settings = yield* resolve(given)
    // Loaded only here: whoever asks for help does not wait for all of it.
    const { run } = yield* Effect.promise(() => import("./room.ts"))
    const asked = yield* run(settings).pipe(
      Effect.scoped,
      Effect.catchTag("ListenError", ({ message }) => Effect.as(complain(message), false))
    )
    if (!asked) return yield* new Failed()
  })
).pipe(Command.withDescription("Opens a chat room. Example: brusio serve --host 0.0.0.0 --port 4000"))

type Given = Command.Command.ParseConfig<typeof options>

const resolve = (options: Given): Effect.Effect<Settings, BadSetting | Failed, FileSystem> =>
  Effect.gen(function* () {
    const at = yield* given(host, options.host).pipe(Effect.map(Option.getOrElse(() => defaults.host)))
    const port = yield* given(listenPort, options.port).pipe(
      Effect.mapError((bad) => bad.within(`Cannot listen on ${at}`))
    )
    const json = yield* given(logFormat, options.logFormat)
    const mirror = yield* given(echo, options.echo)
    const text = process.stdout.isTTY ? "terminal" : "plain"
    const readsInput = !(yield* isOn("no-input", options.noInput))
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env["TERM"] !== "dumb"
    const of = <A>(setting: Setting<A>, option: Option.Option<string>, fallback: A) =>
      Effect.map(given(setting, option), Option.getOrElse(() => fallback))
    const ms = (setting: Setting<number>, option: Option.Option<string>, fallback: number) =>
      Effect.map(of(setting, option, seconds(fallback)), (value) => value * 1000)
    const perSecond = yield* of(rateLimit, options.rateLimit, defaultRate.perSecond)
    const burst = yield* of(limits.rateBurst, options.rateBurst, defaultRate.burst)
    const pingAfter = yield* ms(limits.keepalive, options.keepalive, defaults.pingAfter)
    const config = {
      host: at,
      port: Option.getOrElse(port, () => defaults.port),
      echo: Option.getOrElse(mirror, () => defaults.echo),
      password: Option.getOrUndefined(yield* givenPassword(options)),
      maxClients: yield* of(limits.maxClients, options.maxClients, defaults.maxClients),
      maxClientsPerAddress: yield* of(limits.maxClientsPerAddress, options.maxClientsPerAddress, defaults.maxClientsPerAddress),
      maxNameless: yield* of(limits.maxNameless, options.maxNameless, defaults.maxNameless),
      nameWithin: yield* ms(limits.nameTimeout, options.nameTimeout, defaults.nameWithin),
      lineBytes: yield* of(limits.maxLine, options.maxLine, defaults.lineBytes),
      nameGraphemes: yield* of(limits.maxName, options.maxName, defaults.nameGraphemes),
      rateLimit: perSecond === "off" ? undefined : { perSecond, burst },
      outboxHardBytes: yield* of(limits.maxWaiting, options.maxWaiting, defaults.outboxHardBytes),
      stallGrace: yield* ms(limits.stallTimeout, options.stallTimeout, defaults.stallGrace),
      pingAfter,
      // A quarter of it late at most, and then still within three times the silence.
      goneAfter: pingAfter * 2.5,
      keepaliveEvery: Math.min(pingAfter / 4, defaults.keepaliveEvery),
      probeAfter: yield* ms(limits.probeAfter, options.probeAfter, defaults.probeAfter)
    }
    return {
      config,
      format: Option.contains(json, "json") ? "json" : text,
      readsInput,
      hasPrompt: readsInput && isTerminal && !Option.contains(json, "json"),
      colour: (process.env["NO_COLOR"] ?? "") === "",
      ignoresHangup: yield* isOn("ignore-hangup", options.ignoreHangup)
    }
  })
