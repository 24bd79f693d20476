import type * as Net from "node:net"
import * as Effect from "effect/Effect"
import { ConnectionLost, EndOfInput, type ReadError } from "./Errors.ts"

/** Nothing was heard for as long as the reader wanted to wait. */
export const silence = Symbol("silence")

/** What came of reading. */
export type Read = Uint8Array | typeof silence | ReadError

/** What a connection may cost. */
export interface ConnectionOptions {
  /** How many bytes wait for a busy reader before the peer has to wait. */
  readonly inboxBytes: number
  /** How long it is quiet before the system asks whether the peer is still there, ms. */
  readonly probeAfter: number
}

/**
 * A peer over TCP: bytes in, pulled by one reader; bytes out, in order.
 *
 * What holds, in every state of the socket:
 * - The socket has an `error` listener from the moment it gets here.
 * - Only so much waits for the reader; then the peer has to.
 * - The socket goes on reading while the reader is busy, so an end or a reset is noticed at once.
 * - Reading never ends writing: a peer that has ended its half can still be told goodbye.
 */
export class Connection {
  /** `address:port` of the peer. */
  readonly address: string
  readonly #socket: Net.Socket
  readonly #inboxLimit: number
  #inbox: Array<Uint8Array> = []
  #inboxBytes = 0
  #heardAt = performance.now()
  #ended: ReadError | undefined
  #wake: (() => void) | undefined
  #broken: (() => void) | undefined

  constructor(socket: Net.Socket, { inboxBytes, probeAfter }: ConnectionOptions) {
    this.#socket = socket
    this.#inboxLimit = inboxBytes
    this.address = formatAddress(socket.remoteAddress ?? "unknown", socket.remotePort ?? 0)
    socket.setNoDelay(true)
    // A peer behind a cut cable is noticed also when neither side says anything.
    socket.setKeepAlive(true, probeAfter)
    socket.on("data", (chunk: Uint8Array) => {
      if (this.#ended !== undefined) return
      this.#heardAt = performance.now()
      this.#inbox.push(chunk)
      this.#inboxBytes += chunk.length + chunkBytes
      if (this.#inboxBytes >= this.#inboxLimit) socket.pause()
      this.#wake?.()
    })
    socket.on("end", () => {
      this.#end(new EndOfInput())
    })
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // One that had ended in order just reads no more: what it had said counts.
      if (this.#ended?._tag === "EndOfInput") return
      // What a peer that is gone had said last is not worth the wait for it.
      this.#inbox = []
      this.#end(new ConnectionLost({ code: error.code ?? error.message }))
      this.#broken?.()
    })
    socket.on("close", () => {
      this.#end(new ConnectionLost({ code: "closed" }))
      if (this.#ended?._tag !== "EndOfInput") this.#broken?.()
    })
  }

  /** The peer's address without its port. */
  get host(): string {
    return this.address.slice(0, this.address.lastIndexOf(":"))
  }

  /** For how long nothing has come from the peer, ms. One that has to wait, or has ended, is not silent. */
  get silentFor(): number {
    return this.#ended !== undefined || this.#socket.isPaused() ? 0 : performance.now() - this.#heardAt
  }

  /** Whether the peer can still be written to. */
  get writable(): boolean {
    return this.#socket.writable
  }

  /** Bytes written that the system has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength
  }

  /**
   * The next bytes, or {@link silence} after `patience` ms without any, or why
   * nothing more can be read. What had come before the end is read before the
   * end is.
   *
   * Thousands wait here at once, so little is kept of each: the end is a value
   * and not a failure, and a reader that is interrupted is just never woken.
   */
  read(patience?: number): Effect.Effect<Read> {
    return Effect.suspend(() =>
      this.#inbox.length > 0 || this.#ended !== undefined ? Effect.succeed(this.#take()) : this.#arrival(patience)
    )
  }

  /** Reads nothing for `ms`, but fails at once when what was said last is of no use any more. */
  pause(ms: number): Effect.Effect<void, ReadError> {
    return Effect.zipRight(
      Effect.async<void>((resume) => {
        const go = () => {
          clearTimeout(timer)
          this.#broken = undefined
          resume(Effect.void)
        }
        const timer = setTimeout(go, ms)
        this.#broken = go
        return Effect.sync(() => {
          clearTimeout(timer)
          this.#broken = undefined
        })
      }),
      Effect.suspend(() =>
        this.#ended === undefined || this.#ended._tag === "EndOfInput" ? Effect.void : Effect.fail(this.#ended)
      )
    )
  }

  /** Ends the reading with this error, at once: for what this side decides about the peer. */
  stopReading(error: ReadError): void {
    this.#inbox = []
    this.#inboxBytes = 0
    this.#ended = error
    this.#wake?.()
    this.#broken?.()
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
    // What the peer still sends is of no use, but unread it would turn the end into a reset.
    this.#inbox = []
    this.#end(new ConnectionLost({ code: "closed" }))
    socket.removeAllListeners("data")
    socket.on("data", ignore)
    socket.resume()
    socket.end()
    return () => {
      clearTimeout(timer)
      socket.off("close", closed)
    }
  }

  #end(error: ReadError) {
    this.#ended ??= error
    this.#wake?.()
  }

  #take(): Read {
    const chunk = this.#inbox.shift()
    if (chunk === undefined) return this.#ended ?? silence
    this.#inboxBytes -= chunk.length + chunkBytes
    if (this.#inboxBytes < this.#inboxLimit && this.#socket.isPaused()) {
      this.#heardAt = performance.now()
      this.#socket.resume()
    }
    return chunk
  }

  #arrival(patience: number | undefined): Effect.Effect<Read> {
    return Effect.async<Read>((resume) => {
      const wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resume(Effect.succeed(this.#take()))
      }
      // What has come by now is read first: after a stall it is still in the system's hands.
      const lookOnce = () => {
        setImmediate(() => {
          if (this.#wake === wake) wake()
        })
      }
      const timer = patience === undefined ? undefined : setTimeout(lookOnce, patience)
      this.#wake = wake
    })
  }
}

/** What a chunk takes besides its bytes: a peer may send them one by one. */
const chunkBytes = 64

/** `host:port`, with an IPv6 host in brackets and an IPv4 host as itself. */
export const formatAddress = (host: string, port: number): string => {
  const plain = host.startsWith("::ffff:") ? host.slice("::ffff:".length) : host
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`
}

const ignore = () => undefined
