import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { FromDesk, type ToDesk } from "../../domain/wire/Desk.ts"
import type { Connection } from "../../net/Connection.ts"
import { silence } from "../../net/Inbox.ts"
import { closeCode, closeFrame, type Fault, Frames, type Incoming, pongFrame, textFrame } from "../dialect/frames.ts"
import type { Going } from "./Windows.ts"

/** Nothing more comes from a window. `fault`: it has sent what is not understood, and has to be closed for that. */
export class Ended extends Data.TaggedClass("Ended")<{ readonly going: Going; readonly fault?: Fault }> {}

/** With more bytes than this waiting in its socket, a window is behind, and nothing more is written to it. */
const mostWaiting = 65_536

const decode = Schema.decodeUnknownEither(Schema.parseJson(FromDesk))

const notUnderstood: Fault = { code: closeCode.policy, reason: "this message is none of an operator's window: see docs/wire/operator.md" }
const notText: Fault = { code: closeCode.policy, reason: "a message of an operator's window is text, not binary" }

/** The WebSocket of one operator's window: the messages of `domain/wire/Desk.ts`, both ways. */
export class Wire {
  readonly #connection: Connection
  readonly #frames: Frames
  #incoming: ReadonlyArray<Incoming> = []

  /** `maxBytes`: a longer message closes the window. */
  constructor(connection: Connection, maxBytes: number) {
    this.#connection = connection
    this.#frames = new Frames(maxBytes)
  }

  /** `host:port` of the window. */
  get address(): string {
    return this.#connection.address
  }

  /** Whether the window has not read what it was told before. */
  get isBehind(): boolean {
    return this.#connection.backlog > mostWaiting
  }

  /** Waits until the window is not behind any more, or is gone. */
  get caughtUp(): Effect.Effect<void> {
    return Effect.suspend(() => (this.isBehind ? this.#connection.drained : Effect.void))
  }

  /** Tells the window all this, in one write. */
  tell(messages: ReadonlyArray<ToDesk>): void {
    if (messages.length > 0) this.#connection.write(Buffer.concat(messages.map((message) => textFrame(JSON.stringify(message)))))
  }

  /** The next message, or that there is none any more. Pings are answered. */
  get next(): Effect.Effect<FromDesk | Ended> {
    return Effect.suspend(() => {
      const [first, ...rest] = this.#incoming
      this.#incoming = rest
      if (first === undefined) return this.#read
      const heard = this.#heard(first)
      return heard === undefined ? this.next : Effect.succeed(heard)
    })
  }

  /** Closes the WebSocket, and waits for the window to do so too, `grace` ms at most. */
  close(fault: Fault, grace: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      // The answer to a close is the same code without words.
      this.#connection.write(this.#frames.isClosed ? closeFrame(closeCode.normal) : closeFrame(fault.code, fault.reason))
      return this.#connection.close(grace)
    })
  }

  get #read(): Effect.Effect<FromDesk | Ended> {
    return Effect.flatMap(this.#connection.read(), (read) => {
      if (read !== silence && !(read instanceof Uint8Array)) return Effect.succeed(new Ended({ going: "Lost" }))
      this.#incoming = read === silence ? [] : this.#frames.read(read)
      return this.next
    })
  }

  #heard(incoming: Incoming): FromDesk | Ended | undefined {
    switch (incoming._tag) {
      case "Text":
        return Either.getOrElse(decode(incoming.data.toString()), () => new Ended({ going: "Lost", fault: notUnderstood }))
      case "Binary":
        return new Ended({ going: "Lost", fault: notText })
      case "Ping":
        this.#connection.write(pongFrame(incoming.data))
        return undefined
      case "Closed":
        return new Ended({ going: "Closed" })
      case "Fault":
        return new Ended({ going: "Lost", fault: incoming })
    }
  }
}
