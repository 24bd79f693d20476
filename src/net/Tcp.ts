import type * as Net from "node:net"
import { formatAddress } from "./address.ts"
import { ByteStream } from "./ByteStream.ts"

/** What a connection may cost. */
export interface TcpOptions {
  /** How many bytes wait for a busy reader before the peer has to wait. */
  readonly maxUnheard: number
  /** How long it is quiet before the system asks whether the peer is still there, ms. */
  readonly tcpKeepalive: number
}

/**
 * A connection over TCP, and the one that can give its socket away for a while,
 * to node:http or node:tls.
 */
export class Tcp extends ByteStream {
  readonly #socket: Net.Socket

  constructor(socket: Net.Socket, { maxUnheard, tcpKeepalive }: TcpOptions) {
    super(socket, formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0), maxUnheard)
    this.#socket = socket
    socket.setNoDelay(true)
    // A peer behind a cut cable is noticed also when neither side says anything.
    socket.setKeepAlive(true, tcpKeepalive)
  }

  /**
   * Gives the socket away, paused, to who goes on with it: what has come and was
   * not read is put back into it, behind `heard`, what was read and is to be
   * read again. `undefined` where the end has been read already, or the
   * connection is gone: nothing can be put back then.
   *
   * - node:http: `server.emit("connection", socket)`, then `socket.resume()` in the same turn.
   * - node:tls: `new TLSSocket(socket, ...)`, and the socket is never resumed: TLS itself reads what was put back.
   *
   * Nobody may be waiting in `read` meanwhile: who does is told nothing of what
   * was given away, and goes on waiting, for what comes after {@link takeBack}.
   */
  lend(heard: ReadonlyArray<Uint8Array> = []): Net.Socket | undefined {
    const unread = this.reader.detach()
    if (unread === undefined) return undefined
    for (const chunk of [...heard, ...unread].reverse()) this.#socket.unshift(chunk)
    return this.#socket
  }

  /** Takes the socket that was lent again. `head`, what the borrower had read and not used, is read first. */
  takeBack(head: Uint8Array): void {
    this.#socket.setTimeout(0)
    this.reader.attach(head)
  }
}
