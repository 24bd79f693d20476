// What is used of the package `ws`: the codec of WebSocket frames (RFC 6455), without its sockets and its server.
declare module "ws" {
  import type { Writable } from "node:stream"

  /** Parses the frames that are written to it, and emits `message`, `ping`, `pong` and `conclude`. */
  export class Receiver extends Writable {
    constructor(options: {
      readonly isServer: boolean
      readonly maxPayload: number
      readonly maxFragments: number
      readonly maxBufferedChunks: number
    })
    on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): this
    on(event: "ping" | "pong", listener: (data: Buffer) => void): this
    on(event: "conclude", listener: (code: number, reason: Buffer) => void): this
    on(event: "error", listener: (error: Error & { readonly code?: string }) => void): this
  }

  /** What a frame is, as its header says. */
  interface FrameOptions {
    readonly fin: boolean
    readonly opcode: number
    readonly mask: boolean
    readonly readOnly: boolean
    readonly rsv1: boolean
  }

  export const Sender: {
    /** A frame: its header, and its data where that is apart. */
    readonly frame: (data: Buffer, options: FrameOptions) => ReadonlyArray<Buffer>
  }
}
