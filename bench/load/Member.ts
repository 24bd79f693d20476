import type { Socket } from "node:net"
import type { Dialect } from "./Dialect.ts"
import { nameOf, textOf } from "./Line.ts"

/** What was said and is not in the room's log yet. */
interface Unconfirmed {
  readonly line: string
  readonly intendedAt: number
}

const nothing = Buffer.alloc(0)

/** One client of the room, and how far it has got in what the room says. */
export class Member {
  readonly index: number
  readonly name: string
  readonly dialect: Dialect
  readonly #socket: Socket
  /** What the server calls it when the others hear it. */
  source: string
  /** Where it is in the log: all before it was received, or is its own and so not to be received. */
  place = 0
  /** The same in whole lines, as the room last noted it. */
  line = 0
  /** Received, but not yet to be compared with anything. */
  held: Buffer = nothing
  /** The places of its own lines in the log that it has not come to yet. */
  readonly own: Array<number> = []
  readonly unconfirmed: Array<Unconfirmed> = []
  /** How many of its messages somebody has still to receive. */
  inFlight = 0
  /** How many messages it has sent. */
  sent = 0

  constructor(index: number, dialect: Dialect, socket: Socket) {
    this.index = index
    this.name = nameOf(index)
    this.source = this.name
    this.dialect = dialect
    this.#socket = socket
  }

  send(bytes: string): void {
    this.#socket.write(bytes, "latin1")
  }

  /** Sends so many messages in one write. */
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

  /** Takes what was held back, with the bytes that have come since. */
  takeHeld(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.held, bytes])
    this.held = nothing
    return all
  }

  /** Goes past its own lines: they are not sent to it. */
  skipOwn(lineBytes: number): void {
    while (this.own[0] === this.place) {
      this.own.shift()
      this.place += lineBytes
    }
  }
}
