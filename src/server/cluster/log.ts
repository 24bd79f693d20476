import type { StreamConfig, StreamInfo } from "@nats-io/jetstream"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Connection } from "./connection.ts"
import { described, isDenied } from "./connection.ts"
import { EngineError } from "./EngineError.ts"

/** How long a record is kept at most, ms: whoever has not read it by then has been given up by the others. */
const keptFor = 60_000

/** How many bytes of records are kept at most. */
const keptBytes = 64 * 1024 * 1024

/** How long the engine may take to keep logs again, ms: an election takes a few seconds. */
const startWithin = 10_000

/** How long an engine that starts may take until it has found the servers for all replicas, ms. */
const peersWithin = 2000

/** A call to JetStream that was not answered, or not as it should be. `code` is JetStream's own. */
export class CallFailed extends Data.TaggedError("CallFailed")<{ readonly name: string; readonly detail: string; readonly code: number | undefined }> {}

/** The codes of JetStream that are told apart. */
const codes = { noPeers: 10_005, notAvailable: 10_008, notLeader: 10_009, noMemory: 10_023, notFound: 10_059, otherSettings: 10_058, notClustered: 10_074 }

/** During an election nobody answers, or whoever does cannot say. */
const isElecting = ({ code, name }: CallFailed): boolean => name === "TimeoutError" || code === codes.notAvailable || code === codes.notLeader

/** Calls JetStream. */
export const call = <A>({ packages }: Connection, work: () => Promise<A>): Effect.Effect<A, CallFailed> =>
  Effect.tryPromise({
    try: work,
    catch: (error) => {
      const { message, name } = described(error)
      return new CallFailed({ name, detail: message, code: error instanceof packages.JetStreamApiError ? error.code : undefined })
    }
  })

/** The log as it is; `undefined` where there is none. */
export const look = (connection: Connection): Effect.Effect<StreamInfo | undefined, CallFailed> =>
  call(connection, () => connection.manager.streams.info(connection.names.stream)).pipe(
    Effect.catchIf(({ code }) => code === codes.notFound, () => Effect.succeed(undefined))
  )

/** Deletes the log. */
export const remove = (connection: Connection): Effect.Effect<void, CallFailed> =>
  Effect.asVoid(call(connection, () => connection.manager.streams.delete(connection.names.stream)))

/** Looks at the log, and makes it where there is none. Several may do so at the same time. */
export const lookOrMake = (connection: Connection): Effect.Effect<StreamInfo, CallFailed> =>
  Effect.flatMap(look(connection), (found) => (found === undefined ? create(connection) : Effect.succeed(found)))

const create = (connection: Connection): Effect.Effect<StreamInfo, CallFailed> => {
  const { nats, settings } = connection
  const add = (replicas: number) => call(connection, () => connection.manager.streams.add(configOf(connection, replicas)))
  const isCluster = nats.info?.cluster !== undefined
  const chosen = settings.replicas ?? (isCluster ? 3 : 1)
  return add(chosen).pipe(
    Effect.retry({ while: ({ code }) => code === codes.noPeers, schedule: Schedule.spaced(200).pipe(Schedule.upTo(peersWithin)) }),
    Effect.catchIf(
      ({ code }) => settings.replicas === undefined && chosen > 1 && (code === codes.noPeers || code === codes.notClustered || code === codes.noMemory),
      () => add(1)
    ),
    // Somebody else has made it meanwhile: whether its settings will do is looked at by whoever reads it.
    Effect.catchIf(
      ({ code }) => code === codes.otherSettings,
      (failure) => Effect.flatMap(look(connection), (found) => (found === undefined ? failure : Effect.succeed(found)))
    )
  )
}

type Fixed = Pick<StreamConfig, "name" | "num_replicas" | "subjects" | "storage" | "retention" | "discard" | "max_age" | "max_bytes">

const configOf = ({ names, packages }: Connection, replicas: number): Fixed & Partial<StreamConfig> => ({
  name: names.stream,
  subjects: [names.log],
  storage: packages.StorageType.Memory,
  retention: packages.RetentionPolicy.Limits,
  discard: packages.DiscardPolicy.Old,
  max_age: packages.nanos(keptFor),
  max_bytes: keptBytes,
  num_replicas: replicas
})

/** What of a log's settings is not as it has to be, in words; `undefined` where all is. On how many servers it is kept does not matter. */
export const difference = (connection: Connection, { config }: StreamInfo): string | undefined => {
  const wanted = configOf(connection, 1)
  const all = [
    ["subjects", wanted.subjects, config.subjects],
    ["storage", wanted.storage, config.storage],
    ["retention", wanted.retention, config.retention],
    ["discard", wanted.discard, config.discard],
    ["max_age", wanted.max_age, config.max_age],
    ["max_bytes", wanted.max_bytes, config.max_bytes],
    ["max_msgs", -1, config.max_msgs],
    ["max_msg_size", -1, config.max_msg_size],
    ["max_msgs_per_subject", -1, config.max_msgs_per_subject]
  ] as const
  const found = all.find(([, one, other]) => JSON.stringify(one) !== JSON.stringify(other))
  return found === undefined ? undefined : `${found[0]} is ${JSON.stringify(found[2])} and not ${JSON.stringify(found[1])}`
}

/** Checks at the start that the engine keeps logs, and that this one is as it has to be; makes it where there is none. */
export const prepare = (connection: Connection): Effect.Effect<void, EngineError> => {
  const { manager, names, settings } = connection
  const failed = (reason: EngineError["reason"], detail: string) => new EngineError({ reason, servers: settings.servers, detail })
  return Effect.zipRight(call(connection, () => manager.getAccountInfo()), lookOrMake(connection)).pipe(
    Effect.retry({ while: isElecting, schedule: Schedule.spaced(200).pipe(Schedule.upTo(startWithin)) }),
    Effect.mapError((failure) => {
      const { code, detail, name } = failure
      if (isElecting(failure)) return failed("unreachable", "JetStream does not answer: too few of its servers may be running")
      if (name === "JetStreamNotEnabled") return failed("no-jetstream", "it does not keep logs (JetStream)")
      if (isDenied(detail)) return failed("refused", `the credentials do not allow it: ${detail}`)
      return code === undefined ? failed("refused", detail) : failed("unable", `${detail} (JetStream ${code})`)
    }),
    Effect.flatMap((info) => {
      const other = difference(connection, info)
      return other === undefined ? Effect.void : failed("differs", `its stream ${names.stream} has other settings: ${other}`)
    })
  )
}
