import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Connection } from "../../net/Connection.ts"
import { silence } from "../../net/Inbox.ts"
import { monotonicMillis } from "../clock.ts"
import type { Dialect } from "../dialect/Dialect.ts"
import { foreign } from "../dialect/foreign.ts"
import { native } from "../dialect/native.ts"
import { greeting, plain } from "../dialect/plain.ts"
import { ServerConfig, type ServerOptions } from "../ServerConfig.ts"
import type { Door, Recognised } from "../session/Session.ts"
import { detect, judge, type Kind, settle } from "./detect.ts"

/** The door of the open port, which knows every dialect that is spoken there. It is a service, so that another door can take its place. */
export class PortDoor extends Context.Tag("brusio/PortDoor")<PortDoor, Door>() {}

const nothing = new Uint8Array(0)

/** What is spoken to a connection that has not shown how it speaks. */
const unrecognised: Dialect = plain

/**
 * Waits until a connection's first bytes tell its dialect. A connection that
 * stays silent is greeted and asked for a name, once; without `greets` it is
 * taken for a plain one, as it is only to be turned away. Fails when the
 * connection breaks, or ends before it has sent anything.
 */
const recognise = Effect.fnUntraced(function* (connection: Connection, config: ServerOptions, greets: boolean) {
  const chunks: Array<Uint8Array> = []
  let greeted = false
  let kind: Kind | undefined
  let decideBy = 0
  while (kind === undefined) {
    const now = yield* monotonicMillis
    const patience = chunks.length > 0 ? Math.max(0, decideBy - now) : greeted ? undefined : config.greetAfter
    const bytes = yield* connection.read(patience)
    // Bytes that had come before the end of the input still count; the session reads the end again.
    const isEnd = bytes !== silence && !(bytes instanceof Uint8Array)
    if (isEnd && (bytes._tag !== "EndOfInput" || chunks.length === 0)) return yield* Effect.fail(bytes)
    if (bytes === silence || isEnd) {
      if (chunks.length > 0) {
        kind = settle(Buffer.concat(chunks))
      } else if (!greets) {
        kind = "plain"
      } else {
        greeted = true
        connection.write(greeting)
      }
    } else {
      if (chunks.length === 0) decideBy = (yield* monotonicMillis) + config.detectWithin
      chunks.push(bytes)
      kind = detect(Buffer.concat(chunks))
    }
  }
  return { ...speaker(judge(kind, chunks[0] ?? nothing), config, greeted), chunks } satisfies Recognised
})

const speaker = (kind: Kind, config: ServerOptions, greeted: boolean): Omit<Recognised, "chunks"> => {
  switch (kind) {
    case "native":
      return { dialect: native, interpreter: native.open(config, greeted) }
    case "plain":
      return { dialect: plain, interpreter: plain.open(config, greeted) }
    default:
      return { dialect: unrecognised, interpreter: foreign(kind) }
  }
}

/** The door with the dialects of this server. */
export const layer = Layer.effect(
  PortDoor,
  Effect.map(ServerConfig, (config): Door => ({ unrecognised, recognise: (connection, greets) => recognise(connection, config, greets) }))
)
