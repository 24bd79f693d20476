import type { StreamInfo } from "@nats-io/jetstream"
import * as Effect from "effect/Effect"
import type { Position } from "../../domain/replica/Position.ts"
import type { Connection } from "./connection.ts"
import { EngineLost } from "./Engine.ts"
import { call, CallFailed, difference, look, lookOrMake, remove } from "./log.ts"

/** The record that was read last, and its time where that is known. */
export interface Mark extends Position {
  readonly time: number | undefined
}

/** The log as it is now. */
export interface Found {
  readonly epoch: string
  /** When its newest record was written, by the engine's clock, as the engine writes times; `undefined` where it has none. */
  readonly newest: string | undefined
}

/**
 * The log as it is now, which is made where there is none. Fails where
 * it cannot be read on behind `last`.
 */
export const place = (connection: Connection, last: Mark | undefined): Effect.Effect<Found, EngineLost | CallFailed> =>
  Effect.gen(function* () {
    const info = yield* lookOrMake(connection)
    const other = difference(connection, info)
    if (other !== undefined) {
      const { stream } = connection.names
      return yield* new CallFailed({ name: "Differs", detail: `the stream ${stream} has other settings: ${other}`, code: undefined })
    }
    const epoch = epochOf(info)
    const found = { epoch, newest: info.state.messages === 0 ? undefined : info.state.last_ts }
    if (last === undefined) return found
    if (last.epoch !== epoch) return yield* new EngineLost({ why: "forgot" })
    if (yield* isEmptied(connection, last, info)) {
      yield* replace(connection, last)
      return yield* new EngineLost({ why: "forgot" })
    }
    // Of a log without records, the first is the next.
    if (info.state.first_seq > last.seq + 1) return yield* new EngineLost({ why: "truncated" })
    return found
  })

const epochOf = ({ created }: StreamInfo): string => created

// An engine of several servers knows the log, and when it was made, after all of them were restarted: the records are gone, and others get their numbers.
const isEmptied = (connection: Connection, last: Mark, { state }: StreamInfo): Effect.Effect<boolean> => {
  if (state.last_seq < last.seq) return Effect.succeed(true)
  if (state.first_seq > last.seq || last.time === undefined) return Effect.succeed(false)
  const { manager, names } = connection
  return call(connection, () => manager.streams.getMessage(names.stream, { seq: last.seq })).pipe(
    Effect.map((record) => record !== null && Date.parse(record.timestamp) !== last.time),
    // It may have become too old this moment.
    Effect.orElseSucceed(() => false)
  )
}

// Who reads from a position of before would not notice: a log that was made anew has an epoch of its own.
const replace = (connection: Connection, last: Mark): Effect.Effect<void, CallFailed> =>
  Effect.gen(function* () {
    const info = yield* look(connection)
    if (info !== undefined && epochOf(info) === last.epoch) yield* remove(connection)
    yield* lookOrMake(connection)
  })
