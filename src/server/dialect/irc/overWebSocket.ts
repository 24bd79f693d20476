import type { Chat } from "../../../domain/Chat.ts"
import type { Goodbye, Reply } from "../../../domain/Event.ts"
import { Refusal } from "../../../domain/Refusal.ts"
import type { silence } from "../../../net/Inbox.ts"
import { type Dialect, type Heard, type Interpreter, refuse, reject } from "../Dialect.ts"
import { binaryFrame, closeCode, closeFrame, type Fault, Frames, type Incoming, pongFrame, textFrame } from "../frames.ts"
import type { IrcInterpreter } from "./IrcInterpreter.ts"
import { longestBody, longestTags } from "./message.ts"

/** The subprotocols by which IRC travels over a WebSocket, each message one line: see https://ircv3.net/specs/extensions/websocket. */
const subprotocols = ["binary.ircv3.net", "text.ircv3.net"] as const
export type Subprotocol = (typeof subprotocols)[number]

/** How the lines of the dialect travel in frames: each line, without its end, is one message. */
export const framer = (subprotocol: Subprotocol): NonNullable<Dialect["frame"]> => {
  const frameOf = subprotocol === "text.ircv3.net" ? textFrame : binaryFrame
  return (lines) => Buffer.concat(lines.split("\r\n").flatMap((line) => (line === "" ? [] : frameOf(line))))
}

const lineEnd = Buffer.from("\r\n")

/** How long a message may be before it ends the connection: a longer line than IRC takes is refused by IRC's own words. */
const longest = 4 * (longestTags + longestBody)

const otherKind = new Refusal({ code: "bad-line", message: "This kind of message is not understood under the subprotocol that was chosen." })

/** Parses the frames of a WebSocket, each message of which is a line of IRC. */
export class IrcWebSocketInterpreter implements Interpreter {
  readonly knowsItself = true
  readonly patience = undefined
  readonly separator = undefined
  readonly isFramed = true
  readonly #irc: IrcInterpreter
  readonly #kind: Incoming["_tag"]
  readonly #frame: NonNullable<Dialect["frame"]>
  readonly #frames = new Frames(longest)
  #fault: Fault | undefined

  constructor(irc: IrcInterpreter, subprotocol: Subprotocol) {
    this.#irc = irc
    this.#kind = subprotocol === "text.ircv3.net" ? "Text" : "Binary"
    this.#frame = framer(subprotocol)
  }

  get echo(): boolean {
    return this.#irc.echo
  }

  get dialect(): Dialect {
    return this.#irc.dialect
  }

  follow(event: Reply): void {
    this.#irc.follow(event)
  }

  *hear(bytes: Uint8Array): Iterable<Heard> {
    for (const incoming of this.#frames.read(bytes)) yield* this.#heard(incoming)
  }

  silence(): Iterable<Heard> {
    return []
  }

  end(): Iterable<Heard> {
    // A message that has not ended says nothing.
    return []
  }

  waiting(unheard: ReadonlyArray<Uint8Array | typeof silence>): number {
    const lines = unheard
      .flatMap((chunk) => (chunk instanceof Uint8Array ? this.#frames.read(chunk) : []))
      .flatMap((incoming) => (incoming._tag === this.#kind && "data" in incoming ? [incoming.data, lineEnd] : []))
    return this.#irc.waiting([Buffer.concat(lines)])
  }

  told(event: Reply, isMine: () => boolean, chat?: Chat<unknown>): boolean {
    return this.#irc.told(event, isMine, chat)
  }

  goodbye(goodbye: Goodbye): Uint8Array {
    const isOrderly = goodbye.code === "quit" || goodbye.code === "closed"
    const close = closeFrame(this.#fault?.code ?? (isOrderly ? closeCode.normal : goodbye.code === "closing" ? closeCode.goingAway : closeCode.policy))
    return this.#frames.isClosed ? close : Buffer.concat([this.#frame(this.#irc.lastWords(goodbye)), close])
  }

  #heard(incoming: Incoming): Iterable<Heard> {
    switch (incoming._tag) {
      case "Text":
      case "Binary":
        return incoming._tag === this.#kind ? this.#irc.hear(Buffer.concat([incoming.data, lineEnd])) : [refuse(otherKind)]
      case "Ping":
        return [{ _tag: "Answer", bytes: pongFrame(incoming.data) }]
      case "Closed":
        return [reject("closed", "connection closed")]
      case "Fault":
        this.#fault = incoming
        return [reject("not-for-us", incoming.reason)]
    }
  }
}

/** The subprotocol that is chosen of those that a client offers, in its order; `undefined` where it offers none of these. */
export const chosen = (offered: string): Subprotocol | undefined =>
  offered.split(",").map((one) => one.trim()).flatMap((one) => subprotocols.find((known) => known === one) ?? [])[0]

