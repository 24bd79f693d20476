// What these tests use of the package `ws` beside its codec: its server.
declare module "ws" {
  import type { IncomingMessage } from "node:http"
  import type { Duplex } from "node:stream"

  export interface WebSocket {
    send(text: string): void
    close(code?: number): void
    terminate(): void
    on(event: "message", listener: (data: Buffer) => void): this
    on(event: "close", listener: (code: number) => void): this
    on(event: "error", listener: (error: Error) => void): this
  }

  export class WebSocketServer {
    constructor(options: { readonly noServer: true })
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: WebSocket) => void): void
  }
}
