import { isIP } from "node:net"
import { connect } from "node:tls"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Connection } from "./Connection.ts"
import { dial } from "./dial.ts"
import { encrypt } from "./encrypt.ts"
import type { ConnectionLost } from "./Errors.ts"
import { fingerprintOf } from "./fingerprint.ts"

/** What a server shows of itself in a handshake. */
export interface Shown {
  /** The fingerprint of its key. */
  readonly fingerprint: string
  /** Why no authority that Node.js knows vouches for it, under the name that was dialled, as a code of Node's or OpenSSL's; `undefined` where one does. */
  readonly unvouched: string | undefined
}

/** A connection with TLS, and what the server has shown; `undefined`: no certificate. Whether it is trusted, the caller decides, before anything is said. */
export interface Secured {
  readonly connection: Connection
  readonly shown: Shown | undefined
}

/** Opens a TCP connection and takes it through the handshake of TLS, 1.2 and up. It is destroyed with its scope. Fails as `dial` does, or with the code of OpenSSL. */
export const dialTls = (host: string, port: number): Effect.Effect<Secured, ConnectionLost, Scope.Scope> =>
  Effect.gen(function* () {
    const connection = yield* dial(host, port)
    const clear = yield* encrypt(connection, [], {
      done: "secureConnect",
      wrap: (socket) => connect({ socket, minVersion: "TLSv1.2", rejectUnauthorized: false, ...(isIP(host) === 0 ? { servername: host } : { host }) })
    })
    const certificate = clear.getPeerX509Certificate()
    if (certificate === undefined) return { connection, shown: undefined }
    const unvouched = clear.authorized ? undefined : clear.authorizationError.toString().replace(/^Error: /u, "")
    return { connection, shown: { fingerprint: fingerprintOf(certificate), unvouched } }
  })

/** Whether a handshake has failed with this code because the other end speaks no TLS. */
export const isNoTls = (code: string): boolean =>
  code === "EPROTO" || /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|TLSV1_ALERT_PROTOCOL_VERSION|UNEXPECTED_MESSAGE|RECORD_LAYER_FAILURE)$/u.test(code)
