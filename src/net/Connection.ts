import type * as Net from "node:net"
import * as Effect from "effect/Effect"
import type { ReadError } from "./Errors.ts"
import { type Read, Reader } from "./Reader.ts"

/** What a connection may cost. */
export interface ConnectionOptions {
  /** How many bytes wait for a busy reader before the peer has to wait. */
  readonly maxUnheard: number
  /** How long it is quiet before the system asks whether the peer is still there, ms. */
  readonly tcpKeepalive: number
}

/**
 * A peer over TCP: bytes in, as {@link Reader} says; bytes out, in order.
 * Reading never ends writing: a peer that has ended its half can still be told
 * goodbye.
 */
export class Connection {
  /** `address:port` of the peer. */
  readonly address: string
  readonly #socket: Net.Socket
  readonly #reader: Reader

  constructor(socket: Net.Socket, { maxUnheard, tcpKeepalive }: ConnectionOptions) {
    this.#socket = socket
    this.#reader = new Reader(socket, maxUnheard)
    this.address = formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0)
    socket.setNoDelay(true)
    // A peer behind a cut cable is noticed also when neither side says anything.
    socket.setKeepAlive(true, tcpKeepalive)
  }

  /** The peer's address without its port. */
  get host(): string {
    return this.address.slice(0, this.address.lastIndexOf(":"))
  }

  /** For how long nothing has come from the peer, ms. One that has to wait, or has ended, is not silent. */
  get silentFor(): number {
    return this.#reader.silentFor
  }

  /** Whether the peer can still be written to. */
  get writable(): boolean {
    return this.#socket.writable
  }

  /** Bytes written that the system has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength
  }

  /** The next bytes, or a silence, or why nothing more can be read: see {@link Reader.read}. */
  read(patience?: number): Effect.Effect<Read> {
    return this.#reader.read(patience)
  }

  /** Reads nothing for `ms`: see {@link Reader.pause}. */
  pause(ms: number, quiet?: number): Effect.Effect<void, ReadError> {
    return this.#reader.pause(ms, quiet)
  }

  /** Ends the reading with this error, at once: for what this side decides about the peer. */
  stopReading(error: ReadError): void {
    this.#reader.stop(error)
  }

  /** Hands bytes to the system, in order and without waiting. */
  write(bytes: Uint8Array | string): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  /** Waits until the system has taken all that was written, or the connection is gone. */
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

  /** Ends this side's half after all that was written, without waiting. */
  finish(): void {
    this.#socket.end()
  }

  /**
   * Ends this side's half after all that was written, waits until the peer has
   * ended its own, `grace` ms at most, and is gone then in any case.
   */
  close(grace: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const stop = this.#leave(grace, () => {
        resume(Effect.void)
      })
      return Effect.sync(stop)
    })
  }

  /** The same, without waiting for it. */
  linger(grace: number): void {
    this.#leave(grace, ignore)
  }

  /** Ends both halves now, whatever is on its way. */
  get destroy(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.#socket.destroy()
    })
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

/** `host:port`, with an IPv6 host in brackets and an IPv4 host as itself. */
export const formatAddress = (host: string, port: number): string => {
  const plain = host.startsWith("::ffff:") ? host.slice("::ffff:".length) : host
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`
}

const ignore = () => undefined
