import type { Chat } from "../../domain/Chat.ts"
import type { Goodbye } from "../../domain/Event.ts"
import type { Reply } from "../../domain/Reply.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import type { silence } from "../../net/Inbox.ts"
import { type Dialect, type Heard, type Interpreter, refuse, reject } from "./Dialect.ts"
import { closeCode, closeFrame, type Fault, Frames, type Incoming, pongFrame } from "./frames.ts"

/** How the lines of a dialect come in messages of a WebSocket, each of which is one line. */
export interface Framing {
  /** Parses the lines. */
  readonly lines: Interpreter
  readonly lineEnd: Uint8Array
  /** The answer to a binary message; absent where these carry lines as well. */
  readonly notText?: Refusal
  /** How long a message may be, bytes; a longer one ends the connection before it is held in memory. */
  readonly longest: number
  /** Why a message cannot be a line; `undefined` where it can. Without it, the dialect says so itself. */
  readonly objection?: (message: Uint8Array) => Refusal | undefined
  /** The last words to the client, in frames. */
  readonly lastWords: (goodbye: Goodbye) => Uint8Array
}

const closeCodes: Readonly<Partial<Record<Goodbye["code"], number>>> = {
  quit: closeCode.normal,
  closed: closeCode.normal,
  closing: closeCode.goingAway,
  restarting: closeCode.serviceRestart,
  "internal-error": closeCode.internalError
}

/** Parses the frames of a WebSocket whose messages are the lines of a dialect; all else is that dialect's. */
export class FrameInterpreter implements Interpreter {
  readonly patience = undefined
  readonly separator = undefined
  readonly isFramed = true
  readonly knowsItself?: true
  readonly isInterlocked?: true
  readonly follow?: (event: Reply) => void
  readonly #framing: Framing
  readonly #frames: Frames
  #fault: Fault | undefined

  constructor(framing: Framing) {
    const { lines, longest } = framing
    this.#framing = framing
    this.#frames = new Frames(longest)
    if (lines.knowsItself === true) this.knowsItself = true
    if (lines.isInterlocked === true) this.isInterlocked = true
    if (lines.follow !== undefined) this.follow = (event) => lines.follow?.(event)
  }

  get echo(): boolean {
    return this.#framing.lines.echo
  }

  get dialect(): Dialect | undefined {
    return this.#framing.lines.dialect
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
    const { lineEnd, lines, notText } = this.#framing
    const messages = unheard
      .flatMap((chunk) => (chunk instanceof Uint8Array ? this.#frames.read(chunk) : []))
      .flatMap((incoming) => (incoming._tag === "Text" || (incoming._tag === "Binary" && notText === undefined) ? [incoming.data, lineEnd] : []))
    return lines.waiting([Buffer.concat(messages)])
  }

  told(event: Reply, isMine: () => boolean, chat?: Chat<unknown>): boolean {
    return this.#framing.lines.told(event, isMine, chat) === true
  }

  goodbye(goodbye: Goodbye): Uint8Array {
    const close = closeFrame(this.#fault?.code ?? closeCodes[goodbye.code] ?? closeCode.policy)
    return this.#frames.isClosed ? close : Buffer.concat([this.#framing.lastWords(goodbye), close])
  }

  #heard(incoming: Incoming): Iterable<Heard> {
    switch (incoming._tag) {
      case "Text":
      case "Binary":
        return this.#message(incoming.data, incoming._tag === "Binary")
      case "Ping":
        return [{ _tag: "Answer", bytes: pongFrame(incoming.data) }]
      case "Closed":
        return [reject("closed", "connection closed")]
      case "Fault":
        this.#fault = incoming
        return [reject("not-for-us", incoming.reason)]
    }
  }

  #message(data: Buffer, isBinary: boolean): Iterable<Heard> {
    const { lineEnd, lines, notText, objection } = this.#framing
    const why = isBinary && notText !== undefined ? notText : objection?.(data)
    return why === undefined ? lines.hear(Buffer.concat([data, lineEnd])) : [refuse(why)]
  }
}
