import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { AskedName } from "../../../domain/nameIndex.ts"
import type { NameKey } from "../../../domain/Nickname.ts"
import { monotonicMillis } from "../../../net/clock.ts"
import { hook } from "../../dialect/hook.ts"
import { rounds } from "../../rounds.ts"
import { ServerConfig } from "../../ServerConfig.ts"
import { Bucket } from "../../session/Bucket.ts"
import { type Insider, makeInsiders } from "./insider.ts"

/** Somebody who says lines over HTTP. */
export interface Speaker {
  readonly insider: Insider
  /** The token bucket of its lines; absent without a rate limit. */
  readonly bucket: Bucket | undefined
  /** One request at a time. */
  readonly turn: Effect.Semaphore
}

interface Kept extends Speaker {
  readonly leave: Effect.Effect<void>
  usedAt: number
}

/** How many there are at most: for one more, the one leaves that has said nothing for longest. */
const mostSpeakers = 16

/** How often it is looked who has said nothing for so long that it leaves, ms. */
const lookEvery = 5000

/**
 * Makes what finds whoever says lines over HTTP under a name. It stays for a while
 * after each line, so that a script that says many does not come and go with each.
 */
export const makeSpeakers = Effect.gen(function* () {
  const { hookKeptFor, rateLimit } = yield* ServerConfig
  const insiders = yield* makeInsiders
  // In the order of their last line.
  const kept = new Map<NameKey, Kept>()
  const coming = yield* Effect.makeSemaphore(1)

  const dismiss = (key: NameKey, { leave }: Kept) => {
    kept.delete(key)
    return leave
  }
  const used = (key: NameKey, speaker: Kept, now: number): Speaker => {
    speaker.usedAt = now
    kept.delete(key)
    kept.set(key, speaker)
    return speaker
  }
  const come = Effect.fnUntraced(function* (address: string, name: AskedName) {
    const now = yield* monotonicMillis
    const known = kept.get(name.key)
    if (known !== undefined) {
      if (!(yield* known.insider.isOver)) return used(name.key, known, now)
      yield* dismiss(name.key, known)
    }
    const scope = yield* Scope.make()
    const leave = Scope.close(scope, Exit.void)
    const insider = yield* Effect.onError(Scope.extend(insiders(address, name, hook), scope), () => leave)
    for (const [key, first] of kept) {
      if (kept.size < mostSpeakers) break
      yield* dismiss(key, first)
    }
    const bucket = rateLimit === undefined ? undefined : new Bucket(rateLimit, now)
    return used(name.key, { insider, bucket, turn: yield* Effect.makeSemaphore(1), leave, usedAt: now }, now)
  })

  const lookForSilent = Effect.flatMap(monotonicMillis, (now) =>
    Effect.forEach([...kept], ([key, speaker]) => (now - speaker.usedAt < hookKeptFor ? Effect.void : dismiss(key, speaker)), { discard: true })
  )
  yield* rounds("who says nothing over HTTP", lookForSilent, Math.min(lookEvery, hookKeptFor))
  yield* Effect.addFinalizer(() => Effect.forEach([...kept], ([key, speaker]) => dismiss(key, speaker), { discard: true }))

  return (address: string, name: AskedName) => coming.withPermits(1)(come(address, name))
})
