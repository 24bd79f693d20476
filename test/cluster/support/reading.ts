import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Position } from "../../../src/domain/replica/Position.ts"
import { Engine, type EngineLost, type Logged } from "../../../src/server/cluster/Engine.ts"
import type { EngineError } from "../../../src/server/cluster/EngineError.ts"
import * as Nats from "../../../src/server/cluster/nats.ts"

/** A node's engine, as long as the scope. */
export const engineAt = (...servers: ReadonlyArray<string>): Effect.Effect<Engine["Type"], EngineError, Scope.Scope> =>
  Effect.map(Layer.build(Nats.layer({ servers, cluster: "test" })), (context) => Context.get(context, Engine))

/** The bytes of a text. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The text of a record. */
export const text = ({ bytes }: Logged): string => new TextDecoder().decode(bytes)

/** Waits until something holds. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.asVoid(Effect.repeat(Effect.sync(holds), { until: (is) => is, schedule: Schedule.spaced(10) }))

/** A reader that keeps all it reads. */
export interface Reading {
  readonly records: ReadonlyArray<Logged>
  readonly texts: () => ReadonlyArray<string>
  /** Waits until so many records were read. */
  readonly count: (n: number) => Effect.Effect<void>
  /** Waits until one with this text was read. */
  readonly has: (text: string) => Effect.Effect<void>
  /** Waits until the reading fails. */
  readonly lost: Effect.Effect<EngineLost>
  readonly stop: Effect.Effect<void>
}

/** Reads, as long as the scope; each record is kept once `work` is done with it. */
export const reading = (engine: Engine["Type"], after?: Position | "recent", work: (record: Logged) => Effect.Effect<void> = () => Effect.void): Effect.Effect<Reading, never, Scope.Scope> =>
  Effect.gen(function* () {
    const records: Array<Logged> = []
    const lost = yield* Deferred.make<EngineLost>()
    const fiber = yield* engine.read(after).pipe(
      Stream.runForEach((record) =>
        Effect.map(work(record), () => {
          records.push(record)
        })
      ),
      Effect.catchAll((error) => Deferred.succeed(lost, error)),
      Effect.forkScoped
    )
    return {
      records,
      texts: () => records.map(text),
      count: (n) => until(() => records.length >= n),
      has: (wanted) => until(() => records.some((record) => text(record) === wanted)),
      lost: Deferred.await(lost),
      stop: Effect.asVoid(Fiber.interrupt(fiber))
    }
  })

/** Appends until it was read: for the first words to an engine that has just come back. */
export const appendUntilRead = (engine: Engine["Type"], word: string, reader: Reading): Effect.Effect<void> =>
  Effect.asVoid(
    Effect.repeat(
      Effect.sync(() => {
        if (reader.texts().includes(word)) return true
        engine.unsafeAppend(bytes(word))
        return false
      }),
      { until: (is) => is, schedule: Schedule.spaced(200) }
    )
  )
