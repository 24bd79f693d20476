import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { clean, type Text } from "../domain/Text.ts"

/** Why the server closes, in words for its clients, and whether somebody asked for it. */
export interface ClosingReason {
  readonly reason: Text
  readonly asked: boolean
}

/**
 * The one place that holds why the server closes, once it does. Whoever runs
 * the server waits for it and then closes the server's scope; the first reason
 * counts.
 */
export class Closing extends Context.Tag("brusio/Closing")<Closing, {
  readonly request: (reason: string) => Effect.Effect<void>
  /** Something inside failed for good. */
  readonly fail: (reason: string) => Effect.Effect<void>
  readonly requested: Effect.Effect<ClosingReason>
  /** The reason as it stands now: a scope that closes without one just stops. */
  readonly reason: Effect.Effect<ClosingReason>
}>() {}

const unasked: ClosingReason = { reason: clean("the server stops"), asked: true }

/** Holds the reason in a `Deferred` of the caller's. */
export const make = (reason: Deferred.Deferred<ClosingReason>): Closing["Type"] => ({
  request: (words) => Effect.asVoid(Deferred.succeed(reason, { reason: clean(words), asked: true })),
  fail: (words) => Effect.asVoid(Deferred.succeed(reason, { reason: clean(words), asked: false })),
  requested: Deferred.await(reason),
  reason: Effect.flatMap(Deferred.poll(reason), Option.getOrElse(() => Effect.succeed(unasked)))
})

export const layer = Layer.effect(Closing, Effect.map(Deferred.make<ClosingReason>(), make))
