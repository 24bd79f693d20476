import { Receiver, Sender } from "ws"
import type { Event } from "../../../src/domain/Event.ts"
import { awaitEvent, connect, type Raw } from "./raw.ts"
import type { Stage } from "./stage.ts"
import { Transcript } from "./transcript.ts"

const opcode = { text: 1, close: 8 } as const

/** What a page in a browser is to the server: the native dialect over a WebSocket, by hand. */
export class Web {
  readonly heard = new Transcript()
  readonly #raw: Raw
  #closeCode: number | undefined

  constructor(raw: Raw) {
    this.#raw = raw
    const receiver = new Receiver({ isServer: false, maxPayload: 0, maxFragments: 0, maxBufferedChunks: 0 })
    receiver.on("message", (data) => {
      this.heard.add(Buffer.concat([data, Buffer.from("\n")]))
    })
    receiver.on("conclude", (code) => {
      this.#closeCode = code
    })
    raw.socket.on("data", (bytes: Buffer) => receiver.write(bytes))
    raw.socket.once("close", () => {
      this.heard.end()
    })
  }

  get socket(): Raw["socket"] {
    return this.#raw.socket
  }

  get closed(): Raw["closed"] {
    return this.#raw.closed
  }

  /** The code of the server's close frame, if it has come. */
  get closeCode(): number | undefined {
    return this.#closeCode
  }

  event<T extends Event["_tag"]>(tag: T) {
    return awaitEvent(this.heard, tag)
  }

  send(message: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#frame(Buffer.from(JSON.stringify(message)), opcode.text)
  }

  /** Sends a close frame: 1001 is what a browser sends for a tab that goes. */
  close(code: number): Promise<void> {
    const data = Buffer.alloc(2)
    data.writeUInt16BE(code)
    return this.#frame(data, opcode.close)
  }

  #frame(data: Buffer, kind: number): Promise<void> {
    return this.#raw.write(Buffer.concat(Sender.frame(data, { fin: true, opcode: kind, mask: true, readOnly: true, rsv1: false })))
  }
}

/** Opens a WebSocket and joins. */
export const webClient = async (stage: Stage, port: number, nickname: string): Promise<Web> => {
  const raw = await connect(stage, port)
  const head = new Promise<string>((resolve) => {
    // The answer to the opening comes alone: the server says nothing more before the Hello.
    raw.socket.once("data", (bytes: Buffer) => {
      resolve(bytes.toString("latin1"))
    })
  })
  await raw.write(
    ["GET / HTTP/1.1", `Host: 127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port}`, "Connection: Upgrade", "Upgrade: websocket",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", "", ""].join("\r\n")
  )
  const answer = await head
  if (!/^HTTP\/1\.1 101 [^]*\r\n\r\n$/u.test(answer)) throw new Error(`No WebSocket was opened: ${answer}`)
  const web = new Web(raw)
  await web.send({ _tag: "Hello", v: 1, nickname })
  await web.event("Welcome")
  return web
}
