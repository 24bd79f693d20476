import * as Net from "node:net"

export type Dialect = "native" | "plain"

/** Read at once and never kept, so all sockets read into the same memory. */
const shared = Buffer.alloc(65_536)

const mark = "#msg "

/** A message as it is sent: which one of all, and when. Every line with one is a message. */
export const messageOf = (number: number, filling: string): string => `${mark}${number} ${performance.now().toFixed(2)} ${filling}`

/** What a member does with what it is told. */
export interface Ears {
  readonly onMessage?: (number: number, sentAt: number, now: number) => void
  readonly onLine?: (line: string) => void
}

/** Says its name at once, and hears what the room says. */
export class Member {
  readonly name: string
  readonly dialect: Dialect
  readonly socket: Net.Socket
  ears: Ears
  /** The last line that was no message. */
  lastLine = ""
  isWelcome = false
  /** How its connection ended: in order, or with the code of an error. */
  ended: string | undefined
  #rest = ""

  constructor(port: number, name: string, dialect: Dialect, ears: Ears = {}) {
    this.name = name
    this.dialect = dialect
    this.ears = ears
    this.socket = Net.connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          this.#hear(shared.toString("latin1", 0, length))
          return true
        }
      }
    })
    this.socket.once("error", (error: NodeJS.ErrnoException) => {
      this.ended ??= error.code ?? error.message
    })
    this.socket.once("end", () => {
      this.ended ??= "FIN"
    })
    this.socket.once("close", () => {
      this.ended ??= "closed here"
    })
    this.send(dialect === "native" ? { _tag: "Hello", v: 1, nickname: name } : name)
  }

  /** Sends a message of the native dialect, or a line of the plain one. */
  send(message: Readonly<Record<string, unknown>> | string): void {
    this.socket.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`)
  }

  say(text: string): void {
    this.send(this.dialect === "native" ? { _tag: "Say", text } : text)
  }

  quit(): void {
    this.send(this.dialect === "native" ? { _tag: "Quit" } : "{quit}")
  }

  #hear(bytes: string): void {
    const now = performance.now()
    const text = this.#rest + bytes
    let start = 0
    let message = text.indexOf(mark)
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      if (message >= 0 && message < start) message = text.indexOf(mark, start)
      if (message >= 0 && message < end) {
        const afterNumber = text.indexOf(" ", message + mark.length)
        const afterTime = text.indexOf(" ", afterNumber + 1)
        this.ears.onMessage?.(Number(text.slice(message + mark.length, afterNumber)), Number(text.slice(afterNumber + 1, afterTime)), now)
      } else {
        this.lastLine = text.slice(start, end)
        if (!this.isWelcome) this.isWelcome = this.lastLine.includes("Welcome")
        if (this.lastLine.startsWith('{"_tag":"Ping"')) this.send({ _tag: "Pong" })
        this.ears.onLine?.(this.lastLine)
      }
      start = end + 1
    }
    this.#rest = text.slice(start)
  }
}
