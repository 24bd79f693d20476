import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type { Connection, Read } from "./Connection.ts"
import type { ConnectionLost, ReadError } from "./Errors.ts"
import type { silence } from "./Inbox.ts"
import { Reader } from "./Reader.ts"
import type { Wait } from "./Wait.ts"

/** A {@link Connection} over a duplex stream of Node's, such as a socket. */
export class ByteStream implements Connection {
  #address: string
  protected readonly reader: Reader
  #stream: Duplex
  /** Whether the stream is the clear side of TLS. Only the connection itself sets it, when it {@link goOnOver | goes on over} one. */
  secure = false

  /** `maxUnheard`: back-pressure sets in when so many bytes wait for a busy reader; from then on the peer waits. */
  constructor(stream: Duplex, address: string, maxUnheard: number) {
    this.#stream = stream
    this.#address = address
    this.reader = new Reader(stream, maxUnheard)
  }

  get address(): string {
    return this.#address
  }

  /** Sets the peer's address, where another than the peer of the stream is behind it. */
  protected set address(address: string) {
    this.#address = address
  }

  /** Goes on over another stream, such as the clear side of TLS. The reader must be detached. */
  protected goOnOver(stream: Duplex): void {
    this.#stream = stream
    this.reader.attachTo(stream)
  }

  get host(): string {
    return this.address.slice(0, this.address.lastIndexOf(":"))
  }

  get silentFor(): number {
    return this.reader.silentFor
  }

  get unreadBytes(): number {
    return this.reader.unreadBytes
  }

  get writable(): boolean {
    return this.#stream.writable
  }

  get backlog(): number {
    return this.#stream.writableLength
  }

  read(patience?: number): Effect.Effect<Read> {
    return this.reader.read(patience)
  }

  pause(wait: Wait, quiet?: number): Effect.Effect<void, ReadError> {
    return this.reader.pause(wait, quiet)
  }

  get unread(): ReadonlyArray<Uint8Array | typeof silence> {
    return this.reader.unread
  }

  hearOut(ms: number): void {
    this.reader.hearOut(ms)
  }

  presumeLost(error: ConnectionLost): void {
    this.reader.lose(error)
  }

  attend(wait: Wait): Effect.Effect<void, ReadError> {
    return this.reader.attend(wait)
  }

  stopReading(error: ReadError): void {
    this.reader.stop(error)
  }

  write(bytes: Uint8Array | string): void {
    if (this.#stream.writable) this.#stream.write(bytes)
  }

  get drained(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const stream = this.#stream
      if (stream.destroyed || !stream.writableNeedDrain) {
        resume(Effect.void)
        return
      }
      const stop = () => {
        stream.off("drain", done)
        stream.off("close", done)
      }
      const done = () => {
        stop()
        resume(Effect.void)
      }
      stream.on("drain", done)
      stream.on("close", done)
      return Effect.sync(stop)
    })
  }

  finish(): void {
    this.#stream.end()
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
      this.#stream.destroy()
    })
  }

  #leave(grace: number, gone: () => void): () => void {
    const stream = this.#stream
    if (stream.destroyed) {
      gone()
      return ignore
    }
    // A plain timer instead of a fiber that sleeps: thousands may close at once.
    const timer = setTimeout(() => stream.destroy(), grace)
    const closed = () => {
      clearTimeout(timer)
      gone()
    }
    stream.once("close", closed)
    this.reader.ignore()
    stream.end()
    return () => {
      clearTimeout(timer)
      stream.off("close", closed)
    }
  }
}

const ignore = () => undefined
