import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Connection } from "../../net/Connection.ts"
import { silence } from "../../net/Inbox.ts"
import type { ServerOptions } from "../ServerConfig.ts"
import type { Dialect, Interpreter } from "../dialect/Dialect.ts"
import { detect, type Kind, settle } from "./detect.ts"
import { native, NativeInterpreter } from "../dialect/native.ts"
import { greeting, plain } from "../dialect/plain.ts"
import { PlainInterpreter } from "../dialect/PlainInterpreter.ts"
import { refusing } from "./foreign.ts"

/** How a client speaks, and what it has sent so far, read by read. */
export interface Recognised {
  readonly dialect: Dialect
  readonly interpreter: Interpreter
  readonly chunks: ReadonlyArray<Uint8Array>
}

/**
 * Waits until a connection's first bytes tell its dialect. One that says
 * nothing is greeted and asked for a name, once; or, where it is not to be let
 * in, taken for a plain one.
 */
export const recognise = Effect.fnUntraced(function* (connection: Connection, config: ServerOptions, greets = true) {
  const chunks: Array<Uint8Array> = []
  let greeted = false
  let kind: Kind | undefined
  let decideBy = 0
  while (kind === undefined) {
    const now = yield* Clock.currentTimeMillis
    const patience = chunks.length > 0 ? Math.max(0, decideBy - now) : greeted ? undefined : config.greetAfter
    const bytes = yield* connection.read(patience)
    // What had come before the end of the input still counts: the end is read again by the session.
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
      if (chunks.length === 0) decideBy = (yield* Clock.currentTimeMillis) + config.detectWithin
      chunks.push(bytes)
      kind = detect(Buffer.concat(chunks))
    }
  }
  return { ...speaker(kind, config, greeted), chunks } satisfies Recognised
})

const speaker = (kind: Kind, config: ServerOptions, greeted: boolean): Omit<Recognised, "chunks"> => {
  switch (kind) {
    case "native":
      return { dialect: native, interpreter: new NativeInterpreter(config) }
    case "plain":
      return { dialect: plain, interpreter: new PlainInterpreter(config, greeted) }
    default:
      return { dialect: plain, interpreter: refusing(kind) }
  }
}
