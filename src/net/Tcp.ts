import type * as Net from "node:net"
import * as Effect from "effect/Effect"
import { formatAddress } from "./address.ts"
import type { Connection, Read } from "./Connection.ts"
import type { ReadError } from "./Errors.ts"
import { Reader } from "./Reader.ts"

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
export class Tcp implements Connection {
  readonly address: string
  readonly secure = false
  readonly #socket: Net.Socket
  readonly #reader: Reader

  constructor(socket: Net.Socket, { maxUnheard, tcpKeepalive }: TcpOptions) {
    this.#socket = socket
    this.#reader = new Reader(socket, maxUnheard)
    this.address = formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0)
    socket.setNoDelay(true)
    // A peer behind a cut cable is noticed also when neither side says anything.
    socket.setKeepAlive(true, tcpKeepalive)
  }

  get host(): string {
    return this.address.slice(0, this.address.lastIndexOf(":"))
  }

  get silentFor(): number {
    return this.#reader.silentFor
  }

  get writable(): boolean {
    return this.#socket.writable
  }

  get backlog(): number {
    return this.#socket.writableLength
  }

  read(patience?: number): Effect.Effect<Read> {
    return this.#reader.read(patience)
  }

  pause(ms: number, quiet?: number): Effect.Effect<void, ReadError> {
    return this.#reader.pause(ms, quiet)
  }

  stopReading(error: ReadError): void {
    this.#reader.stop(error)
  }

  write(bytes: Uint8Array | string): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  get drained(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const socket = this.#socket
      if (socket.destroyed || !socket.writableNeedDrain) {
        resume(Effect.void)
        return
      }
      const stop = () => {
        socket.off("drain", done)
        socket.off("close", done)
      }
      const done = () => {
        stop()
        resume(Effect.void)
      }
      socket.on("drain", done)
      socket.on("close", done)
      return Effect.sync(stop)
    })
  }

  finish(): void {
    this.#socket.end()
  }

  close(grace: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const stop = this.#leave(grace, () => {
        resume(Effect.void)
      })
      return Effect.sync(stop)
    })
  }

  linger(grace: number): void {
    this.#leave(grace, ignore)
  }

  get destroy(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.#socket.destroy()
    })
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
    const unread = this.#reader.detach()
    if (unread === undefined) return undefined
    for (const chunk of [...heard, ...unread].reverse()) this.#socket.unshift(chunk)
    return this.#socket
  }

  /** Takes the socket that was lent again. `head`, what the borrower had read and not used, is read first. */
  takeBack(head: Uint8Array): void {
    this.#socket.setTimeout(0)
    this.#reader.attach(head)
  }

  #leave(grace: number, gone: () => void): () => void {
    const socket = this.#socket
    if (socket.destroyed) {
      gone()
      return ignore
    }
    // A timer of its own and not a fiber's: thousands may close at once.
    const timer = setTimeout(() => socket.destroy(), grace)
    const closed = () => {
      clearTimeout(timer)
      gone()
    }
    socket.once("close", closed)
    this.#reader.ignore()
    socket.end()
    return () => {
      clearTimeout(timer)
      socket.off("close", closed)
    }
  }
}

const ignore = () => undefined
