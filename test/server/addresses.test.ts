import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { throttledAddress } from "../../src/domain/phrases.ts"
import { connect, eventually, otherEnd, type Peer } from "../support/Peer.ts"
import { event, eventsOf, member, next, opened, plainMember, tell, upTo } from "../support/room.ts"

const hello = (nickname: string) => ({ _tag: "Hello", v: 1, nickname }) as const
const says = (count: number) => Array.from({ length: count }, (_, n) => ({ _tag: "Say", text: `spam ${n}` }) as const)

/** Far from every client's own limit, so that what holds is the address's. */
const roomy = { rateLimit: { perSecond: 1_000_000, burst: 1_000_000 } }

const spam = (peer: Peer, count: number) =>
  Effect.iterate(0, {
    while: (heard) => heard < count,
    body: (heard) => Effect.map(event(peer), (told) => (told._tag === "Said" && told.text.startsWith("spam") ? heard + 1 : heard))
  })

/** Comes from this address, says so many things and leaves; when all was taken up, ms. */
const visit = (port: number, nickname: string, count: number, from?: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port, from)
    yield* tell(peer, hello(nickname), ...says(count), { _tag: "Quit" })
    expect(eventsOf(yield* peer.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "quit" })
    return performance.now()
  })

describe("An address", () => {
  it.scopedLive("has one allowance, however often it reconnects: all is said, at its rate", () =>
    Effect.gen(function* () {
      const [addressRateLimit, addressRateBurst, visits, count] = [100, 50, 4, 40]
      const { port } = yield* opened({ ...roomy, addressRateLimit, addressRateBurst })
      const ear = yield* member(port, "ear")
      const start = performance.now()
      const hearing = yield* Effect.fork(spam(ear, visits * count))
      let end = start
      for (let n = 0; n < visits; n += 1) end = yield* visit(port, `loop ${n}`, count)
      // Each visit is a connection, a hello, so many messages and a quit.
      expect(end - start).toBeGreaterThan(((visits * (count + 3) - addressRateBurst) * 1000) / addressRateLimit - 50)
      expect(yield* hearing).toBe(visits * count)
    })
  )

  it.scopedLive("is one also over many connections at once, and does not slow down another address", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...roomy, addressRateLimit: 20, addressRateBurst: 20 })
      const start = performance.now()
      const loops = yield* Effect.fork(Effect.forEach(Array.from({ length: 5 }, (_, n) => `loop ${n}`), (name) => visit(port, name, 20, "127.0.0.2"), { concurrency: "unbounded" }))
      const ada = yield* member(port, "ada")
      yield* tell(ada, ...says(10), { _tag: "Ping" })
      yield* next(ada, "Pong")
      expect(loops.unsafePoll()).toBeNull()
      expect(Math.max(...(yield* loops)) - start).toBeGreaterThan(((5 * 23 - 20) * 1000) / 20 - 50)
    })
  )

  it.scopedLive("that floods lets those of its clients go first who say little", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...roomy, addressRateLimit: 20, addressRateBurst: 100 })
      const ada = yield* member(port, "ada")
      const flood = yield* Effect.forEach(Array.from({ length: 40 }, (_, n) => `flood ${n}`), (name) => member(port, name))
      for (const peer of flood) yield* tell(peer, ...says(15))
      // From now on nearly all of them wait.
      yield* Effect.forEach(flood.slice(-5), (peer) => next(peer, "Throttled"))
      let before = 0
      for (let line = 0; line < 5; line += 1) {
        yield* tell(ada, { _tag: "Say", text: `line ${line}` })
        const told = yield* upTo(ada, (event) => event._tag === "Said" && event.text === `line ${line}`)
        if (line > 0) before += told.filter(({ _tag }) => _tag === "Said").length - 1
      }
      // One of each that floods, for each of its lines, would be 160.
      expect(before).toBeLessThan(80)
    })
  )

  it.scopedLive("that is too fast is told so, each of its clients once and in its own dialect", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...roomy, addressRateLimit: 20, addressRateBurst: 6 })
      const ada = yield* member(port, "ada")
      const bob = yield* plainMember(port, "bob")
      const upToPong = upTo(ada, ({ _tag }) => _tag === "Pong")
      yield* tell(ada, ...says(6), { _tag: "Ping" })
      expect((yield* upToPong).filter(({ _tag }) => _tag === "Throttled")).toMatchObject([{ perSecond: 20, message: throttledAddress(20) }])
      yield* bob.send("one\n".repeat(60))
      const lines: Array<string> = []
      while (lines.filter((line) => line === throttledAddress(20)).length === 0) lines.push(yield* bob.line)
      yield* tell(ada, { _tag: "Ping" })
      expect((yield* upToPong).map(({ _tag }) => _tag)).not.toContain("Throttled")
    })
  )
})

describe("One address more often than it may connect", () => {
  it.scopedLive("has to wait for its turn, and nobody is refused", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...roomy, connectRateLimit: 20, connectRateBurst: 5 })
      const start = performance.now()
      const peers = yield* Effect.forEach(Array.from({ length: 25 }), () => connect(port))
      for (const [n, peer] of peers.entries()) yield* tell(peer, hello(`somebody ${n}`))
      yield* Effect.forEach(peers, (peer) => next(peer, "Welcome"), { concurrency: "unbounded" })
      expect(performance.now() - start).toBeGreaterThan((20 * 1000) / 20 - 50)
    })
  )

  it.scopedLive("keeps nobody waiting who comes from elsewhere", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...roomy, connectRateLimit: 1, connectRateBurst: 1 })
      yield* Effect.forEach(Array.from({ length: 60 }), () => connect(port, "127.0.0.2"))
      const start = performance.now()
      yield* member(port, "ada")
      // It would be its turn after a minute.
      expect(performance.now() - start).toBeLessThan(20_000)
    })
  )

  it.scopedLive("gives the turns of those who are gone to the next", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...roomy, connectRateLimit: 2, connectRateBurst: 1 })
      yield* member(port, "first")
      const probes = yield* Effect.forEach(Array.from({ length: 100 }), () => connect(port))
      yield* eventually("all are let in", () => probes.every((probe) => otherEnd(probe) !== undefined))
      const ends = probes.map((probe) => otherEnd(probe))
      for (const [n, { socket }] of probes.entries()) {
        if (n % 2 === 0) socket.resetAndDestroy()
        else socket.end()
      }
      yield* eventually("the server has let go of them", () => ends.every((end) => end?.destroyed === true))
      const start = performance.now()
      yield* member(port, "second")
      // After all of them it would be its turn after fifty seconds.
      expect(performance.now() - start).toBeLessThan(20_000)
    })
  )

  it.scopedLive("is told of the close while it waits", () =>
    Effect.gen(function* () {
      const room = yield* opened({ ...roomy, connectRateLimit: 1, connectRateBurst: 1 })
      const peers = yield* Effect.forEach(Array.from({ length: 5 }), () => connect(room.port))
      yield* eventually("all are let in", () => peers.every((peer) => otherEnd(peer) !== undefined))
      yield* room.close("the end")
      for (const peer of peers) expect(yield* peer.rest).toMatch(/The server is closing: the end\.\n$/u)
    })
  )

  it.scopedLive("loses its own that wait first, where there is no room for more without a name", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...roomy, maxNameless: 10, connectRateLimit: 1, connectRateBurst: 1, greetAfter: 60_000 })
      const thinking = yield* connect(port, "127.0.0.2")
      yield* eventually("it is let in", () => otherEnd(thinking) !== undefined)
      const waiting = yield* Effect.forEach(Array.from({ length: 30 }), () => connect(port))
      yield* eventually("those make room", () => waiting.filter(({ ended }) => ended === "end").length >= 21)
      expect(waiting.flatMap(({ unread }) => (unread.length === 0 ? [] : [unread.toString()]))[0]).toBe("You have been disconnected: others wait for your place, and you have given no name.\n")
      yield* tell(thinking, hello("ada"))
      yield* next(thinking, "Welcome")
    })
  )
})
