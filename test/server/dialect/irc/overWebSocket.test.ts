import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Receiver, Sender } from "ws"
import { chosen } from "../../../../src/server/dialect/irc/overWebSocket.ts"
import { connect, type Peer } from "../../../support/Peer.ts"
import { opened, plainMember } from "../../../support/room.ts"

const opcodes = { "text.ircv3.net": 1, "binary.ircv3.net": 2 } as const

/** Opens a WebSocket with this subprotocol: how the server has answered, and what it sends, message by message. */
const openSocket = (port: number, offered: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    yield* peer.send(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${offered}\r\n\r\n`
    )
    const end = yield* peer.until("the answer", () => {
      const found = peer.unread.indexOf("\r\n\r\n")
      return found < 0 ? undefined : found + 4
    })
    return { peer, head: peer.take(end).toString() }
  })

interface Message {
  readonly isBinary: boolean
  readonly text: string
}

/** The messages of the server over one WebSocket. */
class Messages {
  readonly #peer: Peer
  readonly #receiver = new Receiver({ isServer: false, maxPayload: 0, maxFragments: 0, maxBufferedChunks: 0 })
  #unread: Array<Message> = []

  constructor(peer: Peer) {
    this.#peer = peer
    this.#receiver.on("message", (data, isBinary) => {
      this.#unread.push({ isBinary, text: data.toString() })
    })
  }

  /** Those up to the first that matches. */
  until(pattern: RegExp): Effect.Effect<ReadonlyArray<Message>> {
    return this.#peer.until(String(pattern), () => {
      this.#receiver.write(this.#peer.take(this.#peer.unread.length))
      const end = this.#unread.findIndex(({ text }) => pattern.test(text)) + 1
      return end === 0 ? undefined : this.#unread.splice(0, end)
    })
  }
}

describe("IRC over a WebSocket", () => {
  it("is spoken where the client offers a subprotocol of it, the first of these that is known", () => {
    expect(chosen("text.ircv3.net")).toBe("text.ircv3.net")
    expect(chosen("chat, binary.ircv3.net ,text.ircv3.net")).toBe("binary.ircv3.net")
    expect(chosen("")).toBeUndefined()
    expect(chosen("irc")).toBeUndefined()
  })

  it.scopedLive.each(["text.ircv3.net", "binary.ircv3.net"] as const)("each message is one line, without its end: %s", (subprotocol) =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* plainMember(port, "bob")
      const { head, peer } = yield* openSocket(port, `other, ${subprotocol}`)
      expect(head).toContain("101 Switching Protocols")
      expect(head).toContain(`Sec-WebSocket-Protocol: ${subprotocol}\r\n`)
      const send = (message: Buffer, opcode: number) => peer.send(Buffer.concat(Sender.frame(message, { fin: true, opcode, mask: true, readOnly: false, rsv1: false })))
      const say = (line: string) => send(Buffer.from(line), opcodes[subprotocol])
      for (const line of ["NICK ann", "USER ann 0 * :Ann", "JOIN #lobby"]) yield* say(line)
      const messages = new Messages(peer)
      const entering = yield* messages.until(/ 366 /u)
      expect(entering.every(({ isBinary, text }) => isBinary === (subprotocol === "binary.ircv3.net") && !/[\r\n]/u.test(text))).toBe(true)
      expect(entering.map(({ text }) => text)).toContain(":ann!~u@brusio JOIN #lobby")
      expect(yield* bob.line).toBe("ann has joined the chat!")
      yield* say("PRIVMSG #lobby :hello")
      expect(yield* bob.line).toBe("ann: hello")
      yield* bob.send("hi ann\n")
      expect((yield* messages.until(/hi ann/u)).at(-1)?.text).toBe(":bob!~u@brusio PRIVMSG #lobby :hi ann")
      // Of whichever kind a message is, it is answered; what is not UTF-8 is refused.
      yield* send(Buffer.from("PRIVMSG #lobby :of the other kind"), 3 - opcodes[subprotocol])
      expect(yield* bob.line).toBe("ann: of the other kind")
      yield* send(Buffer.from("PRIVMSG #lobby :caf\u00e9", "latin1"), opcodes["binary.ircv3.net"])
      expect((yield* messages.until(/^:brusio FAIL/u)).at(-1)?.text).toBe(":brusio FAIL PRIVMSG INVALID_UTF8 :Message rejected: your client sent invalid UTF-8")
      yield* say("QUIT :bye")
      expect((yield* messages.until(/^ERROR/u)).at(-1)?.text).toBe("ERROR :Closing Link: brusio (Quit: bye)")
      expect(yield* bob.line).toBe("ann has left the chat. (bye)")
    })
  )
})
