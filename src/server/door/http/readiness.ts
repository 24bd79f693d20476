import * as Effect from "effect/Effect"
import { Registry } from "../../chat/Registry.ts"
import { Closing } from "../../Closing.ts"

/** Makes what tells why nobody can come in now; `undefined` where somebody can. That there is no place is known to who asks for one. */
export const makeReadiness = Effect.gen(function* () {
  const closing = yield* Closing
  const registry = yield* Registry
  return Effect.gen(function* () {
    if ((yield* closing.isRequested) || (yield* registry.chat).closed) return "The server is closing."
    if (yield* registry.isCutOff) return "The rest of the cluster cannot be reached: what is said here waits."
    return undefined
  })
})
