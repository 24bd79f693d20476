import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Registry from "../../../src/server/chat/Registry.ts"
import * as Server from "../../../src/server/Server.ts"
import type { ServerOptions } from "../../../src/server/ServerConfig.ts"
import { greeting } from "../../../src/server/dialect/plain.ts"
import { oneByOne, utf8 } from "../../support/bytes.ts"
import { connect, eventually, otherEnd, type Peer } from "../../support/Peer.ts"
import { eventsOf, loggingTo, member, open, tell, upTo } from "../../support/room.ts"

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
const first = utf8("PROXY TCP4 192.0.2.7 192.0.2.8 56324 25565\r\n")
const second = Uint8Array.from([...signature, 0x21, 0x11, 0, 12, 192, 0, 2, 7, 192, 0, 2, 8, 0xdc, 0x04, 0x63, 0xdd])
const local = Uint8Array.from([...signature, 0x20, 0x00, 0, 0])
const hello = utf8(`{"_tag":"Hello","v":1,"nickname":"nat","password":"sesame"}\n`)

/** A server that trusts this machine as a proxy, what it logs, and the addresses of its connections. */
const trusting = (options: Partial<ServerOptions> = {}) =>
  Effect.gen(function* () {
    const logged: Array<string> = []
    const layer = Server.layer({ port: 0, rateLimit: undefined, trustProxy: ["127.0.0.0/8", "::1"], ...options })
    const { close, context, port } = yield* open(layer.pipe(Layer.provide(loggingTo(logged))))
    const addresses = Effect.map(Context.get(context, Registry.Registry).connections, (all) => Array.from(HashMap.values(all), ({ address }) => address))
    return { port, logged, addresses, close }
  })

/** Sends each piece once the server has read those before it. */
const deliver = (peer: Peer, pieces: ReadonlyArray<Uint8Array>) =>
  Effect.gen(function* () {
    yield* eventually("the server accepts", () => otherEnd(peer) !== undefined)
    const there = otherEnd(peer)
    let sent = 0
    for (const piece of pieces) {
      yield* peer.send(piece)
      sent += piece.length
      const bytes = sent
      yield* eventually("the server reads", () => there === undefined || there.destroyed || there.bytesRead >= bytes)
    }
  })

describe.concurrent("A trusted proxy", () => {
  for (const [version, header] of [["1", first], ["2", second]] as const) {
    it.scopedLive(`tells the address in version ${version}, in one read with what the client says or apart`, () =>
      Effect.gen(function* () {
        const { addresses, port } = yield* trusting()
        for (const pieces of [[Buffer.concat([header, utf8("ann\n")])], [header, utf8("ann\n")], oneByOne(Buffer.concat([header, utf8("ann\n")]))]) {
          const peer = yield* connect(port)
          yield* deliver(peer, pieces)
          // Whoever sends a byte at a time is sent CR LF.
          expect((yield* peer.line).replace(/\r$/u, "")).toBe("Welcome ann! To leave, type {quit}.")
          expect(yield* addresses).toEqual(["192.0.2.7:56324"])
          yield* peer.send("{quit}\n")
          expect((yield* peer.rest).replace("\r", "")).toBe("Goodbye!\n")
        }
        const nat = yield* connect(port)
        yield* nat.send(Buffer.concat([header, hello]))
        expect(eventsOf(`${yield* nat.line}\n`)).toMatchObject([{ _tag: "Welcome" }])
      })
    )
  }

  it.scopedLive("brings clients whose addresses have limits of their own", () =>
    Effect.gen(function* () {
      const { port } = yield* trusting({ maxClientsPerAddress: 1 })
      const from = (host: string, name: string) =>
        Effect.gen(function* () {
          const peer = yield* connect(port)
          yield* peer.send(`PROXY TCP4 ${host} 192.0.2.8 1000 25565\r\n${name}\n`)
          return yield* peer.line
        })
      expect(yield* from("192.0.2.7", "ann")).toMatch(/^Welcome ann/u)
      expect(yield* from("192.0.2.9", "bob")).toMatch(/^Welcome bob/u)
      expect(yield* from("192.0.2.7", "eve")).toMatch(/too many come from your address/u)
    })
  )

  it.scopedLive("may take its time: the greeting's begins after the header", () =>
    Effect.gen(function* () {
      const { port } = yield* trusting({ greetAfter: 150 })
      const peer = yield* connect(port)
      yield* Effect.sleep(400)
      expect(peer.unread.length).toBe(0)
      const before = performance.now()
      yield* peer.send(first)
      expect(`${yield* peer.line}\n`).toBe(greeting)
      expect(performance.now() - before).toBeGreaterThan(140)
    })
  )

  it.scopedLive("that sees whether the server is there is heard of by nobody, neither with a header of its own nor without", () =>
    Effect.gen(function* () {
      const { addresses, logged, port } = yield* trusting({ greetAfter: 20 })
      const own = yield* connect(port)
      yield* deliver(own, [local])
      yield* own.end
      expect(yield* own.rest).toBe("")
      const bare = yield* connect(port)
      yield* eventually("the server accepts", () => otherEnd(bare) !== undefined)
      yield* bare.end
      expect(yield* bare.rest).toBe("")
      expect(yield* addresses).toEqual([])
      expect(logged).toEqual([])
    })
  )

  it.scopedLive("that says something for itself is served under its own address", () =>
    Effect.gen(function* () {
      const { addresses, port } = yield* trusting()
      for (const header of [local, utf8("PROXY UNKNOWN\r\n")]) {
        const peer = yield* connect(port)
        yield* deliver(peer, [header, utf8("ann\n")])
        expect(yield* peer.line).toMatch(/^Welcome ann/u)
        expect(yield* addresses).toEqual([expect.stringMatching(/^127\.0\.0\.1:/u)])
        yield* peer.send("{quit}\n")
        yield* peer.rest
      }
    })
  )

  it.scopedLive("whose header is none is closed, with the reason in the log, and the room hears nothing of it", () =>
    Effect.gen(function* () {
      const { logged, port } = yield* trusting({ proxyHeaderWithin: 100 })
      const ada = yield* connect(port)
      yield* ada.send(Buffer.concat([first, utf8(`{"_tag":"Hello","v":1,"nickname":"ada"}\n`)]))
      yield* upTo(ada, ({ _tag }) => _tag === "Welcome")
      const reasons: ReadonlyArray<readonly [string, string]> = [
        ["bob\nhello\n", "it does not begin with the PROXY protocol"],
        ["PROXY TCP4 192.0.2.7\r\nbob\n", "its line does not hold two addresses of TCP4 and two ports"],
        ["PROXY ", "it has not come whole within 0.1 s"]
      ]
      for (const [words, reason] of reasons) {
        const peer = yield* connect(port)
        yield* peer.send(words)
        expect(yield* peer.rest).toBe("")
        expect(logged.pop()).toMatch(new RegExp(`^WARN 127\\.0\\.0\\.1:\\d+ is trusted as a proxy, and its header was not taken: ${reason}$`, "u"))
      }
      const cut = yield* connect(port)
      yield* cut.send("PROXY TCP4")
      yield* cut.end
      expect(yield* cut.rest).toBe("")
      expect(logged.pop()).toMatch(/the connection ended within it$/u)
      yield* tell(ada, { _tag: "Ping", ref: "since" })
      expect((yield* upTo(ada, ({ _tag }) => _tag === "Pong")).map(({ _tag }) => _tag)).toEqual(["Pong"])
    })
  )

  it.scopedLive("that has told nothing yet when the server closes is told so", () =>
    Effect.gen(function* () {
      const { close, port } = yield* trusting()
      const peer = yield* connect(port)
      yield* deliver(peer, [utf8("PROXY ")])
      yield* close("the end")
      expect(yield* peer.rest).toBe("The server is closing: the end.\n")
    })
  )
})

describe.concurrent("A proxy that is not trusted", () => {
  for (const [version, header] of [["1", first], ["2", second]] as const) {
    it.scopedLive(`is turned away in words in version ${version}, and nobody hears what comes behind its header`, () =>
      Effect.gen(function* () {
        const { port } = yield* open(Server.layer({ port: 0, trustProxy: ["192.0.2.1"] })).pipe(Effect.map(({ port }) => ({ port })))
        const ada = yield* member(port, "ada")
        for (const behind of [utf8("bob\nhello\n"), hello]) {
          const whole = Buffer.concat([header, behind])
          for (const pieces of [[whole], [header, behind], oneByOne(whole)]) {
            const peer = yield* connect(port)
            yield* deliver(peer, pieces)
            expect(yield* peer.rest).toMatch(/No proxy is trusted at your address, so a PROXY protocol header is not taken from it\.\n$/u)
          }
        }
        yield* tell(ada, { _tag: "Ping", ref: "since" })
        expect((yield* upTo(ada, ({ _tag }) => _tag === "Pong")).map(({ _tag }) => _tag)).toEqual(["Pong"])
      })
    )
  }
})
