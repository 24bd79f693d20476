import { Receiver, Sender } from "ws"
import type { Goodbye } from "../../domain/Event.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { type Dialect, type Heard, type Hearing, type Interpreter, lineTooLong, refuse, reject } from "./Dialect.ts"
import type { silence } from "../../net/Inbox.ts"
import { native, NativeInterpreter } from "./native.ts"

/** The kinds of frames that are sent here (RFC 6455, 5.2). */
const opcode = { text: 0x1, close: 0x8, pong: 0xa } as const

// A server's frames are not masked, so one frame is the same for all who are sent it.
const frame = (data: Buffer, kind: number): Buffer =>
  Buffer.concat(Sender.frame(data, { fin: true, opcode: kind, mask: false, readOnly: true, rsv1: false }))

const closeFrame = (code: number): Buffer => {
  const data = Buffer.alloc(2)
  data.writeUInt16BE(code)
  return frame(data, opcode.close)
}

/**
 * The native dialect, each line of it a text message of a WebSocket: what a page
 * in a browser speaks. It needs no subprotocol.
 */
export const web: Dialect = {
  ...native,
  name: "web",
  frame: (lines) => frame(Buffer.from(lines.endsWith("\n") ? lines.slice(0, -1) : lines), opcode.text),
  open: (hearing) => new WebInterpreter(hearing)
}

/** How much longer than the longest line a message may be and still be refused; a longer one ends the connection before it is held in memory. */
const refusable = 4

/** In how many fragments a message may come. */
const maxFragments = 1024

/** The codes of RFC 6455, 7.4.1, with which this side closes. */
const closeCode = { normal: 1000, goingAway: 1001, protocolError: 1002, notText: 1007, internalError: 1011, tooBig: 1009, policy: 1008 } as const

const closeCodes: Readonly<Partial<Record<Goodbye["code"], number>>> = {
  quit: closeCode.normal,
  closed: closeCode.normal,
  closing: closeCode.goingAway,
  "internal-error": closeCode.internalError
}

/** Why frames could not be read, by the codes of `ws`. */
const faults: Readonly<Record<string, { readonly code: number; readonly reason: string }>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: { code: closeCode.tooBig, reason: "a message was far too long" },
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: { code: closeCode.tooBig, reason: "a message was far too long" },
  WS_ERR_TOO_MANY_BUFFERED_PARTS: { code: closeCode.policy, reason: "a message came in too many fragments" },
  WS_ERR_INVALID_UTF8: { code: closeCode.notText, reason: "a message was not UTF-8" }
}
const otherFault = { code: closeCode.protocolError, reason: "what was sent is not WebSocket" }

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
  readonly #receiver: Receiver
  #parsed: Array<() => Iterable<Heard>> = []
  #fault: { readonly code: number; readonly reason: string } | undefined
  #isClosed = false

  constructor(hearing: Pick<Hearing, "maxLine" | "maxName">) {
    this.#native = new NativeInterpreter(hearing)
    this.#maxLine = hearing.maxLine
    this.#receiver = new Receiver({
      isServer: true,
      maxPayload: hearing.maxLine * refusable,
      maxFragments,
      maxBufferedChunks: hearing.maxLine * refusable
    })
    this.#receiver.on("message", (data, isBinary) => {
      this.#parsed.push(() => this.#message(data, isBinary))
    })
    this.#receiver.on("ping", (data) => {
      this.#parsed.push(() => [{ _tag: "Answer", bytes: frame(data, opcode.pong) }])
    })
    this.#receiver.on("conclude", () => {
      this.#isClosed = true
      this.#parsed.push(() => [reject("closed", "connection closed")])
    })
    // The error is taken from the stream right after the write: this event comes a tick later.
    this.#receiver.on("error", () => undefined)
  }

  *hear(bytes: Uint8Array): Iterable<Heard> {
    if (this.#isClosed || this.#fault !== undefined) return
    // The receiver unmasks in place.
    this.#receiver.write(Buffer.from(bytes))
    const parsed = this.#parsed
    this.#parsed = []
    for (const heard of parsed) yield* heard()
    const error = this.#receiver.errored
    if (error === null) return
    this.#fault = ("code" in error && typeof error.code === "string" ? faults[error.code] : undefined) ?? otherFault
    yield reject("not-for-us", this.#fault.reason)
  }

  silence(): Iterable<Heard> {
    return []
  }

  end(): Iterable<Heard> {
    // A message that has not ended says nothing.
    return []
  }

  waiting(unheard: ReadonlyArray<Uint8Array | typeof silence>): number {
    const lines: Array<Buffer> = []
    this.#receiver.on("message", (data) => lines.push(data, Buffer.of(lineFeed)))
    for (const chunk of unheard) if (chunk instanceof Uint8Array) this.#receiver.write(Buffer.from(chunk))
    return this.#native.waiting([Buffer.concat(lines)])
  }

  told(): void {
    // As in the native dialect, a line means the same whatever came of those before it.
  }

  goodbye(goodbye: Goodbye): Uint8Array {
    const close = closeFrame(this.#fault?.code ?? closeCodes[goodbye.code] ?? closeCode.policy)
    // After the peer's close frame it reads nothing but ours.
    return this.#isClosed ? close : Buffer.concat([frame(Buffer.from(native.encode(goodbye).trimEnd()), opcode.text), close])
  }

  #message(data: Buffer, isBinary: boolean): Iterable<Heard> {
    if (isBinary) return [refuse(notText)]
    if (data.length > this.#maxLine) return [refuse(lineTooLong(this.#maxLine))]
    return data.includes(lineFeed) ? [refuse(severalLines)] : this.#native.hear(Buffer.concat([data, Buffer.of(lineFeed)]))
  }
}
