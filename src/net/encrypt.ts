import type * as Net from "node:net"
import type { TLSSocket } from "node:tls"
import * as Effect from "effect/Effect"
import { ConnectionLost } from "./Errors.ts"
import type { Tcp } from "./Tcp.ts"

/** What has to happen for a handshake to be over, and who it is that waits for it. */
export interface Handshake {
  /** Makes TLS of the socket: `new TLSSocket(socket, ...)`, or `connect({ socket, ... })`. */
  readonly wrap: (socket: Net.Socket) => TLSSocket
  /** The event of the TLS socket that says so: a client's certificate is checked only by then. */
  readonly done: "secure" | "secureConnect"
}

/**
 * The handshake of TLS over a connection, which goes on encrypted: whoever has the
 * connection reads and writes as before. `heard`: bytes that were read already, and
 * belong to the handshake. Succeeds with the socket, which tells of the peer's
 * certificate; the connection alone reads and writes there. Fails with the code of
 * Node or OpenSSL where the handshake has failed; the connection is gone then, as it is when this is interrupted.
 */
export const encrypt = (connection: Tcp, heard: ReadonlyArray<Uint8Array>, { done, wrap }: Handshake): Effect.Effect<TLSSocket, ConnectionLost> =>
  Effect.async<TLSSocket, ConnectionLost>((resume) => {
    const socket = connection.lend(heard)
    if (socket === undefined) {
      resume(Effect.fail(new ConnectionLost({ code: "closed" })))
      return undefined
    }
    const clear = wrap(socket)
    const stop = () => {
      clear.off(done, finished)
      clear.off("error", failed)
      clear.off("close", closed)
    }
    const fail = (error: ConnectionLost) => {
      stop()
      clear.on("error", ignore)
      clear.destroy()
      resume(Effect.fail(error))
    }
    const failed = (error: NodeJS.ErrnoException) => {
      fail(new ConnectionLost({ code: error.code ?? error.message, reason: error.message }))
    }
    const closed = () => {
      fail(new ConnectionLost({ code: "closed" }))
    }
    const finished = () => {
      stop()
      connection.goOnEncrypted(clear)
      resume(Effect.succeed(clear))
    }
    clear.on(done, finished)
    clear.on("error", failed)
    clear.on("close", closed)
    return Effect.sync(() => {
      stop()
      clear.on("error", ignore)
      clear.destroy()
    })
  })

const ignore = () => undefined
