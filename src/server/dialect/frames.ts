import { Receiver, Sender } from "ws"

/** The kinds of frames that are sent here (RFC 6455, 5.2). */
const opcode = { text: 0x1, binary: 0x2, close: 0x8, pong: 0xa } as const

// A server's frames are not masked, so one frame is the same for all who are sent it.
const frame = (data: Buffer, kind: number): Buffer =>
  Buffer.concat(Sender.frame(data, { fin: true, opcode: kind, mask: false, readOnly: true, rsv1: false }))

/** A text message as a frame. */
export const textFrame = (text: string): Buffer => frame(Buffer.from(text), opcode.text)

/** A text as a binary message, in UTF-8. */
export const binaryFrame = (text: string): Buffer => frame(Buffer.from(text), opcode.binary)

/** The answer to a ping, which brings its data back. */
export const pongFrame = (data: Buffer): Buffer => frame(data, opcode.pong)

/** The codes with which this side closes, of RFC 6455, 7.4.1, and 1012 of the registry that it begins. */
export const closeCode = { normal: 1000, goingAway: 1001, protocolError: 1002, notText: 1007, policy: 1008, tooBig: 1009, internalError: 1011, serviceRestart: 1012 } as const

/** How many bytes the reason of a close frame may have (RFC 6455, 5.5). */
const maxReason = 123

/** Closes a WebSocket, with words for whoever made the program at its other end; as many of them as a frame holds. */
export const closeFrame = (code: number, reason = ""): Buffer => {
  const words = Buffer.from(reason)
  const data = Buffer.alloc(2 + (words.length <= maxReason ? words.length : 0))
  data.writeUInt16BE(code)
  words.copy(data, 2)
  return frame(data, opcode.close)
}

/** Why frames could not be read: the code to close with, and words. */
export interface Fault {
  readonly code: number
  readonly reason: string
}

/** What a peer has sent. `Fault`: what is no valid frame, after which nothing more can be read; `Closed`: the peer has closed. */
export type Incoming =
  | { readonly _tag: "Text" | "Binary" | "Ping"; readonly data: Buffer }
  | { readonly _tag: "Closed" }
  | ({ readonly _tag: "Fault" } & Fault)

/** By the codes of `ws`. */
const faults: Readonly<Record<string, Fault>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: { code: closeCode.tooBig, reason: "a message was far too long" },
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: { code: closeCode.tooBig, reason: "a message was far too long" },
  WS_ERR_TOO_MANY_BUFFERED_PARTS: { code: closeCode.policy, reason: "a message came in too many fragments" },
  WS_ERR_INVALID_UTF8: { code: closeCode.notText, reason: "a message was not UTF-8" }
}
const otherFault: Fault = { code: closeCode.protocolError, reason: "what was sent is not WebSocket" }

/** In how many fragments a message may come. */
const maxFragments = 1024

/** Parses the frames that a browser sends over a WebSocket, in however many reads they come. */
export class Frames {
  readonly #receiver: Receiver
  #parsed: Array<Incoming> = []
  #isClosed = false
  #hasFailed = false

  /** `maxBytes`: a longer message is a fault before it is held in memory. */
  constructor(maxBytes: number) {
    this.#receiver = new Receiver({ isServer: true, maxPayload: maxBytes, maxFragments, maxBufferedChunks: maxBytes })
    this.#receiver.on("message", (data, isBinary) => {
      this.#parsed.push({ _tag: isBinary ? "Binary" : "Text", data })
    })
    this.#receiver.on("ping", (data) => {
      this.#parsed.push({ _tag: "Ping", data })
    })
    this.#receiver.on("conclude", () => {
      this.#isClosed = true
      this.#parsed.push({ _tag: "Closed" })
    })
    // The error is taken from the stream right after the write: this event comes a tick later.
    this.#receiver.on("error", () => undefined)
  }

  /** Whether the peer has closed: from then on it reads nothing but the answer to that. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** What has come whole with these bytes, in order; nothing after a fault, or after the peer's close. */
  read(bytes: Uint8Array): ReadonlyArray<Incoming> {
    if (this.#isClosed || this.#hasFailed) return []
    // The receiver unmasks in place.
    this.#receiver.write(Buffer.from(bytes))
    const parsed = this.#parsed
    this.#parsed = []
    const error = this.#receiver.errored
    if (error === null) return parsed
    this.#hasFailed = true
    const fault = "code" in error && typeof error.code === "string" ? faults[error.code] : undefined
    return [...parsed, { _tag: "Fault", ...(fault ?? otherFault) }]
  }
}
