import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { keepFor } from "../../../src/domain/Keep.ts"
import * as Server from "../../../src/server/Server.ts"
import { connect, type Peer } from "../../support/Peer.ts"
import { loggingTo, member, next, open, opened, plainMember, tell } from "../../support/room.ts"

const words = "correct horse"

const nobody = "Nobody here is kept under that name and these words."

const plainFrom = (port: number, name: string, address: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port, address)
    yield* peer.send(`${name}\n`)
    yield* peer.line
    return peer
  })

/** Reads lines up to this one; those before it. */
const upToLine = (peer: Peer, last: string) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    for (;;) {
      const line = yield* peer.line
      if (line === last) return lines
      lines.push(line)
    }
  })

const keyed = (peer: Peer, name = "Ada") =>
  Effect.gen(function* () {
    yield* peer.send(`/key ${words}\n`)
    yield* upToLine(peer, `Your place is kept for 2 minutes if the connection is lost. Then: /back ${name} WORDS`)
  })

const refusal = (peer: Peer, message: object) => Effect.zipRight(peer.send(`${JSON.stringify(message)}\n`), next(peer, "Refused"))

describe("The words of /key", () => {
  it.scopedLive("bring one back with nc: as who one was, in one's rooms, as their owner, with what was missed; the other name leaves", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "Bob")
      const ada = yield* plainMember(port, "Ada")
      yield* keyed(ada)
      yield* ada.send("/join dev\n")
      yield* upToLine(ada, "You are in #dev. Nobody else is here yet.")
      const { member: me } = yield* next(bob, "Joined")
      ada.socket.resetAndDestroy()
      yield* next(bob, "Detached", ({ member }) => member.id === me.id)
      yield* tell(bob, { _tag: "Say", text: "a" }, { _tag: "Whisper", to: me.id, text: "psst" }, { _tag: "Say", text: "b" })
      const again = yield* plainMember(port, "Ada")
      expect(yield* again.line).toBe("The name Ada is taken: you are Ada_2.")
      yield* next(bob, "Joined")
      yield* again.send(`/back Ada   correct   horse\n`)
      expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "Ada_2" }, code: "resumed", reason: "is Ada again" })
      expect(yield* next(bob, "Returned")).toMatchObject({ member: me })
      expect(yield* again.line).toBe("#dev You are Ada again. While you were away:")
      for (const line of ["#lobby Bob: a", "#dev [Bob -> Ada] psst", "#lobby Bob: b", "#lobby Ada has joined the chat! (back)"]) expect(yield* again.line).toBe(line)
      // What she says now is hers, and to the room that was current.
      yield* again.send("/lock\n")
      expect(yield* again.line).toBe("#dev Ada has locked the room.")
      yield* again.send("/join lobby\nhello\n/who\n")
      expect(yield* next(bob, "Said", ({ text }) => text === "hello")).toMatchObject({ from: me, room: "lobby" })
      yield* upToLine(again, "#lobby Here: Bob, Ada (2)")
      // It can be done again.
      again.socket.resetAndDestroy()
      yield* next(bob, "Detached")
    })
  )

  it.scopedLive("end a connection that was not lost yet; what it still says is void", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "Bob")
      const ada = yield* plainMember(port, "Ada")
      yield* keyed(ada)
      const again = yield* plainMember(port, "Eva")
      yield* again.send(`/back ada ${words}\nit is me\n`)
      yield* upToLine(again, "You are Ada again.")
      yield* upToLine(ada, "You have been disconnected: you have come back over another connection.")
      const said = yield* next(bob, "Said")
      expect(said).toMatchObject({ from: { name: "Ada" }, text: "it is me" })
      yield* ada.closed
    })
  )

  it.scopedLive("are of the person, also under another name; and natively the place is then the connection's own", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "Bob")
      const ada = yield* plainMember(port, "Ada")
      yield* keyed(ada)
      yield* ada.send("/nick Ada B\n")
      yield* next(bob, "Renamed")
      ada.socket.resetAndDestroy()
      const { member: me } = yield* next(bob, "Detached")
      const secret = "s".repeat(64)
      const native = yield* connect(port)
      yield* tell(native, { _tag: "Hello", v: 1, nickname: "eva", secret })
      yield* next(native, "Welcome")
      yield* tell(native, { _tag: "Back", name: "Ada B", words })
      expect(yield* next(native, "Resumed")).toMatchObject({ you: me })
      const { n = 0 } = yield* next(native, "Returned")
      native.socket.resetAndDestroy()
      yield* Effect.sleep(1000)
      const third = yield* connect(port)
      yield* tell(third, { _tag: "Hello", v: 1, nickname: "Ada B", secret, seen: { id: me.id, n } })
      expect(yield* next(third, "Resumed")).toMatchObject({ you: me })
    })
  )

  it.scopedLive("give a program no answer to what another one had asked", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* member(port, "Ada")
      yield* tell(ada, { _tag: "SetKey", words }, { _tag: "Say", text: "first", ref: "1" })
      const { from: me } = yield* next(ada, "Said")
      const secret = "s".repeat(64)
      const again = yield* connect(port)
      yield* tell(again, { _tag: "Hello", v: 1, nickname: "eva", secret }, { _tag: "Back", name: "Ada", words })
      const { n = 0 } = yield* next(again, "Resumed")
      yield* Effect.sleep(1000)
      // What it says now under this mark is lost with the connection.
      const third = yield* connect(port)
      yield* tell(third, { _tag: "Hello", v: 1, nickname: "Ada", secret, seen: { id: me.id, n } })
      expect(yield* next(third, "Resumed")).not.toHaveProperty("last")
    })
  )

  it.scopedLive("say how many messages are lost, where there were too many", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "Bob")
      const ada = yield* plainMember(port, "Ada")
      yield* keyed(ada)
      ada.socket.resetAndDestroy()
      yield* next(bob, "Detached")
      const { events } = keepFor(120_000, 1, 1).room
      yield* tell(bob, ...Array.from({ length: events + 12 }, (_, index) => ({ _tag: "Say" as const, text: `${index}` })))
      yield* next(bob, "Said", ({ text }) => text === `${events + 11}`)
      const again = yield* plainMember(port, "Eva")
      yield* again.send(`/back Ada ${words}\n`)
      yield* upToLine(again, "You are Ada again. While you were away:")
      expect(yield* again.line).toBe("12 messages are lost.")
      expect(yield* again.line).toBe("Bob: 12")
    })
  )

  it.scopedLive("that are wrong are answered as a name is that nobody has, whose place is not kept, or is here without a key", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* plainMember(port, "Ada")
      yield* keyed(ada)
      const kim = yield* plainMember(port, "Kim")
      for (const [index, name] of ["Ada", "Kim", "Zoe"].entries()) {
        const eve = yield* plainFrom(port, "Eve", `127.0.0.${index + 2}`)
        yield* eve.send(`/back ${name} wrong words\n`)
        yield* upToLine(eve, nobody)
        eve.socket.resetAndDestroy()
      }
      kim.socket.resetAndDestroy()
    })
  )

  it.scopedLive("are not looked at after too many wrong ones: from an address, and for a name wherever they come from, be there such a place or not", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* plainFrom(port, "Ada", "127.0.0.2")
      yield* keyed(ada)
      const codes: Array<string> = []
      const eve = yield* member(port, "eve")
      for (const name of ["Ada", "Zoe", "Zoe", "Ada"]) codes.push((yield* refusal(eve, { _tag: "Back", name, words: "wrong words" })).code)
      const early = yield* refusal(eve, { _tag: "Back", name: "Ada", words })
      codes.push(early.code)
      expect(codes).toEqual(["no-such-place", "no-such-place", "no-such-place", "no-such-place", "password-wait"])
      expect(early.message).toBe("Too many wrong words came from your address: try again in 1 s.")
      for (const name of ["Ada", "Mia"]) {
        for (let index = 0; index < (name === "Ada" ? 9 : 11); index += 1) {
          const bot = yield* connect(port, `127.0.1.${index + (name === "Ada" ? 1 : 101)}`)
          yield* tell(bot, { _tag: "Hello", v: 1, nickname: `bot${name}${index}` })
          yield* next(bot, "Welcome")
          expect((yield* refusal(bot, { _tag: "Back", name, words: "wrong words" })).code).toBe("no-such-place")
        }
        const last = yield* connect(port, name === "Ada" ? "127.0.2.1" : "127.0.2.2")
        yield* tell(last, { _tag: "Hello", v: 1, nickname: `last${name}` })
        yield* next(last, "Welcome")
        expect(yield* refusal(last, { _tag: "Back", name, words })).toMatchObject({ code: "password-wait", message: "Too many wrong words were said for that: try again in 1 s." })
      }
    })
  , 30_000)

  it.scopedLive("are in nothing that anybody is told, and in no log; where no place is kept, or nobody has come in, that is said", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const { close, port } = yield* open(Server.layer({ port: 0, rateLimit: undefined }).pipe(Layer.provide(loggingTo(logged))))
      const bob = yield* member(port, "Bob")
      const ada = yield* plainMember(port, "Ada")
      yield* keyed(ada)
      yield* ada.send(`/key ${words.repeat(20)}\n/key horse\n/back ${words}\n/back Ada ${words}\n/back Zoe ${words}\n`)
      yield* upToLine(ada, "A word has at most 128 characters: this one was longer and was not taken.")
      expect(yield* ada.line).toMatch(/^A key has at least 8 characters/u)
      for (const line of [nobody, "You are here as Ada already.", nobody]) expect(yield* ada.line).toBe(line)
      yield* bob.send(`${JSON.stringify({ _tag: "SetKey", words: [words] })}\n${JSON.stringify({ _tag: "Back", name: "Ada", words: { words } })}\n`)
      expect((yield* next(bob, "Refused")).code).toBe("bad-command")
      const early = yield* connect(port)
      yield* early.send(`${JSON.stringify({ _tag: "Back", name: "Ada", words })}\n`)
      expect(yield* next(early, "Refused")).toMatchObject({ code: "not-joined" })
      yield* Effect.forkScoped(close("over"))
      for (const peer of [ada, bob, early]) expect(yield* peer.rest).not.toContain("horse")
      expect(logged.join("\n")).not.toContain("horse")
      const none = yield* opened({ keep: 0 })
      const kim = yield* plainMember(none.port, "Kim")
      yield* kim.send(`/key ${words}\n/back Ada ${words}\n`)
      for (let index = 0; index < 2; index += 1) yield* upToLine(kim, "This server keeps nobody's place: who is lost has left, and comes in anew.")
    })
  )
})
