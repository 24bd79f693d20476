import * as Effect from "effect/Effect"
import type { Dial } from "../client/Dial.ts"
import { formatAddress } from "../net/address.ts"
import type { Connection, Read } from "../net/Connection.ts"
import { ConnectionLost, EndOfInput, type ReadError } from "../net/Errors.ts"
import { Inbox, silence } from "../net/Inbox.ts"
import { type Wait, waited } from "../net/Wait.ts"
import { normal, openSocket } from "./socket.ts"

const utf8 = { decoder: new TextDecoder(), encoder: new TextEncoder() }

/** While more bytes than these wait for the network, `drained` waits. */
const highWater = 65_536

/** How often it is looked whether they have gone, ms: a WebSocket tells nobody when it does. */
const lookEvery = 50

/** A {@link Connection} over a browser's WebSocket: each line is a text message. */
class WebSocketWire implements Connection {
  readonly address: string
  readonly host: string
  readonly secure: boolean
  readonly #socket: WebSocket
  // The browser goes on reading whatever is done here, so back-pressure ends at this inbox: the client above it is the bound.
  readonly #inbox = new Inbox(Number.MAX_SAFE_INTEGER)
  #heardAt = performance.now()
  #ended: ReadError | undefined
  #wake: (() => void) | undefined

  constructor(socket: WebSocket, host: string, port: number) {
    this.#socket = socket
    this.host = host
    this.address = formatAddress(host, port)
    this.secure = socket.url.startsWith("wss:")
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      this.#heardAt = performance.now()
      if (typeof data === "string") this.#inbox.add(utf8.encoder.encode(`${data}\n`))
      this.#wake?.()
    })
    socket.addEventListener("close", ({ wasClean }) => {
      this.#end(wasClean ? new EndOfInput() : new ConnectionLost({ code: "closed" }))
    })
  }

  get silentFor(): number {
    return this.#ended === undefined ? performance.now() - this.#heardAt : 0
  }

  get writable(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  get backlog(): number {
    return this.#socket.bufferedAmount
  }

  read(patience?: number): Effect.Effect<Read> {
    return Effect.async<Read>((resume) => {
      let timer: number | undefined
      const look = () => {
        const next = this.#inbox.take(false) ?? this.#ended
        if (next === undefined) return false
        stop()
        resume(Effect.succeed(next))
        return true
      }
      const stop = () => {
        clearTimeout(timer)
        this.#wake = undefined
      }
      if (look()) return undefined
      this.#wake = look
      if (patience !== undefined) {
        timer = window.setTimeout(() => {
          stop()
          resume(Effect.succeed(silence))
        }, patience)
      }
      return Effect.sync(stop)
    })
  }

  pause(wait: Wait): Effect.Effect<void, ReadError> {
    return waited(wait)
  }

  attend(wait: Wait): Effect.Effect<void, ReadError> {
    return waited(wait)
  }

  get unreadBytes(): number {
    return this.#inbox.size
  }

  get unread(): ReadonlyArray<Uint8Array | typeof silence> {
    return []
  }

  hearOut(): void {
    // What has come is in memory, and read at once.
  }

  presumeLost(error: ConnectionLost): void {
    this.#end(error)
  }

  stopReading(error: ReadError): void {
    this.#inbox.clear()
    this.#ended = error
    this.#wake?.()
  }

  write(bytes: Uint8Array | string): void {
    if (!this.writable) return
    const lines = typeof bytes === "string" ? bytes : utf8.decoder.decode(bytes)
    for (const line of lines.split("\n")) if (line !== "") this.#socket.send(line)
  }

  get drained(): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const isDone = () => this.#socket.bufferedAmount <= highWater || !this.writable
      if (isDone()) {
        resume(Effect.void)
        return undefined
      }
      const timer = window.setInterval(() => {
        if (!isDone()) return
        clearInterval(timer)
        resume(Effect.void)
      }, lookEvery)
      return Effect.sync(() => {
        clearInterval(timer)
      })
    })
  }

  finish(): void {
    this.#socket.close(normal)
  }

  close(grace: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const done = () => {
        clearTimeout(timer)
        resume(Effect.void)
      }
      const timer = window.setTimeout(done, grace)
      if (this.#socket.readyState === WebSocket.CLOSED) {
        done()
        return
      }
      this.#socket.addEventListener("close", done, { once: true })
      this.finish()
    })
  }

  linger(): void {
    this.finish()
  }

  get destroy(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.finish()
    })
  }

  #end(error: ReadError): void {
    this.#ended ??= error
    this.#wake?.()
  }
}

/** How a page reaches the server that it came from. `opened` is told of every WebSocket, so that the page can close the last one when it goes. */
export const makeDial = (opened: (socket: WebSocket) => void): Dial["Type"] => ({
  dial: (host, port) =>
    openSocket("/", (socket) => {
      opened(socket)
      return new WebSocketWire(socket, host, port)
    })
})
