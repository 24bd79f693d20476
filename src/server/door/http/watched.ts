import type { ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import { ServerConfig } from "../../ServerConfig.ts"
import type { Full } from "../../session/Admission.ts"
import { answerText } from "./answer.ts"
import { noPlace, tryAgain } from "./full.ts"
import { Metrics } from "./Metrics.ts"
import { mediaType, render } from "./prometheus.ts"
import { makeReadiness } from "./readiness.ts"
import type { Watched } from "./request.ts"

/** A program that watches the server, as far as the answer depends on it. */
export interface Watcher {
  /** Whether it comes from this machine itself. */
  readonly isOfThisMachine: boolean
  /** Whether others could read the answer, where the server is there only for who comes with TLS. */
  readonly isSentAway: boolean
  /** Why there was no place for it in the room; `undefined` where there was one. */
  readonly full: Full | undefined
}

/**
 * Makes what answers programs that watch the server, also where there is no place, and whether it does: metrics
 * are for those only who may see them. That the server is well is no secret, and is told in clear, too; the metrics
 * are, but to this machine.
 */
export const makeWatched = Effect.gen(function* () {
  const { metrics: metricsFor } = yield* ServerConfig
  const metrics = yield* Metrics
  const whyNotReady = yield* makeReadiness

  return Effect.fnUntraced(function* (response: ServerResponse, what: Watched, { full, isOfThisMachine, isSentAway }: Watcher) {
    // An answer where there is no place is the last on its connection: whether there is one is known of the moment when that came.
    const along = full === undefined ? {} : { connection: "close" }
    switch (what) {
      case "health":
        answerText(response, 200, "ok", along)
        return true
      case "ready": {
        const why = (yield* whyNotReady) ?? (full === undefined ? undefined : noPlace(full.reason))
        if (why === undefined) answerText(response, 200, "ready", { connection: "close" })
        else answerText(response, 503, why, { connection: "close", ...tryAgain })
        return true
      }
      case "metrics":
        if (metricsFor === "off" || (!isOfThisMachine && (metricsFor === "loopback" || isSentAway))) return false
        answerText(response, 200, render(yield* metrics.now).trimEnd(), { "content-type": mediaType, ...along })
        return true
    }
  })
})
