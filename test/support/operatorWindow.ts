import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Receiver, Sender } from "ws"
import { type FromDesk, ToDesk } from "../../src/domain/wire/Desk.ts"
import * as Log from "../../src/server/chat/Log.ts"
import { SiteFolder } from "../../src/server/door/http/Site.ts"
import * as Console from "../../src/server/operator/Console.ts"
import * as Desk from "../../src/server/operator/Desk.ts"
import * as Feed from "../../src/server/operator/Feed.ts"
import * as Operator from "../../src/server/operator/Operator.ts"
import * as Server from "../../src/server/Server.ts"
import type { ServerOptions } from "../../src/server/ServerConfig.ts"
import { connect, type Peer } from "./Peer.ts"
import { open } from "./room.ts"

/** A room with an operator's window, and a small page for it; and what its console says. */
export const withWindow = (config: Partial<ServerOptions> = {}) => withWindowOver(Log.layer, config)

/** The same over this log. */
export const withWindowOver = <E>(log: Parameters<typeof Server.coreWith<E>>[1], config: Partial<ServerOptions> = {}) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "window-"))),
      (path) => Effect.sync(() => { rmSync(path, { recursive: true }) })
    )
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>room</title>")
    writeFileSync(join(folder, "operator.html"), "<!doctype html><title>operator</title>")
    writeFileSync(join(folder, "operator.ABCDEFGH.js"), "console.log(1)\n")
    const said: Array<string> = []
    const output = Layer.succeed(Console.ConsoleOutput, { write: (text: string) => { said.push(text.trimEnd()) } })
    const format: Console.Format = ({ level, message }) => `${level} ${message}\n`
    const room = yield* open(
      Server.port.pipe(
        Layer.provideMerge(Desk.layer),
        Layer.provideMerge(Operator.layer),
        Layer.provideMerge(Console.layer(format)),
        Layer.provideMerge(Server.coreWith({ port: 0, rateLimit: undefined, ...config }, log)),
        Layer.provideMerge(Console.logger(format)),
        Layer.provideMerge(Feed.layer),
        Layer.provideMerge(output),
        Layer.provideMerge(Layer.succeed(SiteFolder, pathToFileURL(`${folder}/`)))
      )
    )
    const desk = Context.get(room.context, Desk.Desk)
    const console = Context.get(room.context, Console.Console)
    yield* console.open(room.server.address, [])
    yield* desk.open({ address: room.server.address, links: [`http://${room.server.address}/`] })
    return { ...room, desk, said }
  })

/** The lines of a request for a WebSocket at the operator's path. */
export const upgrade = (host: string, ...more: ReadonlyArray<string>): string =>
  ["GET /operator HTTP/1.1", `Host: ${host}`, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", ...more, "", ""].join("\r\n")

/** The status of the next answer, whose head is taken. */
export const statusOf = (peer: Peer): Effect.Effect<number> =>
  Effect.map(
    peer.until("the head of an answer", () => {
      const end = peer.unread.indexOf("\r\n\r\n")
      return end < 0 ? undefined : peer.take(end + 4).toString("latin1")
    }),
    (head) => Number(head.split(" ")[1])
  )

const decode = Schema.decodeUnknownSync(Schema.parseJson(ToDesk))

type Of<K extends ToDesk["_tag"]> = Extract<ToDesk, { readonly _tag: K }>

const masked = (data: Buffer, opcode: number) => Buffer.concat(Sender.frame(data, { fin: true, opcode, mask: true, readOnly: false, rsv1: false }))

/** The WebSocket of an operator's window, as a browser opens it. */
class WindowPeer {
  readonly peer: Peer
  readonly all: Array<ToDesk> = []
  readonly #receiver = new Receiver({ isServer: false, maxPayload: 0, maxFragments: 0, maxBufferedChunks: 0 })
  #unseen: Array<ToDesk> = []
  #closed: { readonly code: number; readonly reason: string } | undefined

  constructor(peer: Peer) {
    this.peer = peer
    this.#receiver.on("message", (data) => {
      const message = decode(data.toString())
      this.all.push(message)
      this.#unseen.push(message)
    })
    this.#receiver.on("conclude", (code, reason) => {
      this.#closed = { code, reason: reason.toString() }
    })
  }

  /** Waits for the next message of this kind that fits; those before it are dropped. */
  next<K extends ToDesk["_tag"]>(kind: K, fits: (message: Of<K>) => boolean = () => true): Effect.Effect<Of<K>> {
    const is = (message: ToDesk): message is Of<K> => message._tag === kind
    return this.peer.until(kind, () => {
      this.#read()
      const index = this.#unseen.findIndex((message) => is(message) && fits(message))
      const found = this.#unseen[index]
      if (found === undefined || !is(found)) return undefined
      this.#unseen = this.#unseen.slice(index + 1)
      return found
    })
  }

  /** Waits for a line of the console with these words. */
  line(words: string | RegExp): Effect.Effect<Of<"Line">> {
    return this.next("Line", ({ message }) => (typeof words === "string" ? message === words : words.test(message)))
  }

  /** Waits until the server has closed the WebSocket: its code and reason. */
  get closed(): Effect.Effect<{ readonly code: number; readonly reason: string }> {
    return this.peer.until("close", () => {
      this.#read()
      return this.#closed
    })
  }

  #read(): void {
    if (this.#closed === undefined) this.#receiver.write(this.peer.take(this.peer.unread.length))
  }

  tell(message: FromDesk): Effect.Effect<void> {
    return this.text(JSON.stringify(message))
  }

  text(text: string): Effect.Effect<void> {
    return this.peer.send(masked(Buffer.from(text), 1))
  }

  /** Any bytes, as they are. */
  binary(data: Buffer): Effect.Effect<void> {
    return this.peer.send(masked(data, 2))
  }

  /** Closes it as a page does that is left. */
  get close(): Effect.Effect<void> {
    return this.peer.send(masked(Buffer.from([0x03, 0xe9]), 8))
  }
}

/** A WebSocket at the operator's path, with nothing said on it. */
export const knock = (port: number) =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    yield* peer.send(upgrade(`127.0.0.1:${port}`))
    const status = yield* statusOf(peer)
    if (status !== 101) return yield* Effect.dieMessage(`It was not upgraded: ${status}`)
    return new WindowPeer(peer)
  })

/** A window that is open. */
export const openWindow = (port: number, by: { readonly code?: string; readonly secret?: string }) =>
  Effect.gen(function* () {
    const window = yield* knock(port)
    yield* window.tell({ _tag: "Open", ...by })
    const opened = yield* window.next("Opened")
    return Object.assign(window, { opened })
  })
