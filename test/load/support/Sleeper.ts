import * as Net from "node:net"
import type { Dialect } from "./Member.ts"
import { until } from "../../support/waiting.ts"

const patience = 20_000
const tailBytes = 512

/** One who joins, reads for a while, and then does not. */
export class Sleeper {
  readonly name: string
  readonly dialect: Dialect
  readonly socket: Net.Socket
  ended: string | undefined
  bytesRead = 0
  /** The last of what it has read; it is too much to look at all of it. */
  #tail = ""

  private constructor(port: number, name: string, dialect: Dialect) {
    this.name = name
    this.dialect = dialect
    this.socket = Net.connect({ host: "127.0.0.1", port, noDelay: true })
    this.socket.on("data", (bytes: Buffer) => {
      this.bytesRead += bytes.length
      this.#tail = (this.#tail + bytes.toString("latin1", Math.max(0, bytes.length - tailBytes))).slice(-tailBytes)
      // A sign of life is asked for when nothing else is going on.
      if (this.#tail.includes('{"_tag":"Ping"', this.#tail.length - 64)) this.socket.write('{"_tag":"Pong"}\n')
    })
    this.socket.once("error", (error: NodeJS.ErrnoException) => {
      this.ended ??= error.code ?? error.message
    })
    this.socket.once("end", () => {
      this.ended ??= "FIN"
    })
    this.socket.write(dialect === "native" ? `${JSON.stringify({ _tag: "Hello", v: 1, nickname: name })}\n` : `${name}\n`)
  }

  /** The last line it has read. */
  get lastLine(): string {
    return this.#tail.trimEnd().split("\n").at(-1) ?? ""
  }

  static async come(port: number, name: string, dialect: Dialect): Promise<Sleeper> {
    const sleeper = new Sleeper(port, name, dialect)
    await until(() => `${name} is in the room`, () => sleeper.bytesRead > 0, patience)
    return sleeper
  }

  /** Reads no more. */
  fallAsleep(): void {
    this.socket.pause()
  }

  wake(): void {
    this.socket.resume()
  }
}
