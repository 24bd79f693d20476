import * as Net from "node:net"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Fault } from "./Fault.ts"

/** What the witness reads of the lines that a native client is sent. */
const Line = Schema.parseJson(
  Schema.Union(
    Schema.TaggedStruct("Welcome", {}),
    Schema.TaggedStruct("Pong", {}),
    Schema.TaggedStruct("Left", {}),
    Schema.TaggedStruct("Presence", { left: Schema.Array(Schema.Unknown) }),
    Schema.Struct({ _tag: Schema.String })
  )
)
const decode = Schema.decodeUnknownEither(Line)

/** How long after an answer the next ping goes out, ms: when the event loop blocks in between, the block looks shorter by up to that. */
const pauseMillis = 1

/**
 * A native client that stays while others leave. It pings again and again, and so
 * sees from outside for how long the server's event loop is blocked.
 */
export class Witness {
  readonly #socket: Net.Socket
  readonly #welcomed: () => void
  #rest = ""
  #askedAt = 0
  #isResting = false
  /** The longest round trip of a ping, ms. */
  longestMillis = 0
  /** How many it was told have left, and when it was told of the last, by `performance.now()`. */
  left = 0
  toldAt = 0

  constructor(host: string, port: number, welcomed: () => void) {
    this.#welcomed = welcomed
    this.#socket = Net.connect({ host, port, noDelay: true }, () => {
      this.#socket.write(`${JSON.stringify({ _tag: "Hello", v: 1, nickname: "witness" })}\n`)
    })
    this.#socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n")
      this.#rest = lines.pop() ?? ""
      for (const line of lines) this.#read(line)
    })
    this.#socket.on("error", (error) => {
      throw new Fault(`the witness: ${error.message}`)
    })
    this.#socket.on("close", () => {
      throw new Fault("the witness was disconnected")
    })
  }

  /** Forgets the longest round trip so far. */
  reset(): void {
    this.longestMillis = 0
  }

  /** Asks no more. */
  rest(): void {
    this.#isResting = true
  }

  #ping(): void {
    this.#askedAt = performance.now()
    this.#socket.write(`${JSON.stringify({ _tag: "Ping" })}\n`)
  }

  #read(line: string): void {
    const told = Either.getOrThrowWith(decode(line), () => new Fault(`the witness received ${line.slice(0, 200)}`))
    switch (told._tag) {
      case "Welcome":
        this.#welcomed()
        this.#ping()
        return
      case "Pong":
        this.longestMillis = Math.max(this.longestMillis, performance.now() - this.#askedAt)
        setTimeout(() => {
          if (!this.#isResting) this.#ping()
        }, pauseMillis)
        return
      case "Left":
        this.#count(1)
        return
      case "Presence":
        this.#count("left" in told ? told.left.length : 0)
    }
  }

  #count(left: number): void {
    this.left += left
    if (left > 0) this.toldAt = performance.now()
  }
}
