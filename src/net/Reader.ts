import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import type { Read } from "./Connection.ts"
import { ConnectionLost, EndOfInput, type ReadError } from "./Errors.ts"
import { Inbox, silence } from "./Inbox.ts"

/**
 * What a peer says, pulled by one reader.
 *
 * What holds, in every state of the socket:
 * - The socket has an `error` listener from the moment it gets here.
 * - Only so much waits for the reader; then the peer has to.
 * - The socket goes on reading while the reader is busy, so an end or a reset is noticed at once.
 */
export class Reader {
  readonly #socket: Duplex
  readonly #inbox: Inbox
  #heardAt = performance.now()
  // From when on a silence is counted: the last arrival, but nobody is silent who is not listened to yet.
  #quietSince: number | undefined
  #ended: ReadError | undefined
  #wake: (() => void) | undefined
  #arrived: (() => void) | undefined
  #broken: (() => void) | undefined
  #isDetached = false

  constructor(socket: Duplex, maxUnheard: number) {
    this.#socket = socket
    this.#inbox = new Inbox(maxUnheard)
    socket.on("error", this.#onError)
    this.#listen()
  }

  /** For how long nothing has come from the peer, ms. One that has to wait, or has ended, is not silent. */
  get silentFor(): number {
    return this.#ended !== undefined || this.#isDetached || this.#socket.isPaused() ? 0 : performance.now() - this.#heardAt
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
    return Effect.suspend(() => {
      const next = this.#next(patience !== undefined)
      return next === undefined ? this.#arrival(patience) : Effect.succeed(next)
    })
  }

  /**
   * Reads nothing for `ms`, but fails at once when what was said last is of no
   * use any more. A silence of `quiet` ms meanwhile is read in its place.
   */
  pause(ms: number, quiet?: number): Effect.Effect<void, ReadError> {
    return Effect.zipRight(
      Effect.async<void>((resume) => {
        let listening: NodeJS.Timeout | undefined
        const stop = () => {
          clearTimeout(timer)
          clearTimeout(listening)
          this.#broken = undefined
          this.#arrived = undefined
        }
        const go = () => {
          stop()
          resume(Effect.void)
        }
        const listen = (quiet: number) => {
          clearTimeout(listening)
          const mine = setTimeout(() => {
            afterArrivals(() => {
              if (listening === mine && this.#broken === go && !this.#socket.isPaused()) this.#inbox.addSilence()
            })
          }, this.#untilQuietFor(quiet))
          listening = mine
        }
        const timer = setTimeout(go, ms)
        this.#broken = go
        if (quiet !== undefined) {
          this.#arrived = () => {
            listen(quiet)
          }
          listen(quiet)
        }
        return Effect.sync(stop)
      }),
      Effect.suspend(() => (this.#ended !== undefined && this.#isBroken ? Effect.fail(this.#ended) : Effect.void))
    )
  }

  /** Ends the reading with this error, at once: for what this side decides about the peer. */
  stop(error: ReadError): void {
    this.#inbox.clear()
    this.#ended = error
    this.#wake?.()
    this.#broken?.()
  }

  /** What the peer still says is of no use, but unread it would turn the end into a reset. */
  ignore(): void {
    this.#inbox.clear()
    this.#end(new ConnectionLost({ code: "closed" }))
    // Who has the socket now reads it to its end.
    if (this.#isDetached) return
    this.#socket.off("data", this.#onData)
    this.#socket.on("data", ignore)
    this.#socket.resume()
  }

  /**
   * Listens to the socket no more, pauses it, and returns what has come and was
   * not read, in order; `undefined`, and all stays, where nothing more can be read.
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

  /** Listens to the socket again; `head` is what comes first. What became of the socket meanwhile is read as if it happened now. */
  attach(head: Uint8Array): void {
    const socket = this.#socket
    if (!this.#isDetached) return
    this.#isDetached = false
    socket.on("error", this.#onError)
    socket.off("error", ignore)
    this.#listen()
    if (head.length > 0) this.#onData(head)
    if (socket.errored !== null) this.#onError(socket.errored)
    if (socket.readableEnded) this.#onEnd()
    if (socket.destroyed) this.#onClose()
    // A silence is counted from here on: who had the socket has heard the peer.
    this.#listenFrom(performance.now())
    if (!this.#inbox.isFull) socket.resume()
  }

  #listen(): void {
    this.#socket.on("data", this.#onData)
    this.#socket.on("end", this.#onEnd)
    this.#socket.on("close", this.#onClose)
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#ended !== undefined) return
    this.#listenFrom(performance.now())
    this.#inbox.add(chunk)
    if (this.#inbox.isFull) this.#socket.pause()
    this.#wake?.()
    this.#arrived?.()
  }

  readonly #onEnd = (): void => {
    this.#end(new EndOfInput())
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    // One that had ended in order just reads no more: what it had said counts.
    if (this.#ended?._tag === "EndOfInput") return
    // What a peer that is gone had said last is not worth the wait for it. Of
    // one that had to wait nobody knows whether it had ended in order before.
    const isHeardOut = this.#socket.isPaused()
    if (!isHeardOut) this.#inbox.clear()
    this.#end(new ConnectionLost({ code: error.code ?? error.message, isHeardOut }))
    if (this.#isBroken) this.#broken?.()
  }

  readonly #onClose = (): void => {
    this.#end(new ConnectionLost({ code: "closed" }))
    if (this.#isBroken) this.#broken?.()
  }

  #end(error: ReadError) {
    this.#ended ??= error
    this.#wake?.()
  }

  // Whether it has ended so that nothing that was said before counts any more.
  get #isBroken(): boolean {
    const ended = this.#ended
    if (ended === undefined || ended._tag === "EndOfInput") return false
    return ended._tag === "CutOff" || ended.isHeardOut !== true
  }

  #listenFrom(now: number): void {
    this.#heardAt = now
    this.#quietSince = now
  }

  #next(countsSilence: boolean): Read | undefined {
    const next = this.#inbox.take(countsSilence)
    if (next instanceof Uint8Array && !this.#inbox.isFull && this.#socket.isPaused()) {
      this.#listenFrom(performance.now())
      this.#socket.resume()
    }
    return next ?? this.#ended
  }

  // In whole ms, as timers drop the rest: a silence is never shorter than it was to be.
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
        resume(Effect.succeed(this.#next(true) ?? this.#silence()))
      }
      const lookOnce = () => {
        afterArrivals(() => {
          if (this.#wake === wake) wake()
        })
      }
      const timer = patience === undefined ? undefined : setTimeout(lookOnce, this.#untilQuietFor(patience))
      this.#wake = wake
    })
  }
}

// What has come by now is read first: after a stall it is still in the system's hands.
const afterArrivals = (then: () => void): void => {
  setImmediate(then)
}

const ignore = () => undefined
