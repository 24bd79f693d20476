import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type { Read } from "./Connection.ts"
import { ConnectionLost, EndOfInput, type ReadError } from "./Errors.ts"
import { Inbox, silence } from "./Inbox.ts"
import type { Wait } from "./Wait.ts"

/**
 * Reads from a peer, on demand of one reading fiber.
 *
 * Invariants, in every state of the socket:
 * - The socket has an `error` listener from the constructor on.
 * - What a listener throws is no uncaught exception: the reading fiber dies of it.
 * - Back-pressure: once the {@link Inbox} is full, the socket is paused and the peer has to wait.
 * - Until then the socket goes on reading while the fiber is busy, so a FIN or a RST is noticed at once.
 */
export class Reader {
  #socket: Duplex
  readonly #inbox: Inbox
  #hearOut: number | undefined
  // Ends the hearing out of a connection that has ended.
  #lastCall: NodeJS.Timeout | undefined
  #heardAt = performance.now()
  // When the silence began that is counted now: at the last arrival, or at the first read where nothing has come yet.
  #quietSince: number | undefined
  #ended: ReadError | undefined
  // Why the connection is gone, where a write has shown that before the end was read.
  #broken: ConnectionLost | undefined
  #isStopped = false
  #wake: (() => void) | undefined
  #arrived: (() => void) | undefined
  #stopped: (() => void) | undefined
  #isDetached = false
  // What a listener of the socket's has thrown: the reading fiber dies of it, as there is nobody else to tell.
  #defect: { readonly thrown: unknown } | undefined

  /** `maxUnheard`: how many bytes wait for a busy reader before the peer has to wait. */
  constructor(socket: Duplex, maxUnheard: number) {
    this.#socket = socket
    this.#inbox = new Inbox(maxUnheard)
    socket.on("error", this.#onError)
    this.#listen()
  }

  /** For how long nothing has come from the peer, ms; 0 for a peer that has to wait, has ended its half, or whose socket is lent. */
  get silentFor(): number {
    return this.#ended !== undefined || this.#isDetached || this.#socket.isPaused() ? 0 : performance.now() - this.#heardAt
  }

  /** How many bytes have come and have not been read yet, with the overhead of each chunk. */
  get unreadBytes(): number {
    return this.#inbox.size
  }

  /**
   * The next bytes, or {@link silence} after `patience` ms without any, or why
   * nothing more can be read. What had come before the end is read before the
   * end is, whether that is a FIN or a RST.
   *
   * Thousands of fibers wait here at once, so little is kept for each: the end is
   * a value and not a failure, and there is no finalizer: a read that is interrupted is just never resumed.
   */
  read(patience?: number): Effect.Effect<Read> {
    return Effect.suspend(() => {
      const next = this.#next(patience !== undefined)
      return next === undefined ? this.#arrival(patience) : this.#alive(next)
    })
  }

  /**
   * Reads nothing while it waits, but fails at once when {@link stop} ends the reading.
   * A silence of `quiet` ms meanwhile is kept, in its place between the bytes.
   */
  pause(wait: Wait, quiet?: number): Effect.Effect<void, ReadError> {
    return Effect.zipRight(
      Effect.async<void>((resume) => {
        let listening: NodeJS.Timeout | undefined
        let giveUp: () => void = ignore
        const stop = () => {
          giveUp()
          clearTimeout(listening)
          this.#stopped = undefined
          this.#arrived = undefined
        }
        const go = () => {
          stop()
          resume(Effect.void)
        }
        const listen = (quiet: number) => {
          clearTimeout(listening)
          const mine = setTimeout(() => {
            afterArrivals(
              this.#guarded(() => {
                if (listening === mine && this.#stopped === go && !this.#socket.isPaused()) this.#inbox.addSilence()
              })
            )
          }, this.#untilQuietFor(quiet))
          listening = mine
        }
        this.#stopped = go
        if (quiet !== undefined) {
          this.#arrived = () => {
            listen(quiet)
          }
          listen(quiet)
        }
        giveUp = wait(go)
        return Effect.sync(stop)
      }),
      Effect.suspend(() => (this.#ended !== undefined && this.#isStopped ? this.#dead(this.#ended) : Effect.void))
    )
  }

  /** Puts bytes that were read, and belong to whoever reads next, back to the front. */
  putBack(bytes: Uint8Array): void {
    this.#inbox.putBack(bytes)
  }

  /** Reads nothing while it waits, but fails at once when nothing is left to be read, and nothing more can come. */
  attend(wait: Wait): Effect.Effect<void, ReadError> {
    return Effect.async<void, ReadError>((resume) => {
      let giveUp: () => void = ignore
      const stop = () => {
        giveUp()
        this.#wake = undefined
      }
      const look = () => {
        if (this.#ended === undefined || !(this.#isStopped || this.#inbox.isEmpty)) return
        stop()
        resume(this.#dead(this.#ended))
      }
      this.#wake = look
      giveUp = wait(() => {
        stop()
        resume(Effect.void)
      })
      look()
      return Effect.sync(stop)
    })
  }

  /** What has come and was not read, in order, with the silences in between. */
  get unread(): ReadonlyArray<Uint8Array | typeof silence> {
    return this.#inbox.items
  }

  /** Bounds how long what had come is still read after the end, ms. */
  hearOut(ms: number): void {
    this.#hearOut = ms
  }

  /** Ends the reading as a break of the connection does: what had come is still read. */
  lose(error: ConnectionLost): void {
    this.#end(error)
  }

  /**
   * The connection is gone, as a write has shown: what had come before is still read, wherever it is, and then the end is `error`.
   * EPIPE does not tell how the connection has ended: on Linux a FIN came before the RST. The reading shows that.
   */
  expectEnd(error: ConnectionLost): void {
    if (this.#ended !== undefined || this.#broken !== undefined) return
    if (error.code !== "EPIPE") this.#broken = error
    this.#startLastCall(error)
  }

  /** Ends the reading with this error, at once: what was not read never is. This side has decided to end the connection. */
  stop(error: ReadError): void {
    this.#ended = error
    this.#isStopped = true
    clearTimeout(this.#lastCall)
    this.#wake?.()
    this.#stopped?.()
  }

  /** Reads and drops all that the peer still sends: a socket that is closed with unread bytes sends a RST instead of a FIN. */
  ignore(): void {
    this.#inbox.clear()
    this.#end(new ConnectionLost({ code: "closed" }))
    clearTimeout(this.#lastCall)
    // A lent socket is read to its end by the borrower.
    if (this.#isDetached) return
    this.#socket.off("data", this.#onData)
    this.#socket.on("data", ignore)
    this.#socket.resume()
  }

  /**
   * Takes all listeners off the socket, pauses it, and returns what has come and
   * was not read, in order. Where nothing more can be read, it returns `undefined`
   * and changes nothing.
   */
  detach(): ReadonlyArray<Uint8Array> | undefined {
    const socket = this.#socket
    if (this.#isDetached || this.#ended !== undefined || socket.readableEnded || socket.destroyed) return undefined
    this.#isDetached = true
    socket.pause()
    socket.on("error", ignore)
    socket.off("error", this.#onError)
    socket.off("data", this.#onData)
    socket.off("end", this.#onEnd)
    socket.off("close", this.#onClose)
    return this.#inbox.empty()
  }

  /** Undoes {@link detach}; the bytes of `head` are read first. A FIN, an error or a close of the socket meanwhile is read as if it happened now. */
  attach(head: Uint8Array): void {
    if (!this.#isDetached) return
    this.#socket.on("error", this.#onError)
    this.#socket.off("error", ignore)
    this.#reattach(head)
  }

  /** Reads from another stream from now on, of which the detached socket is a part: its end, and its errors, are read there. */
  attachTo(socket: Duplex): void {
    if (!this.#isDetached) return
    socket.on("error", this.#onError)
    this.#socket = socket
    this.#reattach(nothing)
  }

  #reattach(head: Uint8Array): void {
    const socket = this.#socket
    this.#isDetached = false
    this.#listen()
    if (head.length > 0) this.#onData(head)
    if (socket.errored !== null) this.#onError(socket.errored)
    if (socket.readableEnded) this.#onEnd()
    if (socket.destroyed) this.#onClose()
    // Silences count from now on: meanwhile, the borrower has read what the peer sent.
    this.#listenFrom(performance.now())
    if (!this.#inbox.isFull) socket.resume()
  }

  #listen(): void {
    this.#socket.on("data", this.#onData)
    this.#socket.on("end", this.#onEnd)
    this.#socket.on("close", this.#onClose)
  }

  #guarded<A extends ReadonlyArray<unknown>>(listener: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        listener(...args)
      } catch (thrown) {
        this.#defect ??= { thrown }
        // It may be what has come that cannot be dealt with.
        this.#inbox.clear()
        this.stop(new ConnectionLost({ code: "internal-error" }))
      }
    }
  }

  #alive(read: Read): Effect.Effect<Read> {
    return this.#defect === undefined ? Effect.succeed(read) : Effect.die(this.#defect.thrown)
  }

  #dead(error: ReadError): Effect.Effect<never, ReadError> {
    return this.#defect === undefined ? Effect.fail(error) : Effect.die(this.#defect.thrown)
  }

  readonly #onData = this.#guarded((chunk: Uint8Array): void => {
    if (this.#ended !== undefined) return
    this.#listenFrom(performance.now())
    this.#inbox.add(chunk)
    if (this.#inbox.isFull) this.#socket.pause()
    this.#wake?.()
    this.#arrived?.()
  })

  readonly #onEnd = this.#guarded((): void => {
    // It may be a RST (see `Tcp`): a write that is under way meets it in this turn, and says so.
    if (this.#socket.writableLength > 0) afterArrivals(this.#inputEnded)
    else this.#inputEnded()
  })

  readonly #inputEnded = this.#guarded((): void => {
    this.#end(new EndOfInput())
  })

  readonly #onError = this.#guarded((error: NodeJS.ErrnoException): void => {
    this.#takeBuffered()
    this.#end(new ConnectionLost({ code: error.code ?? error.message }))
  })

  readonly #onClose = this.#guarded((): void => {
    this.#end(new ConnectionLost({ code: "closed" }))
  })

  // Only the first end counts, such as a FIN before the RST that answers our next write.
  #end(error: ReadError) {
    if (this.#ended !== undefined) return
    this.#ended = this.#broken ?? error
    if (this.#wake !== undefined) this.#wake()
    else this.#startLastCall(this.#ended)
  }

  #startLastCall(error: ReadError) {
    if (this.#hearOut === undefined) return
    this.#lastCall ??= setTimeout(() => {
      this.stop(error)
    }, this.#hearOut)
  }

  // While it is paused, the socket still fills its own buffer, up to its high-water mark; an error keeps that from being emitted.
  #takeBuffered() {
    if (this.#ended !== undefined) return
    this.#socket.off("data", this.#onData)
    const buffered: unknown = this.#socket.read()
    if (buffered instanceof Uint8Array) this.#inbox.add(buffered)
  }

  #listenFrom(now: number): void {
    this.#heardAt = now
    this.#quietSince = now
  }

  #next(countsSilence: boolean): Read | undefined {
    if (this.#isStopped) return this.#ended
    const next = this.#inbox.take(countsSilence)
    if (next instanceof Uint8Array && !this.#inbox.isFull && this.#socket.isPaused()) {
      this.#listenFrom(performance.now())
      this.#socket.resume()
    }
    if (next === undefined && this.#ended !== undefined) clearTimeout(this.#lastCall)
    return next ?? this.#ended
  }

  // How long the silence still has to last, rounded up to whole ms: timers drop fractions, and it must not be cut short.
  #untilQuietFor(ms: number): number {
    const now = performance.now()
    return Math.max(0, Math.ceil(ms - (now - (this.#quietSince ??= now))))
  }

  #silence(): typeof silence {
    this.#quietSince = performance.now()
    return silence
  }

  #arrival(patience: number | undefined): Effect.Effect<Read> {
    return Effect.async<Read>((resume) => {
      const wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resume(this.#alive(this.#next(true) ?? this.#silence()))
      }
      const lookOnce = () => {
        afterArrivals(
          this.#guarded(() => {
            if (this.#wake === wake) wake()
          })
        )
      }
      const timer = patience === undefined ? undefined : setTimeout(lookOnce, this.#untilQuietFor(patience))
      this.#wake = wake
    })
  }
}

// Lets the event loop poll its sockets first: after a stall, bytes that have come are still in the kernel, and a timer would see a silence.
const afterArrivals = (then: () => void): void => {
  setImmediate(then)
}

const nothing = new Uint8Array(0)

const ignore = () => undefined
