import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Closing } from "../Closing.ts"
import type { Decider } from "../chat/Log.ts"
import { words } from "./ended.ts"
import { Engine } from "./Engine.ts"

/** After so long without the rest of the cluster a node says goodbye to its people, ms; they have been told after 2 s. */
const awayFor = 58_000

/**
 * Tells people that the rest of the cluster cannot be reached, and when it can again; after a minute they are told goodbye.
 * `tell`: how they are told that an outage is over, or is not.
 */
export const watchOutages = (tell: Decider["outage"]): Effect.Effect<void, never, Closing | Engine> =>
  Effect.gen(function* () {
    const closing = yield* Closing
    const engine = yield* Engine
    let isAway = false
    const changed = (isReachable: boolean) =>
      Effect.gen(function* () {
        if (isReachable !== isAway) return
        isAway = !isReachable
        yield* Effect.logWarning(isAway ? "The rest of the cluster cannot be reached: what is said here waits" : "The rest of the cluster can be reached again")
        yield* tell(!isAway)
        if (!isAway) return
        yield* Effect.sleep(awayFor)
        yield* closing.leave(words("away"), true)
      })
    yield* Stream.runDrain(Stream.flatMap(engine.reachable.changes, (isReachable) => Stream.fromEffect(changed(isReachable)), { switch: true }))
  })
