import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Connection } from "../net/Connection.ts"
import type { ConnectionLost } from "../net/Errors.ts"

/** The code of a failure where a server is reached, and not trusted to be the one that is meant; the reason says why. */
export const untrusted = "untrusted"

/**
 * The code of a failure where TLS is asked for and what answers does not speak it; the reason says so. A server that is
 * closing, or too busy, answers so as well, in clear: who was there tries again.
 */
export const noTls = "no-tls"

/** Transport: how a server is reached, over TCP (`TcpDial.layer`) or anything else that carries bytes. */
export class Dial extends Context.Tag("brusio/Dial")<Dial, {
  /** Opens a connection that is closed with the scope. A failure carries the system's error code, such as `ECONNREFUSED`; `untrusted` or `no-tls`, or `no-answer` with the words of a server that lets nobody in, as its reason. */
  readonly dial: (host: string, port: number) => Effect.Effect<Connection, ConnectionLost, Scope.Scope>
}>() {}
