import * as Command from "@effect/cli/Command"
import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import { defaults } from "../../client/screen/defaults.ts"
import type { JoinError } from "../../client/Errors.ts"
import { explain, givenPassword, passwordOptions } from "../password.ts"
import { givenWhere } from "../address.ts"
import { grouped, type HelpPage } from "../help.ts"
import { complain, Failed, type Left } from "../process.ts"
import type { JoinSettings } from "./run.ts"
import { type BadSetting, flag, given, host, isOn, name, option, reconnect, serverPort } from "../settings.ts"

/** For how long it tries to come back by itself unless something else is asked for, s: a person waits longer than a script may. */
const onScreen = 120
const elsewhere = 3

const options = {
  host: option(host, "The server's address.", defaults.host),
  port: option(serverPort, "The server's TCP port, 1 to 65535.", String(defaults.port)),
  name: option(name, "Your name in the room.", "User and a random number"),
  ...passwordOptions,
  tls: flag("tls", "Encrypted: a server is trusted by an authority, or known again once you have been there. So are links that begin with brusios://; one that ends in a fingerprint trusts that alone."),
  window: flag("window", "Opens the form in a browser, which goes on to the page of the room."),
  noInput: flag("no-input", "Never asks: what is not given takes its default."),
  plain: flag("plain", "Line by line, also in a terminal: for screen readers."),
  noColor: flag("no-color", "No colours; so does NO_COLOR."),
  noBell: flag("no-bell", "No bell when somebody says your name."),
  strictName: flag("strict-name", "Leaves if the name is taken, where nobody is asked for another; otherwise a number is added to the name."),
  reconnect: option(reconnect, "How long it tries to come back by itself once the connection is lost; off: it ends at once.", `${onScreen} seconds on the chat screen, ${elsewhere} line by line and in a pipe; ${onScreen} everywhere after a server that restarts`),
  noKeepPlace: flag("no-keep-place", "The chat screen leaves no file by which it is who it was if it is killed and started again."),
  text: flag("text", "Makes every line a message, also {quit} and those that start with /."),
  json: flag("json", "Prints each event as one JSON object a line.")
}

/** The command `join`. Fails with `BadSetting` for options that cannot be used, and with `Failed` once another reason has been printed. */
export const join = Command.make("join", options, (given) =>
  Effect.gen(function* () {
    if (yield* isOn("window", given.window)) {
      yield* joinInBrowser(given)
      return
    }
    const settings = yield* resolve(given)
    // Lazy loading: `--help` does not pay for loading the client.
    const { attend } = yield* Effect.promise(() => import("./run.ts"))
    const { dial, news } = yield* way(settings)
    const Places = yield* Effect.promise(() => import("./Places.ts"))
    const well = yield* attend(settings, news).pipe(
      Effect.scoped,
      Effect.provide(dial),
      Effect.provide(settings.keepsPlace ? Places.layer : Places.none),
      Effect.catchTags({
        ConnectFailed: failure,
        JoinRefused: failure,
        TurnedAway: failure,
        Lost: failure
      })
    )
    if (!well) return yield* new Failed()
  })
)

/** How the server is reached, and what there is to say of it to the person once somebody is in. */
const way = ({ secured }: JoinSettings) =>
  Effect.gen(function* () {
    // Lazy loading: only who comes with TLS pays for it.
    if (secured === undefined) {
      const { layer } = yield* Effect.promise(() => import("../../client/TcpDial.ts"))
      return { dial: layer, news: Effect.succeed<ReadonlyArray<string>>([]) }
    }
    const { layer } = yield* Effect.promise(() => import("../../client/TlsDial.ts"))
    const { makeKnownRooms } = yield* Effect.promise(() => import("./KnownRooms.ts"))
    const { news, servers } = yield* makeKnownRooms
    return { dial: layer({ fingerprint: secured.fingerprint, known: servers }), news }
  })

/** The help of `join`. */
export const page: HelpPage = {
  about: "Joins a chat room: as a chat screen in a terminal, line by line in a pipe. HOST may also be written brusio://HOST:PORT, or brusios://HOST:PORT#FINGERPRINT for an encrypted room.",
  usage: ["join [HOST[:PORT]] [OPTIONS]"],
  examples: ["join", "join 192.0.2.7:4000 --name Ada", "join --window"],
  groups: grouped(Record.values(options), {
    "The most important options": [options.host, options.port, options.name, options.password, options.tls, options.window, options.plain]
  }, "More options"),
  notes: ["Every option can also be set in the environment: --no-bell is BRUSIO_NO_BELL."]
}

// What is given that has no meaning for a page in a browser. The page asks for a password itself, where the room has one.
const notForWindow = (options: Given): string | undefined => {
  const { json, noBell, noColor, noInput, noKeepPlace, password, passwordFile, plain, strictName, text } = options
  const given = { password, "password-file": Option.isSome(passwordFile), "no-input": noInput, plain, "no-color": noColor, "no-bell": noBell, "strict-name": strictName, "no-keep-place": noKeepPlace, text, json }
  return Object.entries(given).find(([, isGiven]) => isGiven)?.[0]
}

const joinInBrowser = (options: Given): Effect.Effect<void, BadSetting | Failed> =>
  Effect.gen(function* () {
    const other = notForWindow(options)
    if (other !== undefined) {
      const why = other.startsWith("password") ? "the page asks for a password where the room has one" : "it is for a terminal or a pipe"
      return yield* Effect.zipRight(complain(`Leave --${other} out with --window: ${why}.`), new Failed())
    }
    const where = yield* givenPlace(options)
    // Lazy loading: whoever joins in a terminal does not pay for it.
    const { joinByWindow } = yield* Effect.promise(() => import("./window/run.ts"))
    const isSecured = where.secured !== undefined || (yield* isOn("tls", options.tls))
    yield* joinByWindow({ host: where.host, port: where.port, isSecured, name: yield* given(name, options.name), password: Option.none() })
  })

const failure = (error: JoinError) => Effect.as(complain(explain(error)), false)

type Given = Command.Command.ParseConfig<typeof options>

const givenPlace = (options: Given) => givenWhere(options, serverPort, (host = defaults.host) => `Cannot connect to ${host}`)

const resolve = (options: Given): Effect.Effect<JoinSettings, BadSetting | Failed | Left, FileSystem> =>
  Effect.gen(function* () {
    const where = yield* givenPlace(options)
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY
    const mayAsk = !(yield* isOn("no-input", options.noInput))
    const json = yield* isOn("json", options.json)
    const isPlain = (yield* isOn("plain", options.plain)) || process.env["TERM"] === "dumb"
    const isScreen = isTerminal && !isPlain && !json
    const isTls = yield* isOn("tls", options.tls)
    const secured = where.secured ?? (isTls ? { fingerprint: undefined } : undefined)
    const asked = yield* given(reconnect, options.reconnect)
    const within = Option.getOrElse(asked, () => (isScreen ? onScreen : elsewhere))
    return {
      reconnect: within === "off" ? 0 : within * 1000,
      // Whoever has said how long a loss is waited for means this one too.
      afterRestart: Option.isSome(asked) && asked.value !== "off" ? asked.value * 1000 : undefined,
      keepsPlace: isScreen && within !== "off" && !(yield* isOn("no-keep-place", options.noKeepPlace)),
      isScreen,
      colour: !(yield* isOn("no-color", options.noColor)) && (process.env["NO_COLOR"] ?? "") === "",
      bell: !(yield* isOn("no-bell", options.noBell)),
      secured,
      given: { isSecured: secured !== undefined, host: where.host, port: where.port, name: yield* given(name, options.name), password: yield* givenPassword(options, mayAsk) },
      asks: isTerminal && mayAsk,
      isTerminal,
      json,
      isNameStrict: yield* isOn("strict-name", options.strictName),
      literal: yield* isOn("text", options.text)
    }
  })
