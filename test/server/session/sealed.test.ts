import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "../../../src/server/Server.ts"
import * as Layer from "effect/Layer"
import { connect, type Peer } from "../../support/Peer.ts"
import { event, loggingTo, member, next, open, opened, tell } from "../../support/room.ts"

const memberFrom = (port: number, nickname: string, address: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port, address)
    yield* tell(peer, { _tag: "Hello", v: 1, nickname })
    yield* next(peer, "Welcome")
    return peer
  })

const lock = (owner: Peer, word: string) =>
  Effect.gen(function* () {
    yield* tell(owner, { _tag: "Enter", room: "dev" }, { _tag: "Lock", room: "dev", word })
    yield* next(owner, "Moderated")
  })

const guess = (peer: Peer, word: string) => tell(peer, { _tag: "Enter", room: "dev", word })

describe("The word of a room", () => {
  it.scopedLive("is not looked at after too many wrong ones from an address, and is from another one", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      yield* lock(yield* memberFrom(port, "ann", "127.0.0.2"), "sesame")
      const eve = yield* member(port, "eve")
      for (const word of ["1", "2", "3", "4"]) {
        yield* guess(eve, word)
        expect(yield* next(eve, "Refused")).toMatchObject({ code: "locked" })
      }
      yield* guess(eve, "sesame")
      const refused = yield* next(eve, "Refused")
      expect(refused).toMatchObject({ code: "password-wait", message: "Too many wrong words came from your address: try again in 1 s." })
      expect(refused.wait).toBeLessThanOrEqual(1000)
      const bob = yield* memberFrom(port, "bob", "127.0.0.3")
      yield* guess(bob, "sesame")
      expect(yield* next(bob, "Entered")).toMatchObject({ room: "dev", locked: true })
      yield* Effect.sleep(refused.wait ?? 0)
      yield* guess(eve, "sesame")
      expect(yield* next(eve, "Entered")).toMatchObject({ room: "dev" })
    })
  )

  it.scopedLive("is looked at no oftener where many guess at once from one address", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      yield* lock(yield* memberFrom(port, "ann", "127.0.0.2"), "sesame")
      const guessers = yield* Effect.all(Array.from({ length: 12 }, (_, index) => member(port, `eve${index}`)))
      yield* Effect.all(guessers.map((peer, index) => guess(peer, `${index}`)), { concurrency: "unbounded" })
      const refusals = yield* Effect.all(guessers.map((peer) => next(peer, "Refused")))
      expect(refusals.filter(({ code }) => code === "locked")).not.toHaveLength(12)
      for (const { code } of refusals) expect(["locked", "password-wait"]).toContain(code)
    })
  )

  it.scopedLive("is in nothing that anybody is told, and in no log; one that is too long is refused", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const { close, port } = yield* open(Server.layer({ port: 0, rateLimit: undefined }).pipe(Layer.provide(loggingTo(logged))))
      const ann = yield* member(port, "ann")
      yield* lock(ann, "sesame")
      const eve = yield* member(port, "eve")
      yield* guess(eve, "sesame street")
      yield* guess(eve, "sesame".repeat(22))
      yield* tell(eve, { _tag: "Lock", room: "lobby", word: "sesame".repeat(22) })
      yield* eve.send(`${JSON.stringify({ _tag: "Enter", room: "dev", word: ["sesame"] })}\n`)
      const codes = []
      for (let index = 0; index < 4; index += 1) codes.push((yield* next(eve, "Refused")).code)
      expect(codes).toEqual(["locked", "line-too-long", "line-too-long", "bad-command"])
      yield* guess(eve, "sesame")
      yield* next(eve, "Entered")
      yield* Effect.forkScoped(close("over"))
      for (const peer of [ann, eve]) expect(yield* peer.rest).not.toContain("sesame")
      expect(logged.join("\n")).not.toContain("sesame")
    })
  )

  it.scopedLive("keeps what is said behind it in order, and costs more of the allowance than a message", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ rateLimit: { perSecond: 1, burst: 25 } })
      const ann = yield* memberFrom(port, "ann", "127.0.0.2")
      yield* lock(ann, "sesame")
      const eve = yield* member(port, "eve")
      yield* tell(eve, { _tag: "Enter", room: "dev", word: "no" }, { _tag: "Enter", room: "dev", word: "sesame" }, { _tag: "Say", text: "in" })
      expect(yield* next(eve, "Refused")).toMatchObject({ code: "locked" })
      expect((yield* event(eve))._tag).toBe("Entered")
      expect(yield* event(eve)).toMatchObject({ _tag: "Said", room: "dev", text: "in" })
      yield* tell(ann, { _tag: "Lock", room: "dev", word: "a" }, { _tag: "Lock", room: "dev", word: "b" })
      expect(yield* next(ann, "Throttled")).toMatchObject({ perSecond: 1 })
    })
  )
})
