import * as Net from "node:net"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { ListenError } from "../../../src/server/Errors.ts"
import * as Server from "../../../src/server/Server.ts"
import { connect, eventually, otherEnd, Peer } from "../../support/Peer.ts"
import { eventsOf, member, opened, tell } from "../../support/room.ts"

/** How an attempt to connect ends. */
const attempt = (port: number): Effect.Effect<string> =>
  Effect.async<string>((resume) => {
    const socket = Net.connect({ host: "127.0.0.1", port })
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resume(Effect.succeed(error.code ?? error.message))
    })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.succeed("connected"))
    })
  })

describe.concurrent("Listening", () => {
  it.scopedLive("on port 0 takes a free one, and says which", () =>
    Effect.gen(function* () {
      const { server } = yield* opened()
      expect(server.port).toBeGreaterThan(0)
      expect(server.host).toBe("127.0.0.1")
      expect(server.address).toBe(`127.0.0.1:${server.port}`)
      expect(yield* attempt(server.port)).toBe("connected")
    })
  )

  it.scopedLive("on a port that is taken fails, with words that help; who was there goes on", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const error = yield* Effect.flip(Layer.build(Server.layer({ port })))
      expect(error).toBeInstanceOf(ListenError)
      expect(error).toMatchObject({ code: "EADDRINUSE", host: "127.0.0.1", port })
      expect(error.message).toBe(`Cannot listen on 127.0.0.1, port ${port}: the port is in use.`)
      yield* member(port, "ada")
    })
  )

  it.scopedLive("on an address of another machine fails", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Layer.build(Server.layer({ host: "192.0.2.1", port: 0 })))
      expect(error.code).toBe("EADDRNOTAVAIL")
    })
  )

  it.scopedLive("on what is no address shows nothing raw of it", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Layer.build(Server.layer({ host: "q\u001b[31m", port: 0 })))
      expect(error.message).toMatch(/^Cannot listen on q\[31m, port 0: /u)
    })
  )

  it.scopedLive("ends with the scope, and the port is free again", () =>
    Effect.gen(function* () {
      const first = yield* opened()
      yield* member(first.port, "ada")
      yield* first.shut
      expect(yield* attempt(first.port)).toBe("ECONNREFUSED")
      const second = yield* opened({ port: first.port })
      expect(second.port).toBe(first.port)
    })
  )
})

describe.concurrent("While the server closes", () => {
  it.scopedLive("who comes is told at the door, also while one who does not go holds it up, and then nobody comes any more", () =>
    Effect.gen(function* () {
      const room = yield* opened({ closeGrace: 300 })
      const ada = yield* member(room.port, "ada")
      yield* ada.pause
      const there = otherEnd(ada)
      const closing = yield* Effect.fork(room.close("the end"))
      yield* eventually("the server ends its half", () => there?.writableEnded === true)
      const late = yield* connect(room.port)
      expect(yield* late.rest).toBe("The server is closing: the end.\n")
      expect(closing.unsafePoll()).toBeNull()
      yield* Fiber.join(closing)
      expect(yield* attempt(room.port)).toBe("ECONNREFUSED")
      expect(there?.destroyed).toBe(true)
    })
  )

  it.scopedLive("all are told that had been let in, whatever they were at", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const arrivals = yield* Effect.forEach(Array.from({ length: 60 }), () =>
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => Net.connect({ host: "127.0.0.1", port: room.port, allowHalfOpen: true })),
            (socket) => Effect.sync(() => socket.destroy())
          ),
          (socket) => new Peer(socket)
        )
      )
      for (const [index, peer] of arrivals.entries()) {
        if (index % 3 === 1) yield* tell(peer, { _tag: "Hello", v: 1, nickname: `n${index}` })
        if (index % 3 === 2) yield* peer.send(`p${index}\n`)
      }
      yield* eventually("one is let in", () => arrivals.some((peer) => otherEnd(peer) !== undefined))
      const inside = arrivals.map((peer) => otherEnd(peer) !== undefined)
      yield* room.close("the end")
      for (const [index, peer] of arrivals.entries()) {
        if (inside[index] !== true) continue
        const told = yield* peer.rest
        const last = told.trimEnd().split("\n").at(-1) ?? ""
        if (last.startsWith("{")) expect(eventsOf(`${last}\n`)).toMatchObject([{ _tag: "Goodbye", code: "closing", reason: "the end" }])
        else expect(last).toBe("The server is closing: the end.")
      }
    })
  )

  it.scopedLive("a connection that nobody has taken yet is told too", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const peer = yield* connect(room.port)
      yield* eventually("the server accepts", () => otherEnd(peer) !== undefined)
      yield* room.close("the end")
      expect(yield* peer.rest).toBe("The server is closing: the end.\n")
    })
  )
})
