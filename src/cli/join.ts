import * as Command from "@effect/cli/Command"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { ChatClient } from "../client/ChatClient.ts"
import type { JoinError } from "../client/Errors.ts"
import * as Form from "../client/form.ts"
import * as Input from "../client/input.ts"
import { converse, type Manner, type Place } from "../client/LineUi.ts"
import * as Render from "../client/render.ts"
import * as FormUi from "./form.ts"
import { keyboard } from "./keyboard.ts"
import { type Ending, ending, exitWithin, Failed, signalWords } from "./process.ts"
import { type BadSetting, flag, given, host, isOn, name, option, serverPort } from "./settings.ts"
import { complain, inputLines, outputClosed, print } from "./stdio.ts"

/** How long leaving may take before the process ends anyway, ms. */
const leaveWithin = 2800

/** How long the server's goodbye is waited for, to show it, ms. */
const goodbyePatience = 1000

const options = {
  host: option(host, "The server's address.", Form.defaults.host),
  port: option(serverPort, "The server's TCP port, 1 to 65535.", String(Form.defaults.port)),
  name: option(name, "Your name in the room.", "User and a random number"),
  noInput: flag("no-input", "Never asks: what is not given takes its default."),
  plain: flag("plain", "Line by line, also in a terminal: for screen readers."),
  noColor: flag("no-color", "No colours; so does NO_COLOR."),
  noBell: flag("no-bell", "No bell when somebody says your name."),
  text: flag("text", "Makes every line a message, also {quit} and those that start with /."),
  json: flag("json", "Prints each event as one JSON object a line.")
}

export const join = Command.make("join", options, (given) =>
  Effect.gen(function* () {
    const settings = yield* resolve(given)
    const well = yield* attend(settings).pipe(
      Effect.scoped,
      Effect.catchTags({
        ConnectFailed: failure,
        JoinRefused: failure,
        TurnedAway: failure,
        Lost: failure
      })
    )
    if (!well) return yield* new Failed()
  })
).pipe(Command.withDescription("Joins a chat room. Example: brusio join --host 192.0.2.7 --port 4000 --name ada"))

const failure = ({ message }: { readonly message: string }) => Effect.as(complain(message), false)

interface Settings {
  readonly given: Form.Given
  readonly asks: boolean
  readonly isTerminal: boolean
  readonly isScreen: boolean
  readonly colour: boolean
  readonly bell: boolean
  readonly json: boolean
  readonly literal: boolean
}

type Given = Command.Command.ParseConfig<typeof options>

const resolve = (options: Given): Effect.Effect<Settings, BadSetting> =>
  Effect.gen(function* () {
    const at = yield* given(host, options.host)
    const where = Option.getOrElse(at, () => Form.defaults.host)
    const port = yield* given(serverPort, options.port).pipe(
      Effect.mapError((bad) => bad.within(`Cannot connect to ${where}`))
    )
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY
    const json = yield* isOn("json", options.json)
    const isPlain = (yield* isOn("plain", options.plain)) || process.env["TERM"] === "dumb"
    return {
      isScreen: isTerminal && !isPlain && !json,
      colour: !(yield* isOn("no-color", options.noColor)) && (process.env["NO_COLOR"] ?? "") === "",
      bell: !(yield* isOn("no-bell", options.noBell)),
      given: { host: at, port, name: yield* given(name, options.name) },
      asks: isTerminal && !(yield* isOn("no-input", options.noInput)),
      isTerminal,
      json,
      literal: yield* isOn("text", options.text)
    }
  })

// From the questions to the goodbye: whether it ended as somebody asked.
const attend = (settings: Settings) =>
  Effect.gen(function* () {
    const end = yield* ending({ signals: ["SIGINT", "SIGTERM", "SIGHUP"] })
    const form = settings.asks ? yield* FormUi.begin(settings.given) : Form.unasked(yield* FormUi.begin(settings.given))
    if (settings.isScreen) {
      // Loaded only here: what draws the screen is larger than all the rest.
      const { screen } = yield* Effect.promise(() => import("./screen.ts"))
      return yield* screen({ ...settings, form, ending: end }).pipe(
        Effect.zipLeft(Effect.flatMap(Deferred.poll(end), reportIfFault)),
        Effect.ensuring(exitWithin(leaveWithin, 1))
      )
    }
    const place = settings.isTerminal ? yield* keyboard : { ...(yield* pipe), prompt: () => Effect.void }
    const enter: Effect.Effect<ChatClient, JoinError | Failed, Scope.Scope> = settings.asks
      ? FormUi.ask(place, form)
      : FormUi.connect(form)
    const client = yield* Effect.raceFirst(
      enter,
      Effect.flatMap(Deferred.await(end), (ending) => Effect.zipRight(reportFault(ending), new Failed()))
    )
    yield* place.prompt("> ")
    const conversation = yield* Effect.forkScoped(converse(client, place, manner(settings, client)))
    const left = Effect.raceFirst(Deferred.await(end), Effect.as(outputClosed, undefined))
    return yield* Effect.raceFirst(
      Fiber.join(conversation),
      Effect.flatMap(left, (ending) =>
        leave(client, ending).pipe(Effect.zipLeft(Effect.timeoutOption(Fiber.await(conversation), goodbyePatience)))
      )
    ).pipe(Effect.ensuring(exitWithin(leaveWithin, 1)))
  })

const leave = (client: ChatClient, ending: Ending | undefined): Effect.Effect<boolean> => {
  if (ending === undefined) return Effect.as(client.quit(), true)
  return ending._tag === "Signal"
    ? Effect.as(client.quit(signalWords(ending.name)), true)
    : Effect.as(Effect.zipRight(reportFault(ending), client.quit("internal error")), false)
}

const reportIfFault = (ending: Option.Option<Effect.Effect<Ending>>): Effect.Effect<void> =>
  Option.match(ending, { onNone: () => Effect.void, onSome: Effect.flatMap(reportFault) })

const reportFault = (ending: Ending): Effect.Effect<void> =>
  ending._tag === "Fault" ? complain(`Internal error: ${String(ending.error)}`) : Effect.void

const manner = ({ json, literal }: Settings, { welcome }: ChatClient): Manner => ({
  read: literal ? Input.literal : Input.parse,
  render: json ? Render.json : (event) => Render.render(event, welcome.you),
  isComplaint: (event) => !json && event._tag === "Refused"
})

const pipe = Effect.map(inputLines, (lines): Place => ({ lines, show: (line) => print(`${line}\n`), complain }))
