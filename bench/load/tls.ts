import { connect, createSecureContext, type TLSSocket } from "node:tls"
import type { NetConnectOpts } from "node:net"
import { Fault } from "./Fault.ts"

/** What the clients ask for, whoever the server is: so all servers compute the same. */
export const asked = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", group: "X25519" } as const

/** Makes connections over TLS, see {@link asked}. */
export type ConnectTls = (where: NetConnectOpts, connected: () => void) => TLSSocket

/** One context is for all connections: to make one takes longer than a handshake. Throws a `Fault` where something else was agreed on than asked. */
export const makeTls = (): ConnectTls => {
  const secureContext = createSecureContext({ minVersion: asked.version, maxVersion: asked.version, ciphers: asked.cipher, ecdhCurve: asked.group })
  return (where, connected) => {
    const socket: TLSSocket = connect({ ...where, secureContext, rejectUnauthorized: false }, () => {
      const { name } = socket.getCipher()
      if (socket.getProtocol() !== asked.version || name !== asked.cipher) throw new Fault(`${String(socket.getProtocol())} and ${name} were agreed on`)
      connected()
    })
    return socket
  }
}
