import * as Effect from "effect/Effect"
import type { Goodbye } from "../../domain/Event.ts"
import type { Connection } from "../../net/Connection.ts"
import { CutOff } from "../../net/Errors.ts"
import type { Patience, Peer } from "../chat/Peer.ts"
import type { Dialect, Interpreter } from "../dialect/Dialect.ts"
import type { ServerOptions } from "../ServerConfig.ts"

type Config = Pick<ServerOptions, "stallAbove" | "maxWaiting" | "stallTimeout" | "farewellDrain">

const utf8 = new TextEncoder()

/**
 * The way to one client, in order and without ever making the sender wait.
 *
 * What holds:
 * - Above the soft limit, frames are held as references, and a fiber, forked only then, drains them.
 * - Above the hard limit, or when nothing is taken for the grace, the client is cut off: what is held is dropped.
 * - The first farewell counts, it is the last thing written, and frames are whole lines: it never starts in the middle of one.
 */
export class Outbox implements Peer {
  readonly #connection: Connection
  readonly #config: Config
  readonly #fork: (drain: Effect.Effect<void>) => void
  #dialect: Dialect
  #interpreter: Interpreter | undefined
  #held: Array<Uint8Array> = []
  #heldBytes = 0
  #draining = false
  #open = true
  #farewell: Uint8Array | undefined

  constructor(connection: Connection, config: Config, fork: (drain: Effect.Effect<void>) => void, unrecognised: Dialect) {
    this.#connection = connection
    this.#config = config
    this.#fork = fork
    this.#dialect = unrecognised
  }

  /** The wire format of this client; as long as it has not been recognised, the one that was given. */
  get dialect(): Dialect {
    return this.#dialect
  }

  /** Whether this client gets its own messages back. */
  get echo(): boolean {
    return this.#interpreter?.echo ?? false
  }

  /** The client has turned out to speak this dialect. */
  speak(dialect: Dialect, interpreter: Interpreter): void {
    this.#dialect = dialect
    this.#interpreter = interpreter
  }

  /** Whole lines for this client; they may be shared with others and are not changed. */
  send(frame: Uint8Array): void {
    if (!this.#open || this.#farewell !== undefined || frame.length === 0) return
    this.#put(frame)
  }

  /** The last words. Only the first farewell is written, and nothing after it. */
  farewell(goodbye: Goodbye): void {
    if (this.#farewell !== undefined) return
    this.#farewell = this.#interpreter?.goodbye(goodbye) ?? utf8.encode(this.#dialect.encode(goodbye))
    this.#put(this.#farewell)
  }

  /** Asks a client that is silent for a sign of life, where its dialect can, and gives it up when that does not come. */
  keepAlive({ at, goneAfter, pingAfter }: Patience): void {
    const { ping } = this.#dialect
    const { silentFor } = this.#connection
    if (ping === undefined || silentFor < pingAfter) return
    if (silentFor < goneAfter) this.send(utf8.encode(ping(at)))
    else this.#connection.stopReading(new CutOff({ code: "lost", reason: "no sign of life" }))
  }

  /** Sends the client away: its session ends with this reason. */
  remove(reason: string): void {
    this.#connection.stopReading(new CutOff({ code: "removed", reason }))
  }

  /**
   * Waits until nothing is held back any more. A client that does not read in
   * time loses what is held; the farewell takes its place.
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

  #put(frame: Uint8Array): void {
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

  // Drains what is held, or cuts the client off when it takes nothing for the grace.
  get #watch(): Effect.Effect<void> {
    return this.#drain.pipe(
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
