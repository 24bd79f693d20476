import * as Net from "node:net"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { CutOff, EndOfInput, type ReadError } from "../../src/net/Errors.ts"
import { silence } from "../../src/net/Inbox.ts"
import { Tcp } from "../../src/net/Tcp.ts"
import { listening } from "../support/listening.ts"
import { connect, eventually } from "../support/Peer.ts"

const nothing = new Uint8Array(0)

/** A socket that is accepted and not read, so that what its peer sends stays in the system. */
const unread = Effect.gen(function* () {
  const accepted = yield* Deferred.make<Net.Socket>()
  const server = Net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    Deferred.unsafeDone(accepted, Effect.succeed(socket))
  })
  const peer = yield* connect(yield* listening(server))
  const socket = yield* Effect.acquireRelease(Deferred.await(accepted), (socket) => Effect.sync(() => socket.destroy()))
  return { peer, socket }
})

/** Reads to the end: how many bytes came, and what the end was. */
const readAll = (tcp: Tcp) =>
  Effect.gen(function* () {
    let length = 0
    let end: ReadError | undefined
    while (end === undefined) {
      const read = yield* tcp.read()
      if (read instanceof Uint8Array) length += read.length
      else if (read !== silence) end = read
    }
    return { length, end }
  })

const lost = { _tag: "ConnectionLost" }

describe("What had come before a reset", () => {
  // What is beyond the limit of the inbox waits in the system until the inbox has room.
  for (const [title, size, maxUnheard] of [["a little", 6000, 65_536], ["more than the inbox holds", 60_000, 1000]] as const) {
    it.scopedLive(`is read although a write met the reset first: ${title}`, () =>
      Effect.gen(function* () {
        const { peer, socket } = yield* unread
        yield* peer.send(Buffer.alloc(size, "x"))
        peer.socket.resetAndDestroy()
        yield* peer.closed
        const tcp = new Tcp(socket, { maxUnheard, tcpKeepalive: 30_000 })
        socket.resume()
        // In one turn of the event loop: nothing has been read yet.
        tcp.write("one\n")
        tcp.write("two\n")
        expect(tcp.writable).toBe(false)
        expect(tcp.backlog).toBe(0)
        expect(yield* readAll(tcp)).toMatchObject({ length: size, end: lost })
        yield* tcp.drained
        yield* tcp.close(15_000)
        expect(socket.destroyed).toBe(true)
      })
    )
  }

  it.scopedLive("is read although its reader is busy: what Node has read beyond the inbox, too", () =>
    Effect.gen(function* () {
      const { peer, socket } = yield* unread
      const tcp = new Tcp(socket, { maxUnheard: 1000, tcpKeepalive: 30_000 })
      socket.resume()
      const closed = yield* Deferred.make<void>()
      socket.once("close", () => {
        Deferred.unsafeDone(closed, Effect.void)
      })
      yield* peer.send(Buffer.alloc(2000, "x"))
      yield* eventually("its reader is full", () => socket.isPaused())
      yield* peer.send(Buffer.alloc(3000, "y"))
      yield* eventually("Node has read it", () => socket.bytesRead === 5000)
      peer.socket.resetAndDestroy()
      yield* Deferred.await(closed)
      expect(yield* readAll(tcp)).toMatchObject({ length: 5000, end: lost })
    })
  )

  it.scopedLive("is read for so long at most, from when a write met the reset", () =>
    Effect.gen(function* () {
      const { peer, socket } = yield* unread
      yield* peer.send(Buffer.alloc(60_000, "x"))
      peer.socket.resetAndDestroy()
      yield* peer.closed
      const tcp = new Tcp(socket, { maxUnheard: 1000, tcpKeepalive: 30_000 })
      tcp.hearOut(50)
      socket.resume()
      tcp.write("one\n")
      const start = performance.now()
      expect(yield* Effect.flip(tcp.attend(() => () => undefined))).toMatchObject(lost)
      expect(performance.now() - start).toBeGreaterThan(40)
    })
  )

  it.scopedLive("is not read where this side has ended the connection", () =>
    Effect.gen(function* () {
      const { peer, socket } = yield* unread
      yield* peer.send("theirs")
      peer.socket.resetAndDestroy()
      yield* peer.closed
      const tcp = new Tcp(socket, { maxUnheard: 1000, tcpKeepalive: 30_000 })
      socket.resume()
      const cutOff = new CutOff({ code: "removed", reason: "x" })
      tcp.stopReading(cutOff)
      tcp.write("one\n")
      expect(yield* readAll(tcp)).toEqual({ length: 0, end: cutOff })
      yield* tcp.close(15_000)
    })
  )

  it.scopedLive("a borrower of the socket meets the reset itself", () =>
    Effect.gen(function* () {
      const { peer, socket } = yield* unread
      peer.socket.resetAndDestroy()
      yield* peer.closed
      const tcp = new Tcp(socket, { maxUnheard: 1000, tcpKeepalive: 30_000 })
      const borrowed = tcp.lend()
      borrowed?.write("one\n")
      expect(borrowed?.errored).toMatchObject({ code: "ECONNRESET" })
      tcp.takeBack(nothing)
      expect(yield* readAll(tcp)).toMatchObject({ length: 0, end: lost })
    })
  )
})

describe("A reset right behind data, which Node reads as the end of the input,", () => {
  const options = { maxUnheard: 65_536, tcpKeepalive: 30_000 }

  it.scopedLive("is a reset", () =>
    Effect.gen(function* () {
      const { peer, socket } = yield* unread
      yield* peer.send("hello\n")
      peer.socket.resetAndDestroy()
      yield* peer.closed
      const tcp = new Tcp(socket, options)
      socket.resume()
      expect(yield* readAll(tcp)).toMatchObject({ length: 6, end: { ...lost, code: "ECONNRESET" } })
      yield* tcp.close(15_000)
    })
  )

  it.scopedLive("is a reset where something waits to be written", () =>
    Effect.gen(function* () {
      const { peer, socket } = yield* unread
      const tcp = new Tcp(socket, options)
      peer.socket.pause()
      while (tcp.backlog === 0) tcp.write(Buffer.alloc(1_000_000))
      yield* peer.send("hello\n")
      peer.socket.resetAndDestroy()
      yield* peer.closed
      socket.resume()
      expect(yield* readAll(tcp)).toMatchObject({ length: 6, end: { ...lost, code: "ECONNRESET" } })
      yield* tcp.close(15_000)
    })
  )

  it.scopedLive("is a reset where the socket was lent meanwhile", () =>
    Effect.gen(function* () {
      const { peer, socket } = yield* unread
      const tcp = new Tcp(socket, options)
      const borrowed = tcp.lend()
      yield* peer.send("hello\n")
      peer.socket.resetAndDestroy()
      yield* peer.closed
      borrowed?.resume()
      yield* eventually("its end is here", () => socket.readableEnded)
      tcp.takeBack(nothing)
      expect(yield* readAll(tcp)).toMatchObject({ length: 0, end: lost })
    })
  )

  for (const writes of [false, true]) {
    it.scopedLive(`is an end where a FIN came before it${writes ? ", also where a write met it first" : ""}`, () =>
      Effect.gen(function* () {
        const { peer, socket } = yield* unread
        yield* peer.send("hello")
        peer.socket.end()
        yield* Effect.async<void>((resume) => {
          peer.socket.once("finish", () => {
            resume(Effect.void)
          })
        })
        peer.socket.resetAndDestroy()
        yield* peer.closed
        const tcp = new Tcp(socket, options)
        socket.resume()
        if (writes) tcp.write("one\n")
        const { end, length } = yield* readAll(tcp)
        expect(length).toBe(5)
        expect(end).toBeInstanceOf(EndOfInput)
        yield* tcp.close(15_000)
      })
    )
  }
})
