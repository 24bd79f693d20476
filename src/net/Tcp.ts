import type * as Net from "node:net"
import { formatAddress } from "./address.ts"
import { ByteStream } from "./ByteStream.ts"

/** The limits of one TCP connection. */
export interface TcpOptions {
  /** How many bytes wait for a busy reader before the peer has to wait. */
  readonly maxUnheard: number
  /** How long the connection is idle before the system probes whether the peer is still there (`SO_KEEPALIVE`), ms. */
  readonly tcpKeepalive: number
}

/**
 * A {@link Connection} over a TCP socket. It can lend its socket for a while, to
 * node:http or node:tls.
 */
export class Tcp extends ByteStream {
  readonly #socket: Net.Socket

  /** Takes over a connected socket, which must have been made with `allowHalfOpen`. */
  constructor(socket: Net.Socket, { maxUnheard, tcpKeepalive }: TcpOptions) {
    super(socket, formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0), maxUnheard)
    this.#socket = socket
    socket.setNoDelay(true)
    // TCP keepalive: a peer behind a cut cable is noticed even when neither side says anything.
    socket.setKeepAlive(true, tcpKeepalive)
  }

  /** The IP address of the socket's other end. */
  get peer(): string {
    return this.#socket.remoteAddress ?? ""
  }

  /** The client behind a proxy has this address: from now on, the connection has it. */
  present(host: string, port: number): void {
    this.address = formatAddress(host, port)
  }

  /** Puts bytes that were read back: they are read again, before all others. */
  putBack(bytes: Uint8Array): void {
    this.reader.putBack(bytes)
  }

  /**
   * Lends the socket, paused, to another protocol. The bytes that have come and
   * were not read are put back into the socket, behind `heard`: bytes that were
   * read and are to be read again. `undefined` where the FIN has come already, or
   * the connection is gone: nothing can be put back then.
   *
   * - node:http: `server.emit("connection", socket)`, then `socket.resume()` in the same turn.
   * - node:tls: `new TLSSocket(socket, ...)`, and the socket is never resumed: TLS itself reads what was put back.
   *
   * No fiber should be waiting in `read` meanwhile: it would get none of the lent
   * bytes, and wait on for what comes after {@link takeBack}.
   */
  lend(heard: ReadonlyArray<Uint8Array> = []): Net.Socket | undefined {
    const unread = this.reader.detach()
    if (unread === undefined) return undefined
    for (const chunk of [...heard, ...unread].reverse()) this.#socket.unshift(chunk)
    return this.#socket
  }

  /** Takes the lent socket back. `head`, the bytes that the borrower has read and not used, is read first. */
  takeBack(head: Uint8Array): void {
    this.#socket.setTimeout(0)
    this.reader.attach(head)
  }
}
