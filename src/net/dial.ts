import * as Dns from "node:dns"
import * as Net from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ConnectionLost } from "./Errors.ts"
import { Tcp } from "./Tcp.ts"

// As the server's defaults in `ServerConfig`: the high-water mark of unread bytes, and the idle time before TCP keepalive, ms.
const limits = { maxUnheard: 65_536, tcpKeepalive: 30_000 }

// Without hints: by default Node asks for ADDRCONFIG, and the system then keeps the IPv6 addresses of a name to itself where
// the machine has link-local ones only.
const lookup: Net.LookupFunction = (hostname, options, found) => {
  Dns.lookup(hostname, { ...options, hints: 0 }, found)
}

/** Opens a TCP connection, which is destroyed with its scope. Fails with the system's code, such as `ECONNREFUSED`. */
export const dial = (host: string, port: number): Effect.Effect<Tcp, ConnectionLost, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Tcp, ConnectionLost>((resume) => {
      const socket = Net.connect({ host, port, lookup, allowHalfOpen: true })
      const failed = (error: NodeJS.ErrnoException) => {
        resume(Effect.fail(new ConnectionLost({ code: error.code ?? error.message })))
      }
      socket.once("error", failed)
      socket.once("connect", () => {
        const connection = new Tcp(socket, limits)
        socket.off("error", failed)
        resume(Effect.succeed(connection))
      })
      return Effect.sync(() => {
        socket.destroy()
      })
    }).pipe(Effect.interruptible),
    (connection) => connection.destroy
  )
