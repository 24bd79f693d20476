import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { clean, type Text } from "../domain/Text.ts"
import { ServerConfig } from "./ServerConfig.ts"

/** Why the server closes, in words for its clients, and whether somebody asked for it. */
export interface ClosingReason {
  readonly reason: Text
  readonly asked: boolean
  /** Whether the room goes on elsewhere: clients are told that they are `lost`, and may come back there. Absent where it does not. */
  readonly elsewhere?: true | undefined
  /** Whether the server is started again by what runs it: clients may come back to it. Absent where it stays closed. */
  readonly restarts?: true | undefined
  /** Whether this server may come back as another node. Absent where it has to be mended first. */
  readonly comesBack?: true | undefined
}

/**
 * The one place that holds why the server closes, once it does. Whoever runs the
 * server waits for `requested` and then closes the server's scope; only the first
 * reason counts.
 */
export class Closing extends Context.Tag("brusio/Closing")<Closing, {
  /** Asks for the close, with the reason that clients are told. */
  readonly request: (reason: string) => Effect.Effect<void>
  /** Asks for the close of a server that is started again, with the reason that clients are told; without one, that its operator asked for it. */
  readonly restart: (reason?: string) => Effect.Effect<void>
  /** Closes because something inside has failed for good. Where the server is started again after that, its clients may come back to it. */
  readonly fail: (reason: string) => Effect.Effect<void>
  /** Closes because this node must end while others may go on: clients are told that they are lost, and may come back there; so may the server, with `comesBack`. */
  readonly leave: (reason: string, comesBack: boolean) => Effect.Effect<void>
  /** Waits for the first reason. */
  readonly requested: Effect.Effect<ClosingReason>
  /** Whether there is a reason yet. */
  readonly isRequested: Effect.Effect<boolean>
  /** The reason as it stands now; "the server stops" where the scope closes without one. Never waits. */
  readonly reason: Effect.Effect<ClosingReason>
}>() {}

const unasked: ClosingReason = { reason: clean("the server stops"), asked: true }

/** What is said of a restart for which nobody gave a reason. */
const plainRestart = "as its operator asked"

/** A {@link Closing} that keeps its reason in this `Deferred`, which the caller may wait for too. `startedAgain`: whether a server that has failed is. */
export const make = (reason: Deferred.Deferred<ClosingReason>, startedAgain = false): Closing["Type"] => ({
  request: (words) => Effect.asVoid(Deferred.succeed(reason, { reason: clean(words), asked: true })),
  restart: (words = plainRestart) => Effect.asVoid(Deferred.succeed(reason, { reason: clean(words), asked: true, restarts: true })),
  fail: (words) => Effect.asVoid(Deferred.succeed(reason, { reason: clean(words), asked: false, ...(startedAgain ? { restarts: true } : {}) })),
  leave: (words, comesBack) => Effect.asVoid(Deferred.succeed(reason, { reason: clean(words), asked: false, elsewhere: true, ...(comesBack ? { comesBack } : {}) })),
  requested: Deferred.await(reason),
  isRequested: Deferred.isDone(reason),
  reason: Effect.flatMap(Deferred.poll(reason), Option.getOrElse(() => Effect.succeed(unasked)))
})

/** No reason yet. */
export const layer = Layer.effect(Closing, Effect.zipWith(Deferred.make<ClosingReason>(), ServerConfig, (reason, { startedAgain }) => make(reason, startedAgain)))
