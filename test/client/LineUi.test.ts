import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Mailbox from "effect/Mailbox"
import * as Queue from "effect/Queue"
import type { ChatClient } from "../../src/client/ChatClient.ts"
import { converse, type LineFormat, type LineIo } from "../../src/client/LineUi.ts"
import { lost, render } from "../../src/client/render.ts"
import { join } from "../support/client.ts"
import { fakeServer } from "../support/FakeServer.ts"
import { member, next, opened, tell } from "../support/room.ts"

const host = "127.0.0.1"

/** A conversation of ada's, held in the test: it types, and sees what is shown. */
const conversation = (port: number, isLiteral = false) =>
  Effect.flatMap(join({ host, port, nickname: "ada" }), (client) => talkingOf(client, isLiteral))

const talkingOf = (client: ChatClient, isLiteral = false, quotes = false, exposure?: string) =>
  Effect.gen(function* () {
    const typed = yield* Mailbox.make<string>()
    const shown = yield* Queue.unbounded<string>()
    const complaints = yield* Queue.unbounded<string>()
    const io: LineIo = {
      lines: typed,
      show: (line) => Effect.asVoid(Queue.offer(shown, line)),
      complain: (line) => Effect.asVoid(Queue.offer(complaints, line))
    }
    const format: LineFormat = {
      isLiteral,
      render: (event, me, of) => (event._tag === "Refused" ? undefined : render(event, me, of)),
      lost,
      startedAnew: undefined,
      complaint: (event) => (event._tag === "Refused" ? render(event, client.welcome.you) : undefined),
      exposure,
      quotes
    }
    const talking = yield* Effect.forkScoped(converse(client, io, format))
    return {
      type: (...lines: ReadonlyArray<string>) => Effect.asVoid(typed.offerAll(lines)),
      endInput: typed.end,
      shown: Queue.take(shown),
      all: Queue.takeAll(shown),
      complaint: Queue.take(complaints),
      ended: Fiber.join(talking)
    }
  })

describe.concurrent("A conversation", () => {
  it.scopedLive("points out once that the word of a room has gone over a line that others could read", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* talkingOf(yield* join({ host, port, nickname: "ada" }), false, false, "others could read it")
      yield* ada.type("/join dev please", "/lock please", "/lock please")
      yield* ada.endInput
      yield* ada.ended
      const shown = yield* ada.all
      expect([...shown].filter((line) => line === "others could read it")).toHaveLength(1)
    })
  )

  it.scopedLive("answers a whisper, hides whoever is ignored, and clears no screen where there is none", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "bob")
      const ada = yield* conversation(port)
      yield* ada.shown
      yield* ada.type("/msg bob psst")
      const { from } = yield* next(bob, "Whispered")
      yield* tell(bob, { _tag: "Whisper", to: from.id, text: "yes?" })
      expect(yield* ada.shown).toBe("[bob -> ada] yes?")
      yield* ada.type("/r oh")
      expect(yield* next(bob, "Whispered", ({ text }) => text === "oh")).toMatchObject({ from: { name: "ada" } })
      yield* ada.type("/ignore bob")
      expect(yield* ada.shown).toBe("You do not see what bob says. /unignore bob shows it again.")
      yield* tell(bob, { _tag: "Say", text: "unseen" })
      yield* tell(bob, { _tag: "Rename", nickname: "rob" })
      expect(yield* ada.shown).toBe("bob is now called rob.")
      yield* ada.type("/unignore rob")
      expect(yield* ada.shown).toBe("You see again what rob says.")
      yield* ada.type("/clear")
      expect(yield* ada.complaint).toBe("There is no command /clear. To say it, type //clear; /help shows all commands.")
    })
  )

  it.scopedLive("shows the welcome, what others say, and the goodbye; it ended well when one asked for it", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "bob")
      const ada = yield* conversation(port)
      expect(yield* ada.shown).toBe("Welcome ada! Here with you: bob. To leave, type {quit}. For help, type /help.")
      yield* tell(bob, { _tag: "Say", text: "hello" })
      expect(yield* ada.shown).toBe("bob: hello")
      yield* ada.type("hello bob", "", "/quit lunch")
      expect(yield* next(bob, "Said", ({ from }) => from.name === "ada")).toMatchObject({ text: "hello bob" })
      expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "ada" }, reason: "lunch" })
      expect(yield* ada.shown).toBe("Goodbye!")
      expect(yield* ada.ended).toBe(true)
    })
  )

  it.scopedLive("says in front of each line of which room it is, only while one is in several", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "bob")
      const ada = yield* conversation(port)
      yield* ada.shown
      yield* tell(bob, { _tag: "Say", text: "one" })
      expect(yield* ada.shown).toBe("bob: one")
      yield* ada.type("/join dev sesame", "/lock sesame")
      expect(yield* ada.shown).toBe("#dev You are in #dev. Nobody else is here yet.")
      expect(yield* ada.shown).toBe("#dev ada has locked the room.")
      yield* tell(bob, { _tag: "Say", text: "two" }, { _tag: "Enter", room: "dev", word: "sesame" }, { _tag: "Say", text: "three", room: "dev" })
      expect(yield* ada.shown).toBe("#lobby bob: two")
      expect(yield* ada.shown).toBe("#dev bob has joined the chat!")
      expect(yield* ada.shown).toBe("#dev bob: three")
      yield* ada.type("to the current room", "/kick bob noise")
      expect(yield* next(bob, "Said", ({ from }) => from.name === "ada")).toMatchObject({ room: "dev", text: "to the current room" })
      expect(yield* next(bob, "Removed")).toMatchObject({ deed: "kick", reason: "noise" })
      expect(yield* ada.shown).toBe("#dev ada has removed bob: noise")
      yield* ada.type("/leave")
      expect(yield* ada.shown).toBe("You are in #lobby.")
    })
  )

  it.scopedLive("leaves and keeps rooms by what all that was typed before has come to", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* conversation(port)
      // All at once: nothing is answered yet.
      yield* ada.type("/join dev", "/leave", "/leave tea", "/join dev", "/leave dev", "/leave", "/join dev", "/leave lobby", "in dev")
      yield* ada.endInput
      expect(yield* ada.ended).toBe(true)
      expect([yield* ada.complaint, yield* ada.complaint]).toEqual([
        "You are not in #tea: enter it first, with /join tea.",
        "#lobby is the only room that you are in. To leave the chat, type {quit}."
      ])
      const entered = [...(yield* ada.all)].flatMap((line) => /You are in #\w+/u.exec(line) ?? [])
      expect(entered).toEqual(["dev", "lobby", "dev", "lobby", "dev", "dev"].map((room) => `You are in #${room}`))
    })
  )

  it.scopedLive("does not leave the only room that one is in", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* conversation(port)
      yield* ada.shown
      yield* ada.type("/leave")
      expect(yield* ada.complaint).toBe("#lobby is the only room that you are in. To leave the chat, type {quit}.")
    })
  )

  it.scopedLive("lists who is here only where a name has to be found", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "bob")
      const client = yield* join({ host, port, nickname: "ada" })
      let listed = 0
      const members = Effect.tap(client.members, () => Effect.sync(() => (listed += 1)))
      const ada = yield* talkingOf({ ...client, members })
      yield* ada.type("hello", "/me waves", "/who", "/nick Ada", "//msg bob no")
      expect((yield* next(bob, "Said", ({ text }) => text === "/msg bob no")).text).toBe("/msg bob no")
      expect(listed).toBe(0)
      yield* ada.type("/msg bob psst")
      expect((yield* next(bob, "Whispered")).text).toBe("psst")
      expect(listed).toBe(1)
    })
  )

  it.scopedLive("tells what was wrong with a line, and goes on", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxLine: 100 })
      const bob = yield* member(port, "bob")
      const ada = yield* conversation(port)
      yield* ada.type("/fly", "x".repeat(200), "hello")
      expect(yield* ada.complaint).toContain("There is no command /fly.")
      expect(yield* ada.complaint).toContain("too long")
      expect((yield* next(bob, "Said")).text).toBe("hello")
    })
  )

  it.scopedLive("with the input at its end leaves only when all is said", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const bob = yield* member(port, "bob")
      const ada = yield* conversation(port, true)
      const lines = Array.from({ length: 200 }, (_, n) => `${n}`)
      yield* ada.type(...lines, "/quit")
      yield* ada.endInput
      for (const line of [...lines, "/quit"]) expect((yield* next(bob, "Said")).text).toBe(line)
      expect(yield* next(bob, "Left")).toMatchObject({ code: "quit" })
      expect(yield* ada.ended).toBe(true)
    })
  )

  it.scopedLive("ends well when the server closes, and says why", () =>
    Effect.gen(function* () {
      const room = yield* opened({ closeGrace: 50 })
      const ada = yield* conversation(room.port)
      yield* ada.shown
      yield* room.close("out for lunch")
      expect(yield* ada.shown).toBe("The server is closing: out for lunch.")
      expect(yield* ada.ended).toBe(true)
    })
  )

  const fake = Effect.gen(function* () {
    const server = yield* fakeServer
    const starting = yield* Effect.fork(conversation(server.port))
    const there = yield* server.accept
    yield* there.send(
      `{"_tag":"Welcome","seq":1,"at":1,"room":"lobby","you":{"id":"m1","name":"ada"},"here":1,"members":[],"server":"fake","limits":{"lineBytes":100,"nameGraphemes":32,"nameBytes":128}}\n`
    )
    const ada = yield* Fiber.join(starting)
    yield* ada.shown
    return { ada, there }
  })

  it.scopedLive("did not end well when the server sends one away", () =>
    Effect.gen(function* () {
      const { ada, there } = yield* fake
      yield* there.send(`{"_tag":"Goodbye","at":1,"code":"too-slow","reason":"too slow"}\n`)
      expect(yield* ada.shown).toBe("You have been disconnected: too slow.")
      expect(yield* ada.ended).toBe(false)
    })
  )

  it.scopedLive("fails when the connection is lost", () =>
    Effect.gen(function* () {
      const { ada, there } = yield* fake
      there.socket.resetAndDestroy()
      expect((yield* Effect.flip(ada.ended))._tag).toBe("Lost")
    })
  )

  it.scopedLive("ends well when the server has no goodbye for one who quits", () =>
    Effect.gen(function* () {
      const { ada, there } = yield* fake
      yield* ada.type("{quit}")
      yield* there.line
      expect(yield* there.line).toBe(`{"_tag":"Quit"}`)
      expect(yield* ada.ended).toBe(true)
    })
  )
})
