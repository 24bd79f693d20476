import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import type { ChatClient } from "../../client/ChatClient.ts"
import type { Dial } from "../../client/Dial.ts"
import type { JoinError } from "../../client/Errors.ts"
import * as Form from "../../client/screen/form.ts"
import { converse, type LineFormat, type LineIo } from "../../client/LineUi.ts"
import * as Render from "../../client/render.ts"
import { startedAnew } from "../../client/screen/missed.ts"
import * as FormUi from "./ask.ts"
import { keyboard } from "./lines.ts"
import type { Places } from "./Places.ts"
import { complain, type Ending, ending, exitWithin, Failed, signalWords } from "../process.ts"
import { inputLines, outputClosed, print } from "../stdio.ts"

/** The settings of `join`, from the command line and the environment. */
export interface JoinSettings {
  /** Whether the server is reached over TLS, and the fingerprint that it has to have then, if one was given. */
  readonly secured: { readonly fingerprint: string | undefined } | undefined
  readonly given: Form.Given
  /** Whether what was not given is asked for. */
  readonly asks: boolean
  /** Whether standard input and output are both a terminal. */
  readonly isTerminal: boolean
  /** Screen (raw mode, a status and an input line), not line by line. */
  readonly isScreen: boolean
  readonly colour: boolean
  readonly bell: boolean
  /** Whether events are printed as JSON. */
  readonly json: boolean
  /** Whether a name that is taken ends it; otherwise who is not asked gets one with a number. */
  readonly isNameStrict: boolean
  /** For how long the client tries to come back by itself once the connection is lost, ms; 0: not at all. */
  readonly reconnect: number
  /** The same once the server has said that it is restarting; `undefined`: for as long as the client does by itself. */
  readonly afterRestart: number | undefined
  /** Whether the screen keeps its place for the next start of the program, should this one be killed. */
  readonly keepsPlace: boolean
  /** Whether every line is a message, whatever it looks like. */
  readonly literal: boolean
}

/** How long leaving may take before the process exits anyway, ms: every way out is promised to end within three seconds. */
const leaveWithin = 2800

/** How long the conversation may take to receive and show the server's goodbye, ms. */
const goodbyePatience = 1000

/** Runs `join` from the questions to the goodbye; `news` is what there is to say of the server once somebody is in. Returns whether it ended in an orderly way: the user left, or the server closed. */
export const attend = (settings: JoinSettings, news: Effect.Effect<ReadonlyArray<string>>): Effect.Effect<boolean, JoinError | Failed, Dial | Places | Scope.Scope> =>
  Effect.gen(function* () {
    const end = yield* ending()
    const form = settings.asks ? yield* FormUi.begin(settings.given) : Form.unasked(yield* FormUi.begin(settings.given))
    if (settings.isScreen) {
      // Lazy loading: line mode and pipes do not pay for loading the screen.
      const { screen } = yield* Effect.promise(() => import("./screen.ts"))
      return yield* screen({ ...settings, form, news, ending: end }).pipe(
        Effect.zipLeft(Effect.flatMap(Deferred.poll(end), reportIfFault)),
        Effect.ensuring(exitWithin(leaveWithin, 1))
      )
    }
    // In a pipe nobody reads along: whatever was refused, or has no receipt, makes the exit code 1.
    const refused = yield* Ref.make(false)
    const io = settings.isTerminal ? yield* keyboard : { ...(yield* pipe(refused)), prompt: () => Effect.void }
    const enter: Effect.Effect<FormUi.Joined, JoinError | Failed | FormUi.Left, Dial | Scope.Scope> = settings.asks
      ? FormUi.ask(io, form, settings)
      : Effect.map(FormUi.connect(form, { reconnect: settings.reconnect, afterRestart: settings.afterRestart, tell: settings.isNameStrict ? undefined : complain }), (client) => ({ client, form }))
    const { client, form: answered } = yield* Effect.raceFirst(
      enter,
      // Whoever leaves before being in the room has left as asked, too.
      Effect.flatMap(Deferred.await(end), (ending): Effect.Effect<never, Failed | FormUi.Left> =>
        ending._tag === "Signal" ? new FormUi.Left() : Effect.zipRight(reportFault(ending), new Failed())
      )
    )
    yield* io.prompt("> ")
    for (const words of yield* news) yield* settings.isTerminal ? io.show(words) : complain(words)
    const conversation = yield* Effect.forkScoped(converse(client, io, lineFormat(settings, answered, client)))
    // The output of a terminal is closed with its window, which may be noticed before the signal of that.
    const left = Effect.raceFirst(Deferred.await(end), Effect.as(outputClosed, settings.isTerminal ? hangUp : undefined))
    return yield* Effect.raceFirst(
      Fiber.join(conversation),
      Effect.flatMap(left, (ending) =>
        leave(client, ending).pipe(
          Effect.zipRight(Effect.timeoutOption(Fiber.await(conversation), goodbyePatience)),
          Effect.as(true)
        )
      )
    ).pipe(
      // After a defect of ours the exit code is 1, even if the goodbye was orderly.
      Effect.zipWith(Effect.flatMap(Deferred.poll(end), isFault), (well, failed) => well && !failed),
      Effect.zipWith(Ref.get(refused), (well, refused) => well && !refused),
      Effect.ensuring(exitWithin(leaveWithin, 1))
    )
  }).pipe(Effect.catchTag("Left", () => Effect.succeed(true)))

const hangUp: Ending = { _tag: "Signal", name: "SIGHUP" }

const leave = (client: ChatClient, ending: Ending | undefined): Effect.Effect<void> => {
  if (ending === undefined) return client.quit()
  return ending._tag === "Signal"
    ? client.quit(signalWords(ending.name))
    : Effect.zipRight(reportFault(ending), client.quit("internal error"))
}

const isFault = (ending: Option.Option<Effect.Effect<Ending>>): Effect.Effect<boolean> =>
  Option.match(ending, { onNone: () => Effect.succeed(false), onSome: Effect.map(({ _tag }) => _tag === "Fault") })

const reportIfFault = (ending: Option.Option<Effect.Effect<Ending>>): Effect.Effect<void> =>
  Option.match(ending, { onNone: () => Effect.void, onSome: Effect.flatMap(reportFault) })

const reportFault = (ending: Ending): Effect.Effect<void> =>
  ending._tag === "Fault" ? complain(`Internal error: ${String(ending.error)}`) : Effect.void

const lineFormat = ({ isTerminal, json, literal }: JoinSettings, form: Form.Form, { welcome }: ChatClient): LineFormat => ({
  isLiteral: literal,
  render: json ? Render.json : (event, me, of) => (event._tag === "Refused" ? undefined : Render.render(event, me, of)),
  // The numbers say so.
  lost: json ? () => undefined : Render.lost,
  startedAnew: json ? undefined : startedAnew,
  complaint: (event) => (event._tag === "Refused" ? Render.render(event, welcome.you) : undefined),
  exposure: isTerminal && !json && Form.isExposed(form) ? Form.exposure : undefined,
  quotes: !isTerminal
})

const pipe = (refused: Ref.Ref<boolean>) => {
  const refuse = (words: string) => Effect.zipRight(Ref.set(refused, true), complain(words))
  return Effect.map(inputLines(refuse), (lines): LineIo => ({ lines, show: (line) => print(`${line}\n`), complain: refuse }))
}
