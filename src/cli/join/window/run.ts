import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type { Given } from "../../../client/screen/form.ts"
import * as Site from "../../../server/door/http/Site.ts"
import { openBrowser } from "../../browser.ts"
import { complain, type Ending, ending, Failed } from "../../process.ts"
import { print } from "../../stdio.ts"
import { given } from "./answers.ts"
import { serveForm } from "./FormServer.ts"

/**
 * Runs `join --window`: the form in a browser, until a window has gone on to a room, or all were closed,
 * or a signal ends it. Fails when a fault does.
 */
export const joinByWindow = (options: Given): Effect.Effect<void, Failed> =>
  Effect.gen(function* () {
    const end = yield* ending()
    const number = yield* Random.nextIntBetween(1000, 10_000)
    const { link, over } = yield* serveForm(given(options, `User${number}`))
    yield* print(`The form is at ${link}\n`)
    yield* Effect.forkScoped(
      Effect.flatMap(openBrowser(link), (isOpen) => (isOpen ? Effect.void : complain("No browser could be opened: open this link in one.")))
    )
    yield* Effect.raceFirst(over, Effect.flatMap(Deferred.await(end), ended))
  }).pipe(
    Effect.scoped,
    Effect.provide(Site.layer.pipe(Layer.provide(Layer.succeed(Site.SiteFolder, new URL("form/", import.meta.url)))))
  )

const ended = (ending: Ending): Effect.Effect<void, Failed> =>
  ending._tag === "Fault" ? Effect.zipRight(complain(`Internal error: ${String(ending.error)}`), new Failed()) : Effect.void
