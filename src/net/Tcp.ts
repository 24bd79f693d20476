import type * as Net from "node:net"
import type { TLSSocket } from "node:tls"
import { constVoid } from "effect/Function"
import { formatAddress } from "./address.ts"
import { isLoopback } from "./addressRanges.ts"
import { ByteStream } from "./ByteStream.ts"
import { ConnectionLost, type ReadError } from "./Errors.ts"

/** The limits of one TCP connection. */
export interface TcpOptions {
  /** How many bytes wait for a busy reader before the peer has to wait. */
  readonly maxUnheard: number
  /** How long the connection is idle before the system probes whether the peer is still there (`SO_KEEPALIVE`), ms. */
  readonly tcpKeepalive: number
}

/** How the system says of a write that the connection is gone. */
const brokenPipe: ReadonlySet<string> = new Set(["ECONNABORTED", "ECONNRESET", "EPIPE", "ETIMEDOUT"])

/**
 * A {@link Connection} over a TCP socket. It can lend its socket for a while, to
 * node:http or node:tls.
 *
 * Invariants:
 * - A write that meets a RST does not destroy the socket, as Node does by itself.
 *   What had come before the RST is still in the system, and is read.
 * - A RST right behind data is read as lost. For Node it is the end of the input:
 *   where a hangup comes with the last data, libuv does not read on, and takes it for a FIN.
 *   Not so under TLS, where nothing can be asked of the socket.
 */
export class Tcp extends ByteStream {
  #socket: Net.Socket
  #isLent = false
  // The clear side of TLS, once the connection has come so far.
  #clear: TLSSocket | undefined
  #isPresented = false
  // A write has met the end of the connection: nothing is written any more.
  #isBroken = false

  /** Takes over a connected socket, which must have been made with `allowHalfOpen`. */
  constructor(socket: Net.Socket, { maxUnheard, tcpKeepalive }: TcpOptions) {
    super(socket, formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0), maxUnheard)
    this.#socket = socket
    socket.setNoDelay(true)
    // TCP keepalive: a peer behind a cut cable is noticed even when neither side says anything.
    socket.setKeepAlive(true, tcpKeepalive)
    this.#keepWhenBroken()
    // Before the reader's own listener.
    socket.prependListener("end", this.#meetReset)
  }

  /** The fingerprint of the certificate that the peer has shown, where it came with TLS: SHA-256, in hexadecimal digits. */
  get certificate(): string | undefined {
    return this.#clear?.getPeerX509Certificate()?.fingerprint256.replaceAll(":", "").toLowerCase()
  }

  /** Whether others could read the bytes on their way: they come from another machine, and not encrypted. Of what a proxy has brought, it is not known. */
  get exposed(): boolean {
    return !this.secure && !this.#isPresented && !isLoopback(this.peer)
  }

  /** The port of this end. */
  get port(): number | undefined {
    return this.#socket.localPort
  }

  /** The IP address of the socket's other end. */
  get peer(): string {
    return this.#socket.remoteAddress ?? ""
  }

  /** The client behind a proxy has this address: from now on, the connection has it. */
  present(host: string, port: number): void {
    this.#isPresented = true
    this.address = formatAddress(host, port)
  }

  /** Whether a proxy has said who the client is: how the client came to the proxy is not known. */
  get isPresented(): boolean {
    return this.#isPresented
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
   * - node:tls: `new TLSSocket(socket, ...)`, and the socket is never resumed: TLS itself reads what was put back ({@link goOnEncrypted}).
   *
   * No fiber should be waiting in `read` meanwhile: it would get none of the lent
   * bytes, and wait on for what comes after {@link takeBack}.
   */
  lend(heard: ReadonlyArray<Uint8Array> = []): Net.Socket | undefined {
    const unread = this.reader.detach()
    if (unread === undefined) return undefined
    this.#isLent = true
    this.#socket.off("end", this.#meetReset)
    for (const chunk of [...heard, ...unread].reverse()) this.#socket.unshift(chunk)
    return this.#socket
  }

  /** Takes the lent socket back. `head`, the bytes that the borrower has read and not used, is read first. */
  takeBack(head: Uint8Array): void {
    this.#isLent = false
    this.#socket.setTimeout(0)
    if (this.#socket.readableEnded) this.#meetReset()
    this.reader.attach(head)
    this.#socket.prependListener("end", this.#meetReset)
  }

  /** Takes back the socket that was lent to TLS: what is read and written from now on goes over its clear side. */
  goOnEncrypted(clear: TLSSocket): void {
    this.#isLent = false
    this.secure = true
    this.#socket = clear
    this.#clear = clear
    this.goOnOver(clear)
    this.#keepWhenBroken()
  }

  override get writable(): boolean {
    return super.writable && !this.#isBroken
  }

  /** While the socket is lent, nothing of this side's is written: it would land in the middle of what the borrower says. */
  override write(bytes: Uint8Array | string): void {
    if (!this.#isLent && !this.#isBroken) super.write(bytes)
  }

  /** While the socket is lent, no fiber reads that could end: the socket is destroyed, and the borrower notices. */
  override stopReading(error: ReadError): void {
    super.stopReading(error)
    if (this.#isLent) this.#socket.destroy()
  }

  /** As {@link stopReading} while the socket is lent. */
  override presumeLost(error: ConnectionLost): void {
    super.presumeLost(error)
    if (this.#isLent) this.#socket.destroy()
  }

  // Writes nothing, which sends nothing: the system answers with the RST, if one has come, and with EPIPE where a FIN came before it.
  readonly #meetReset = (): void => {
    const socket = this.#socket
    if (socket.writable && socket.writableLength === 0) socket.write(nothing)
  }

  // Takes the place of what the socket does with what is written to it. A borrower of the socket meets its errors itself.
  #keepWhenBroken(): void {
    const socket = this.#socket
    const write = socket._write.bind(socket)
    const writeAll = socket._writev?.bind(socket)
    // Node calls back with the same function each time: one is made for all writes, not one for each.
    let last: Written | undefined
    let kept: Written = constVoid
    const written = (done: Written): Written => {
      if (done !== last) {
        last = done
        kept = (error) => {
          done(this.#isKept(error) ? null : error)
        }
      }
      return kept
    }
    socket._write = (chunk, encoding, done) => {
      if (this.#isBroken) done()
      else write(chunk, encoding, written(done))
    }
    if (writeAll === undefined) return
    socket._writev = (chunks, done) => {
      if (this.#isBroken) done()
      else writeAll(chunks, written(done))
    }
  }

  #isKept(error: NodeJS.ErrnoException | null | undefined): boolean {
    const code = error?.code
    if (code === undefined || this.#isLent || !brokenPipe.has(code)) return false
    this.#isBroken = true
    this.reader.expectEnd(new ConnectionLost({ code }))
    return true
  }
}

const nothing = new Uint8Array(0)

type Written = (error?: NodeJS.ErrnoException | null) => void
