import type { Goodbye } from "../../domain/Event.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { type Dialect, type Heard, type Hearing, type Interpreter, lineTooLong, refuse, reject } from "./Dialect.ts"
import { closeCode, closeFrame, type Fault, Frames, type Incoming, pongFrame, textFrame } from "./frames.ts"
import type { silence } from "../../net/Inbox.ts"
import { native, NativeInterpreter } from "./native.ts"

// Nearly always one.
const linesOf = (lines: string): ReadonlyArray<string> => (lines.endsWith("\n") ? lines.slice(0, -1) : lines).split("\n")

/**
 * The native dialect, each line of it a text message of a WebSocket: what a page
 * in a browser speaks. It needs no subprotocol.
 */
export const web: Dialect = {
  ...native,
  name: "web",
  client: "browser",
  frame: (lines) => Buffer.concat(linesOf(lines).map(textFrame)),
  open: (hearing) => new WebInterpreter(hearing)
}

/** How much longer than the longest line a message may be and still be refused; a longer one ends the connection before it is held in memory. */
const refusable = 4

const closeCodes: Readonly<Partial<Record<Goodbye["code"], number>>> = {
  quit: closeCode.normal,
  closed: closeCode.normal,
  closing: closeCode.goingAway,
  "internal-error": closeCode.internalError
}

const lineFeed = 0x0a
const notText = new Refusal({ code: "bad-line", message: "A binary message is not understood: send each line as a text message." })
const severalLines = new Refusal({ code: "bad-line", message: "A message is one line: send each line as a message of its own." })

/** Parses the frames of a WebSocket; each text message is one line of the native dialect. */
class WebInterpreter implements Interpreter {
  readonly echo = true
  readonly patience = undefined
  readonly separator = undefined
  readonly isFramed = true
  readonly #native: NativeInterpreter
  readonly #maxLine: number
  readonly #frames: Frames
  #fault: Fault | undefined

  constructor(hearing: Pick<Hearing, "maxLine" | "maxName">) {
    this.#native = new NativeInterpreter(hearing)
    this.#maxLine = hearing.maxLine
    this.#frames = new Frames(hearing.maxLine * refusable)
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
      .flatMap((incoming) => (incoming._tag === "Text" || incoming._tag === "Binary" ? [incoming.data, Buffer.of(lineFeed)] : []))
    return this.#native.waiting([Buffer.concat(lines)])
  }

  told(): void {
    // As in the native dialect, a line means the same whatever came of those before it.
  }

  goodbye(goodbye: Goodbye): Uint8Array {
    const close = closeFrame(this.#fault?.code ?? closeCodes[goodbye.code] ?? closeCode.policy)
    return this.#frames.isClosed ? close : Buffer.concat([...linesOf(native.encode(goodbye)).map(textFrame), close])
  }

  #heard(incoming: Incoming): Iterable<Heard> {
    switch (incoming._tag) {
      case "Text":
        return this.#line(incoming.data)
      case "Binary":
        return [refuse(notText)]
      case "Ping":
        return [{ _tag: "Answer", bytes: pongFrame(incoming.data) }]
      case "Closed":
        return [reject("closed", "connection closed")]
      case "Fault":
        this.#fault = incoming
        return [reject("not-for-us", incoming.reason)]
    }
  }

  #line(data: Buffer): Iterable<Heard> {
    if (data.length > this.#maxLine) return [refuse(lineTooLong(this.#maxLine))]
    return data.includes(lineFeed) ? [refuse(severalLines)] : this.#native.hear(Buffer.concat([data, Buffer.of(lineFeed)]))
  }
}
