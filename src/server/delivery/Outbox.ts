import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Chat } from "../../domain/Chat.ts"
import type { Event, Goodbye } from "../../domain/Event.ts"
import type { Reply } from "../../domain/Reply.ts"
import type { Connection } from "../../net/Connection.ts"
import { ConnectionLost, CutOff } from "../../net/Errors.ts"
import type { Patience, Peer } from "../chat/Peer.ts"
import { bytesOf, type Dialect, type Interpreter } from "../dialect/Dialect.ts"
import type { ServerOptions } from "../ServerConfig.ts"

type Config = Pick<ServerOptions, "stallAbove" | "maxWaiting" | "stallTimeout" | "farewellDrain">

const nobodyWaits = () => 0

/** Why a connection ends whose client has come back over another one. */
export const superseded = (): CutOff => new CutOff({ code: "resumed", reason: "you have come back over another connection" })

/**
 * The send queue of one client: in order, and without ever making the sender wait.
 *
 * Invariants:
 * - Above the high-water mark of the socket (`stallAbove`), frames are held as references, and a fiber, forked only then, drains them.
 * - With more than `maxWaiting` bytes waiting, or nothing taken for `stallTimeout` though something waits, the client is cut off, and what is held is dropped.
 * - Only the first farewell is written, and nothing after it. Frames are whole lines, so it never starts in the middle of one.
 */
export class Outbox implements Peer {
  readonly #connection: Connection
  readonly #config: Config
  readonly #fork: (drain: Effect.Effect<void>) => void
  #dialect: Dialect
  #interpreter: Interpreter | undefined
  #waiting = nobodyWaits
  #held: Array<Uint8Array> = []
  #heldBytes = 0
  #draining = false
  // How many bytes were to be sent in all.
  #handed = 0
  // The bytes that the system had taken when that was last looked at, and since when it has taken none though some wait, ms.
  #takenBefore = 0
  #stalledSince: number | undefined
  // When the client was pinged last, by the monotonic clock.
  #pingedAt = -Infinity
  #open = true
  #farewell: Uint8Array | undefined

  /** `fork` runs the fiber that drains what is held; `unrecognised` is the dialect until {@link speak}. */
  constructor(connection: Connection, config: Config, fork: (drain: Effect.Effect<void>) => void, unrecognised: Dialect) {
    this.#connection = connection
    this.#config = config
    this.#fork = fork
    this.#dialect = unrecognised
  }

  /** The wire format of this client; until its dialect is recognised, the one that the constructor was given. */
  get dialect(): Dialect {
    return this.#interpreter?.dialect ?? this.#dialect
  }

  /** Takes what this client is told next that says where it is; absent where its dialect is the same everywhere. */
  get follow(): ((event: Reply) => void) | undefined {
    const interpreter = this.#interpreter
    return interpreter?.follow === undefined ? undefined : (event) => interpreter.follow?.(event)
  }

  /** Takes what a command of this client has told: whether the client is told it in another form. */
  decided(event: Event, isMine: () => boolean, chat: Chat<unknown>): boolean {
    return this.#interpreter?.told(event, isMine, chat) === true
  }

  /** Whether a crowd that this client came in is told it in another form than others. */
  get knowsItself(): boolean {
    return this.#interpreter?.knowsItself === true
  }

  /** Whether this client gets its own messages back. */
  get echo(): boolean {
    return this.#interpreter?.echo ?? false
  }

  get hasSpoken(): boolean {
    return this.#interpreter !== undefined
  }

  /** Whether the client has come into the room. */
  isIn = false

  /** Sets the dialect of the client, once it is recognised. `waiting` counts the messages of the client that are not taken up yet. */
  speak(dialect: Dialect, interpreter: Interpreter, waiting: () => number = nobodyWaits): void {
    this.#dialect = dialect
    this.#interpreter = interpreter
    this.#waiting = waiting
  }

  /** How many messages of the client are not said, if it goes now; of one that never came in, none was to be. */
  get unsaid(): number {
    return this.isIn ? this.#waiting() : 0
  }

  /** Sends whole lines; the bytes may be shared with other clients and must not be changed. */
  send(frame: Uint8Array): void {
    if (!this.#open || this.#farewell !== undefined || frame.length === 0) return
    this.#put(frame)
  }

  /** Sends the last words, and with them how many messages of the client were not said. Only the first farewell is written, and nothing after it. */
  farewell(words: Goodbye): void {
    if (this.#farewell !== undefined) return
    const { unsaid } = this
    // Who has come back over another connection says there what was not said here.
    const goodbye = unsaid === 0 || words.code === "resumed" ? words : { ...words, unsaid }
    this.#farewell = this.#interpreter?.goodbye(goodbye) ?? bytesOf(this.dialect, this.dialect.encode(goodbye))
    this.#put(this.#farewell)
  }

  /** How many bytes were to be sent to this client in all. */
  get handed(): number {
    return this.#handed
  }

  /** How many of them the system has taken. */
  get taken(): number {
    return this.#handed - this.#heldBytes - this.#connection.backlog
  }

  /**
   * Cuts off a client whose socket has taken nothing for too long, pings a silent client where its dialect has a ping, and ends
   * its session when no sign of life comes, or none of its system.
   */
  keepAlive({ at, goneAfter, now, pingAfter, stallTimeout, unreachable }: Patience): void {
    if (unreachable.has(this.#connection.address)) {
      this.#giveUp()
      return
    }
    if (this.#hasStalled(now, stallTimeout)) {
      this.#cutOff()
      return
    }
    const { ping, silences } = this.dialect
    const { silentFor } = this.#connection
    if (ping === undefined || silentFor < Math.max(pingAfter, silences?.pingAfter ?? 0)) return
    if (silentFor >= Math.max(goneAfter, silences?.goneAfter ?? 0)) {
      this.#giveUp()
      return
    }
    if (now - this.#pingedAt < (silences?.pingEvery ?? 0)) return
    this.#pingedAt = now
    this.send(bytesOf(this.dialect, ping(at)))
  }

  #giveUp(): void {
    this.#connection.presumeLost(new ConnectionLost({ code: "ETIMEDOUT", reason: "no sign of life" }))
  }

  /** Sends the client away: its session ends with this reason. */
  remove(reason: string): void {
    this.#connection.stopReading(new CutOff({ code: "removed", reason }))
  }

  /** Ends the session of this client, which goes on over another connection. */
  supersede(): void {
    this.#connection.stopReading(superseded())
  }

  /** Ends the session of this client with "internal error": something that was done for it has thrown. */
  fail(): void {
    this.#connection.stopReading(new CutOff({ code: "internal-error", reason: "internal error" }))
  }

  /**
   * Waits until nothing is held any more, `farewellDrain` ms at most. Then what is
   * still held is dropped, and the farewell is written in place of it.
   */
  get flushed(): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.#held.length === 0
        ? Effect.void
        : this.#drain.pipe(
            Effect.interruptible,
            Effect.timeoutOption(this.#config.farewellDrain),
            Effect.andThen(
              Effect.sync(() => {
                if (this.#held.length === 0) return
                this.#drop()
                if (this.#farewell !== undefined) this.#connection.write(this.#farewell)
              })
            )
          )
    )
  }

  // Whether something waits for the client, of which the system has taken nothing for so long. What waits below the soft limit counts too.
  #hasStalled(now: number, stallTimeout: number): boolean {
    const { taken } = this
    if (taken === this.#handed) this.#stalledSince = undefined
    else if (this.#stalledSince === undefined || taken !== this.#takenBefore) this.#stalledSince = now
    this.#takenBefore = taken
    return this.#open && this.#connection.writable && this.#stalledSince !== undefined && now - this.#stalledSince >= stallTimeout
  }

  #put(frame: Uint8Array): void {
    // The connection broke, and what the client had sent before is still being said.
    if (!this.#connection.writable) {
      this.#drop()
      return
    }
    this.#handed += frame.length
    if (this.#held.length === 0 && this.#connection.backlog <= this.#config.stallAbove) {
      this.#connection.write(frame)
      return
    }
    this.#held.push(frame)
    this.#heldBytes += frame.length
    if (this.#connection.backlog + this.#heldBytes > this.#config.maxWaiting && this.#farewell === undefined) {
      this.#cutOff()
    } else if (!this.#draining) {
      this.#draining = true
      this.#fork(this.#watch)
    }
  }

  // The draining fiber: it ends when nothing is held, or when the client is cut off. A defect in it ends this session.
  get #watch(): Effect.Effect<void> {
    return this.#drain.pipe(
      Effect.catchAllDefect((defect) =>
        Effect.zipRight(
          Effect.sync(() => {
            this.fail()
          }),
          Effect.logError(`What is held for ${this.#connection.address} could not be written`, Cause.die(defect))
        )
      ),
      Effect.ensuring(
        Effect.sync(() => {
          this.#draining = false
        })
      )
    )
  }

  get #drain(): Effect.Effect<void> {
    return Effect.whileLoop({
      while: () => this.#held.length > 0 && this.#connection.writable,
      body: () => Effect.timeoutOption(this.#connection.drained, this.#config.stallTimeout),
      step: (drained) => {
        if (drained._tag === "None") this.#cutOff()
        else this.#writeHeld()
      }
    })
  }

  #writeHeld(): void {
    let taken = 0
    for (const frame of this.#held) {
      if (this.#connection.backlog > this.#config.stallAbove) break
      this.#connection.write(frame)
      this.#heldBytes -= frame.length
      taken += 1
    }
    this.#held.splice(0, taken)
  }

  #cutOff(): void {
    this.#open = false
    this.#drop()
    if (this.#farewell !== undefined) this.#connection.write(this.#farewell)
    this.#connection.stopReading(new CutOff({ code: "too-slow", reason: "too slow" }))
  }

  #drop(): void {
    this.#held = []
    this.#heldBytes = 0
  }
}
