import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { appender } from "./append.ts"
import { connect } from "./connection.ts"
import { Engine } from "./Engine.ts"
import type { EngineError } from "./EngineError.ts"
import { prepare, remove } from "./log.ts"
import type { NatsSettings } from "./NatsSettings.ts"
import { received, send } from "./pieces.ts"
import * as Pulse from "./pulse.ts"
import { makeMarks, read } from "./reader.ts"

/** What a message may have where the engine does not say. */
const usualPayload = 1_048_576

const make = (settings: NatsSettings): Effect.Effect<Engine["Type"], EngineError, Scope.Scope> =>
  Effect.gen(function* () {
    const connection = yield* connect(settings)
    yield* prepare(connection)
    connection.started()
    const pulse = yield* Pulse.make(connection.isConnected)
    const marks = makeMarks()
    const maxRecord = connection.nats.info?.max_payload ?? usualPayload
    return Engine.of({
      maxRecord,
      unsafeAppend: yield* appender(connection, maxRecord),
      read: (after) => read(connection, pulse, marks, after),
      send: (to, bytes) => send(connection, to, bytes),
      received: (me) => received(connection, me),
      reachable: pulse.reachable,
      lastRead: Effect.sync(marks.lastRead),
      erase: Effect.suspend(() => (connection.isConnected() ? Effect.ignore(remove(connection)) : Effect.void))
    })
  })

/**
 * The engine of a cluster in NATS JetStream: its log is a stream in memory, which
 * whoever finds none makes. Loads the packages of NATS.
 */
export const layer = (settings: NatsSettings): Layer.Layer<Engine, EngineError> => Layer.scoped(Engine, make(settings))
