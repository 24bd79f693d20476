import * as Net from "node:net"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Fault } from "./Fault.ts"

/** What matters of what a native client is told. */
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

/** How long after an answer the next ping goes out: a block of the event loop that starts in between looks so much shorter, ms. */
const pauseMillis = 1

/**
 * A native client that stays while others leave. It pings one time after the
 * other, and so sees from outside how long the server's event loop stands still.
 */
export class Witness {
  readonly #socket: Net.Socket
  readonly #welcomed: () => void
  #rest = ""
  #askedAt = 0
  /** The longest that a ping was without its answer, ms. */
  longestMillis = 0
  /** Of how many it was told that they have left, and when of the last. */
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

  /** Starts anew to look for the longest time without an answer. */
  reset(): void {
    this.longestMillis = 0
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
          this.#ping()
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
