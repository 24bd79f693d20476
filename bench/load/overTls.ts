import type { Socket } from "node:net"
import { connect, type TLSSocket } from "node:tls"

/** TLS over a socket, whoever answers at its other end. It can be reset as a socket without. */
export const overTls = (socket: Socket): TLSSocket => {
  const clear = connect({ socket, rejectUnauthorized: false })
  clear.resetAndDestroy = () => {
    socket.resetAndDestroy()
    return clear
  }
  return clear
}
