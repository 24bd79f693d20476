import type { Socket } from "node:net"
import type { Dialect } from "./Dialect.ts"
import { nameOf, textOf } from "./Line.ts"
import type { Wire } from "./Wire.ts"

/** A message that was sent and is not in the room's log yet. */
interface Unconfirmed {
  readonly line: string
  readonly intendedAt: number
}

const nothing = Buffer.alloc(0)

/** One client of the room, and how far it has got in the room's log. */
export class Member {
  readonly index: number
  readonly name: string
  readonly dialect: Dialect
  readonly #socket: Socket
  /** How its lines travel; absent where they do as they are. */
  readonly #wire: Wire | undefined
  /** The name before its messages, as the others receive them. */
  source: string
  /** Its place in the log, in bytes: everything before was received, or is its own and so is not sent to it. */
  place = 0
  /** Its place in whole lines, as the room last noted it. */
  line = 0
  /** Bytes that were received and cannot be compared with the log yet. */
  held: Buffer = nothing
  /** The places of its own lines in the log that it has not come to yet. */
  readonly own: Array<number> = []
  /** Its messages that are not in the log yet, in order. */
  readonly unconfirmed: Array<Unconfirmed> = []
  /** How many of its messages somebody has still to receive. */
  inFlight = 0
  /** How many messages it has sent. */
  sent = 0

  constructor(index: number, dialect: Dialect, socket: Socket, address: string) {
    this.index = index
    this.name = nameOf(index)
    this.source = this.name
    this.dialect = dialect
    this.#socket = socket
    this.#wire = dialect.wire?.({ name: this.name, send: (line) => { this.send(line) } }, dialect.hello(this.name), address)
  }

  /** Opens the conversation. */
  open(): void {
    this.#socket.write(this.#wire === undefined ? this.dialect.hello(this.name) : this.#wire.opening, "latin1")
  }

  /** What has come, as lines. */
  read(bytes: Buffer): Buffer {
    return this.#wire === undefined ? bytes : this.#wire.hear(bytes)
  }

  /** Sends lines of ASCII. */
  send(lines: string): void {
    this.#socket.write(this.#wire === undefined ? lines : this.#wire.encode(lines), "latin1")
  }

  /** Sends so many messages in one write; `intendedAt` is when they were to go out, ms. */
  say(count: number, intendedAt: number): void {
    let bytes = ""
    for (let i = 0; i < count; i += 1) {
      const text = textOf(this.index, this.sent, intendedAt)
      this.unconfirmed.push({ line: this.dialect.heard(this.source, text), intendedAt })
      this.sent += 1
      bytes += this.dialect.say(text)
    }
    this.inFlight += count
    this.send(bytes)
  }

  /** The held bytes followed by these; none are held after that. */
  takeHeld(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.held, bytes])
    this.held = nothing
    return all
  }

  /** Moves its place past its own lines, which are not sent to it. */
  skipOwn(lineBytes: number): void {
    while (this.own[0] === this.place) {
      this.own.shift()
      this.place += lineBytes
    }
  }
}
