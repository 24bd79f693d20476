import * as Http from "node:http"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { CutOff, EndOfInput } from "../../src/net/Errors.ts"
import { silence } from "../../src/net/Inbox.ts"
import { Tcp } from "../../src/net/Tcp.ts"
import { after } from "../../src/net/Wait.ts"
import { show } from "../support/bytes.ts"
import { listening } from "../support/listening.ts"
import { connect, eventually, type Peer } from "../support/Peer.ts"
import { selfSigned } from "../support/selfSigned.ts"

const options = { maxUnheard: 65_536, tcpKeepalive: 30_000 }

/** A connection of ours, its socket, and the peer at its other end. */
const pair = Effect.gen(function* () {
  const accepted = yield* Deferred.make<Net.Socket>()
  const server = Net.createServer({ allowHalfOpen: true }, (socket) => {
    Deferred.unsafeDone(accepted, Effect.succeed(socket))
  })
  const peer = yield* connect(yield* listening(server))
  const socket = yield* Effect.acquireRelease(Deferred.await(accepted), (socket) => Effect.sync(() => socket.destroy()))
  return { socket, tcp: new Tcp(socket, options), peer }
})

const bytes = (tcp: Tcp) =>
  Effect.flatMap(tcp.read(), (read) => (read instanceof Uint8Array ? Effect.succeed(read) : Effect.dieMessage(`This is no chunk: ${read === silence ? "silence" : read._tag}`)))

/** Reads until this much has come. */
const text = (tcp: Tcp, length: number) =>
  Effect.gen(function* () {
    let heard = ""
    while (heard.length < length) heard += show(yield* bytes(tcp))
    return heard
  })

const lent = (tcp: Tcp, heard: ReadonlyArray<Uint8Array> = []): Net.Socket => {
  const socket = tcp.lend(heard)
  if (socket === undefined) throw new Error("Nothing can be lent")
  return socket
}

/** Ways for bytes to come: the first of them alone and then the rest, at every place; and one by one. */
const splits = (whole: Buffer): ReadonlyArray<ReadonlyArray<Buffer>> => [
  ...Array.from(whole.subarray(1), (_, n) => [whole.subarray(0, n + 1), whole.subarray(n + 1)]),
  Array.from(whole, (_, n) => whole.subarray(n, n + 1))
]

const write = (peer: Peer, part: Uint8Array) => Effect.sync(() => peer.socket.write(part))
const endOfTurn = Effect.async<void>((resume) => {
  setImmediate(() => {
    resume(Effect.void)
  })
})

describe("A connection that is lent to node:http", () => {
  const request = Buffer.from("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

  it.scopedLive("answers a request, wherever its bytes are cut", () =>
    Effect.forEach(splits(request), ([first = Buffer.of(), ...rest]) =>
      Effect.scoped(Effect.gen(function* () {
        const server = Http.createServer((asked, answer) => answer.end(`you asked for ${asked.url ?? ""}`))
        const { peer, tcp } = yield* pair
        yield* write(peer, first)
        const heard = yield* bytes(tcp)
        const socket = lent(tcp, [heard])
        expect(socket.isPaused()).toBe(true)
        server.emit("connection", socket)
        socket.resume()
        for (const part of rest) {
          yield* write(peer, part)
          if (rest.length > 1) yield* endOfTurn
        }
        yield* peer.until("the answer", () => (peer.unread.includes("you asked for /a") ? true : undefined))
        expect(peer.unread.toString()).toMatch(/^HTTP\/1\.1 200 /u)
      }))
    , { discard: true })
  )

  it.scopedLive("comes back after an upgrade and is read on from the right byte", () => {
    const whole = Buffer.from("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: lines\r\nConnection: Upgrade\r\n\r\none\ntwo\n")
    return Effect.forEach(splits(whole), ([first = Buffer.of(), ...rest]) =>
      Effect.scoped(Effect.gen(function* () {
        const { peer, tcp } = yield* pair
        const back = yield* Deferred.make<void>()
        const server = Http.createServer().on("upgrade", (_request, socket, head: Buffer) => {
          socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n")
          tcp.takeBack(head)
          Deferred.unsafeDone(back, Effect.void)
        })
        yield* write(peer, first)
        const socket = lent(tcp, [yield* bytes(tcp)])
        server.emit("connection", socket)
        socket.resume()
        for (const part of rest) {
          yield* write(peer, part)
          if (rest.length > 1) yield* endOfTurn
        }
        yield* Deferred.await(back)
        expect(yield* text(tcp, 8)).toBe("one\ntwo\n")
        expect(tcp.silentFor).toBeGreaterThanOrEqual(0)
        yield* Effect.flatMap(tcp.read(1), (read) => Effect.sync(() => {
          expect(read).toBe(silence)
        }))
        yield* write(peer, Buffer.from("three\n"))
        expect(yield* text(tcp, 6)).toBe("three\n")
        tcp.write("bye\n")
        const closing = yield* Effect.fork(tcp.close(15_000))
        yield* peer.until("the goodbye", () => (peer.ended === "end" && peer.unread.toString().endsWith("bye\n") ? true : undefined))
        yield* Fiber.join(closing)
      }))
    , { discard: true })
  })
})

describe("A connection that is lent to node:tls", () => {
  const context = Tls.createSecureContext(selfSigned)

  /** One handshake and an echo; the first `cut` bytes of the client's come alone, or all one by one. */
  const handshake = (cut: number | "each") =>
    Effect.scoped(Effect.gen(function* () {
      const { peer, tcp } = yield* pair
      // Between the client's TLS and the wire there is a socket pair of the test's own.
      const far = yield* pair
      const first = yield* Deferred.make<Buffer>()
      const client = Tls.connect({ socket: far.peer.socket, rejectUnauthorized: false })
      client.on("error", () => undefined)
      const echoed = yield* Deferred.make<string>()
      client.on("data", (data: Buffer) => {
        Deferred.unsafeDone(echoed, Effect.succeed(data.toString()))
      })
      client.write("hello")
      const raw = lent(far.tcp)
      raw.once("data", (chunk: Buffer) => {
        Deferred.unsafeDone(first, Effect.succeed(chunk))
        raw.on("data", (more: Buffer) => peer.socket.write(more))
      })
      raw.resume()
      peer.socket.removeAllListeners("data")
      peer.socket.on("data", (back: Buffer) => raw.write(back))
      const hello = yield* Deferred.await(first)
      const length = hello.length
      if (cut !== "each" && cut >= length) return length
      yield* write(peer, hello.subarray(0, cut === "each" ? 1 : cut))
      const socket = lent(tcp, [yield* bytes(tcp)])
      const secure = new Tls.TLSSocket(socket, { isServer: true, secureContext: context })
      secure.on("error", () => undefined)
      secure.on("data", (data: Buffer) => secure.write(data))
      if (cut === "each") {
        for (const byte of hello.subarray(1)) {
          yield* write(peer, Buffer.of(byte))
          yield* endOfTurn
        }
      } else yield* write(peer, hello.subarray(cut))
      expect(yield* Effect.timeout(Deferred.await(echoed), "15 seconds")).toBe("hello")
      client.destroy()
      secure.destroy()
      return length
    }))

  it.scopedLive("shakes hands and talks, wherever the first bytes are cut", () =>
    Effect.gen(function* () {
      const length = yield* handshake("each")
      expect(length).toBeGreaterThan(100)
      yield* Effect.forEach(Array.from({ length: length - 1 }, (_, n) => n + 1), handshake, { discard: true })
    }),
    120_000
  )
})

describe("A connection that is lent", () => {
  it.scopedLive("puts back what nobody had read, in order", () =>
    Effect.gen(function* () {
      const { peer, socket, tcp } = yield* pair
      yield* write(peer, Buffer.from("one "))
      const heard = yield* bytes(tcp)
      yield* write(peer, Buffer.from("two "))
      yield* eventually("it is in the inbox", () => socket.bytesRead === 8)
      yield* endOfTurn
      const borrowed = lent(tcp, [heard])
      expect(String(borrowed.read())).toBe("one two ")
      expect(["data", "end", "close"].map((name) => borrowed.listeners(name).filter((listener) => String(listener).includes("#"))).flat()).toEqual([])
      expect(borrowed.listenerCount("error")).toBe(1)
      expect(tcp.silentFor).toBe(0)
      expect(tcp.lend()).toBeUndefined()
    })
  )

  it.scopedLive("tells one who waits in a read nothing until it is back", () =>
    Effect.gen(function* () {
      const { peer, tcp } = yield* pair
      const reading = yield* Effect.fork(tcp.read())
      yield* endOfTurn
      const borrowed = lent(tcp)
      const heard = yield* Deferred.make<string>()
      const hear = (chunk: Buffer) => {
        Deferred.unsafeDone(heard, Effect.succeed(chunk.toString()))
      }
      borrowed.on("data", hear)
      borrowed.resume()
      yield* write(peer, Buffer.from("theirs"))
      expect(yield* Deferred.await(heard)).toBe("theirs")
      borrowed.off("data", hear)
      tcp.takeBack(Buffer.from("ours"))
      expect(yield* Fiber.join(reading)).toEqual(Buffer.from("ours"))
    })
  )

  it.scopedLive("is not lent once its end has been read, or it was cut off", () =>
    Effect.gen(function* () {
      const { peer, tcp } = yield* pair
      peer.socket.end()
      expect(yield* tcp.read()).toBeInstanceOf(EndOfInput)
      expect(tcp.lend()).toBeUndefined()
      const other = yield* pair
      const cutOff = new CutOff({ code: "removed", reason: "x" })
      other.tcp.stopReading(cutOff)
      expect(other.tcp.lend()).toBeUndefined()
    })
  )

  it.scopedLive("may be reset meanwhile: nothing is thrown, and it is lost when it comes back", () =>
    Effect.gen(function* () {
      const { peer, socket, tcp } = yield* pair
      const borrowed = lent(tcp)
      borrowed.resume()
      peer.socket.resetAndDestroy()
      yield* eventually("it is gone", () => socket.destroyed)
      tcp.takeBack(Buffer.of())
      expect(yield* tcp.read()).toMatchObject({ _tag: "ConnectionLost" })
      yield* tcp.pause(after(1))
      yield* tcp.close(15_000)
    })
  )

  it.scopedLive("reads an end that came meanwhile after what is left, and keeps to what was decided meanwhile", () =>
    Effect.gen(function* () {
      const { peer, socket, tcp } = yield* pair
      const borrowed = lent(tcp)
      borrowed.resume()
      peer.socket.end()
      yield* eventually("its end is here", () => socket.readableEnded)
      tcp.takeBack(Buffer.from("last"))
      expect(show(yield* bytes(tcp))).toBe("last")
      expect(yield* tcp.read()).toBeInstanceOf(EndOfInput)

      const other = yield* pair
      lent(other.tcp)
      const cutOff = new CutOff({ code: "removed", reason: "x" })
      other.tcp.stopReading(cutOff)
      other.tcp.takeBack(Buffer.from("unheard"))
      expect(yield* other.tcp.read()).toBe(cutOff)
      expect(yield* Effect.flip(other.tcp.pause(after(1)))).toBe(cutOff)
    })
  )
})
