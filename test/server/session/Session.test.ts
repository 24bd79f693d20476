import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Registry from "../../../src/server/chat/Registry.ts"
import { connect, eventually, otherEnd } from "../../support/Peer.ts"
import { assembled, event, eventsOf, loggingTo, member, next, open, opened, plainMember, tell } from "../../support/room.ts"

// Dies of one word.
const fragile = Layer.effect(
  Registry.Registry,
  Effect.map(
    Registry.Registry,
    (registry): Registry.Registry["Type"] => ({
      ...registry,
      submit: (happening) =>
        happening._tag === "Command" && happening.command._tag === "Say" && happening.command.text === "boom"
          ? Effect.dieMessage("it went boom")
          : registry.submit(happening)
    })
  )
).pipe(Layer.provide(Registry.layer))

describe("A fault in one session", () => {
  it.scopedLive("ends that one, with a goodbye and a log; the others are told, and go on", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const { port } = yield* open(assembled({}, { registry: fragile }).pipe(Layer.provide(loggingTo(logged))))
      const ada = yield* member(port, "ada")
      const bob = yield* member(port, "bob")
      const eve = yield* plainMember(port, "eve")

      yield* tell(bob, { _tag: "Say", text: "boom" })
      expect(eventsOf(yield* bob.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "internal-error", reason: "internal error", unsaid: 1 })
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "bob" }, code: "internal-error", reason: "internal error" })
      expect(yield* eve.line).toBe("bob has left the chat. (internal error)")

      yield* eve.send("boom\n")
      expect(yield* eve.rest).toBe("You have been disconnected: internal error. 1 of your messages was not said.\n")
      expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "eve" }, code: "internal-error" })

      yield* tell(ada, { _tag: "Say", text: "I am still here" })
      expect(yield* event(ada)).toMatchObject({ _tag: "Said", text: "I am still here" })
      expect(logged).toHaveLength(2)
      for (const line of logged) expect(line).toMatch(/^ERROR The session of 127\.0\.0\.1:\d+ has failed$/u)
    })
  )
})

describe("Those who stay are told why somebody is gone:", () => {
  const leave = (words: string, go: (peer: Effect.Effect.Success<ReturnType<typeof member>>) => Effect.Effect<void>, told: object) => {
    it.scopedLive(words, () =>
      Effect.gen(function* () {
        const { port } = yield* opened()
        const ada = yield* member(port, "ada")
        const bob = yield* member(port, "bob")
        yield* go(bob)
        expect(yield* next(ada, "Left")).toMatchObject({ member: { name: "bob" }, ...told })
      })
    )
  }
  leave("it quit", (peer) => tell(peer, { _tag: "Quit" }), { code: "quit" })
  leave("it quit with a reason", (peer) => tell(peer, { _tag: "Quit", reason: "lunch\u001b[2J\n" }), { code: "quit", reason: "lunch[2J" })
  leave("it ended its input", (peer) => peer.end, { code: "closed", reason: "connection closed" })
  leave("its connection was reset", (peer) => Effect.sync(() => peer.socket.resetAndDestroy()), { code: "lost", reason: "connection lost" })
  leave("it closed its socket with something unread", (peer) => Effect.sync(() => peer.socket.destroy()), {})
})

describe("One who leaves", () => {
  it.scopedLive("hears everything that came before its leave, and then the goodbye", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* member(port, "ada")
      const bob = yield* member(port, "bob")
      yield* tell(ada, ...Array.from({ length: 500 }, (_, n) => ({ _tag: "Say", text: `${n}` }) as const), { _tag: "Quit" })
      const told = eventsOf(yield* ada.rest)
      expect(told.filter(({ _tag }) => _tag === "Said")).toHaveLength(500)
      expect(told.at(-1)?._tag).toBe("Goodbye")
      expect(yield* next(bob, "Left")).toMatchObject({ code: "quit" })
    })
  )

  it.scopedLive("without a name is no news to the room", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* member(port, "ada")
      const nobody = yield* connect(port)
      yield* tell(nobody, { _tag: "Quit", reason: "just looking" })
      expect(eventsOf(yield* nobody.rest)).toMatchObject([{ _tag: "Goodbye", code: "quit" }])
      yield* tell(ada, { _tag: "Ping" })
      expect((yield* event(ada))._tag).toBe("Pong")
    })
  )

  it.scopedLive("and keeps its own half open is gone all the same", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ closeGrace: 50 })
      const bob = yield* member(port, "bob")
      const there = otherEnd(bob)
      yield* bob.pause
      yield* tell(bob, { _tag: "Quit" })
      yield* eventually("the connection is gone", () => there?.destroyed === true)
    })
  )
})
