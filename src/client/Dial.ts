import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Connection } from "../net/Connection.ts"
import type { ConnectionLost } from "../net/Errors.ts"

/** How a server is reached: over TCP (`TcpDial.layer`), or whatever else carries bytes. */
export class Dial extends Context.Tag("brusio/Dial")<Dial, {
  /** Opens a connection, which is gone with its scope. A failure carries the system's code, such as `ECONNREFUSED`. */
  readonly dial: (host: string, port: number) => Effect.Effect<Connection, ConnectionLost, Scope.Scope>
}>() {}
