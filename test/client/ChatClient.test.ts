import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as ChatClient from "../../src/client/ChatClient.ts"
import type { Event } from "../../src/domain/Event.ts"
import { MemberId } from "../../src/domain/Member.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import { encode } from "../../src/domain/wire/Ndjson.ts"
import { join } from "../support/client.ts"
import { named } from "../support/chat.ts"
import { fakeServer } from "../support/FakeServer.ts"
import { eventually, type Peer } from "../support/Peer.ts"
import { event, member, next, opened, tell } from "../support/room.ts"
import { block } from "../support/standstill.ts"

const host = "127.0.0.1"
const ada = { id: MemberId.make("m1"), name: named("ada") }
const bob = { id: MemberId.make("m2"), name: named("bob") }
const inRoom = { at: 1, room: lobby } as const

const send = (peer: Peer, ...events: ReadonlyArray<Event>) => peer.send(events.map(encode).join(""))

const welcome: Event = {
  _tag: "Welcome",
  ...inRoom,
  seq: 1,
  you: ada,
  here: 1,
  members: [ada],
  server: "fake",
  limits: { lineBytes: 100, nameGraphemes: 32, nameBytes: 128 }
}
const said = (seq: number, text: string, from = bob, ref?: string): Event => ({ _tag: "Said", ...inRoom, seq, from, text: clean(text), ref })
const goodbye: Event = { _tag: "Goodbye", at: 1, code: "closing", reason: clean("lunch") }

/** A client that a fake server has let in, and the server's side of it. */
const admitted = Effect.gen(function* () {
  const server = yield* fakeServer
  const connecting = yield* Effect.fork(join({ host, port: server.port, nickname: "ada" }))
  const there = yield* server.accept
  expect(yield* there.line).toBe(`{"_tag":"Hello","v":1,"nickname":"ada"}`)
  yield* send(there, welcome)
  return { client: yield* Fiber.join(connecting), there }
})

const all = (client: ChatClient.ChatClient) => Effect.map(Stream.runCollect(client.events), Chunk.toReadonlyArray)

describe.concurrent("A client in a room", () => {
  it.scopedLive("is told who is there, says something, gets its receipt, and quits", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const other = yield* member(port, "bob")
      const client = yield* join({ host, port, nickname: "ada" })
      expect(client.welcome).toMatchObject({ you: { name: "ada" }, here: 2 })
      const first = yield* client.say("hello")
      const second = yield* client.say("again")
      expect(first).not.toBe(second)
      yield* client.settled
      expect(yield* next(other, "Said")).toMatchObject({ from: client.welcome.you, text: "hello", ref: first })
      yield* client.quit("lunch")
      expect(yield* next(other, "Left")).toMatchObject({ member: { name: "ada" }, code: "quit", reason: "lunch" })
      expect(yield* all(client)).toMatchObject([
        { _tag: "Said", text: "hello", ref: first },
        { _tag: "Said", text: "again", ref: second },
        { _tag: "Goodbye", code: "quit" }
      ])
    })
  )

  it.scopedLive("hears the goodbye when the server closes, and then no more", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const client = yield* join({ host, port: room.port, nickname: "ada" })
      yield* room.close("lunch")
      expect(yield* all(client)).toMatchObject([{ _tag: "Goodbye", code: "closing", reason: "lunch" }])
    })
  )

  it.scopedLive("is settled only when all it said is answered, a refusal counting too", () =>
    Effect.gen(function* () {
      const { client, there } = yield* admitted
      yield* client.settled
      const first = yield* client.say("one")
      const second = yield* client.say("two")
      const settling = yield* Effect.fork(client.settled)
      // Somebody else's mark that looks the same is none.
      yield* send(there, said(2, "mine", bob, first), said(3, "mine", bob, second), said(4, "one", ada, first))
      expect(yield* Stream.runCollect(Stream.take(client.events, 3))).toHaveLength(3)
      expect(settling.unsafePoll()).toBeNull()
      yield* send(there, { _tag: "Refused", at: 1, code: "text-empty", message: clean("No."), ref: second })
      yield* Fiber.join(settling)
    })
  )

  it.scopedLive("is settled when no answer can come any more", () =>
    Effect.gen(function* () {
      const { client, there } = yield* admitted
      yield* client.say("one")
      const settling = yield* Effect.fork(client.settled)
      yield* send(there, goodbye)
      yield* Fiber.join(settling)
    })
  )

  it.scopedLive("is told here what the server would refuse: nothing is sent", () =>
    Effect.gen(function* () {
      const { client, there } = yield* admitted
      expect(yield* Effect.flip(client.say(" "))).toMatchObject({ code: "text-empty" })
      expect(yield* Effect.flip(client.say("a\nb"))).toMatchObject({ code: "text-line-break" })
      const long = yield* Effect.flip(client.say("ö".repeat(40)))
      expect(long).toMatchObject({ code: "line-too-long" })
      expect(long.message).toContain("100 bytes")
      yield* client.settled
      yield* client.say("short")
      expect(yield* there.line).toMatch(/^\{"_tag":"Say","text":"short"/u)
    })
  )

  it.scopedLive("says exactly as much as the server's limit allows", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxLine: 120 })
      const client = yield* join({ host, port, nickname: "ada" })
      const fits = 120 - Buffer.byteLength(`{"_tag":"Say","text":"","ref":"1"}`)
      expect(yield* Effect.flip(client.say("x".repeat(fits + 1)))).toMatchObject({ code: "line-too-long" })
      yield* client.say("x".repeat(fits))
      yield* client.settled
      const [receipt] = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(client.events, 1)))
      expect(receipt).toMatchObject({ _tag: "Said", text: "x".repeat(fits) })
    })
  )

  it.scopedLive("answers the server's signs of life itself", () =>
    Effect.gen(function* () {
      const { client, there } = yield* admitted
      yield* send(there, { _tag: "Ping", at: 1 }, goodbye)
      expect(yield* there.line).toBe(`{"_tag":"Pong"}`)
      expect((yield* all(client)).map(({ _tag }) => _tag)).toEqual(["Goodbye"])
    })
  )

  it.scopedLive("ignores kinds, fields and lines it does not know, however they are cut", () =>
    Effect.gen(function* () {
      const { client, there } = yield* admitted
      const bytes = Buffer.from(
        [
          `{"_tag":"Fireworks","at":1}`,
          `not json`,
          `{"_tag":"Said"}`,
          "",
          `{"_tag":"Said","seq":2,"at":1,"room":"lobby","from":{"id":"m2","name":"bob","mood":"🎉"},"text":"hé\\u001b[2Jllo","colour":"red"}`,
          `"${"x".repeat(1_100_000)}"`,
          `{"_tag":"Goodbye","at":1,"code":"closing","reason":"lunch"}`,
          ""
        ].join("\n")
      )
      for (let start = 0; start < 400; start += 1) yield* there.send(bytes.subarray(start, start + 1))
      yield* there.send(bytes.subarray(400))
      expect(yield* all(client)).toMatchObject([{ _tag: "Said", text: "hé[2Jllo", from: bob }, { _tag: "Goodbye" }])
    })
  )

  it.scopedLive("has the server wait when it does not read its events, and misses none", () =>
    Effect.gen(function* () {
      const { client, there } = yield* admitted
      const count = 60_000
      const text = "x".repeat(100)
      yield* Effect.forEach(
        Array.from({ length: 60 }),
        (_, part) => send(there, ...Array.from({ length: 1000 }, (_, n) => said(part * 1000 + n, text))),
        { discard: true }
      )
      yield* send(there, goodbye)
      // Events are long, the inbox is not: what the system takes beyond is bounded, the rest stays with the server.
      yield* eventually("the server waits", () => there.socket.writableLength > 0)
      const events = yield* all(client)
      expect(events).toHaveLength(count + 1)
      expect(events.slice(0, -1).every((event, index) => event._tag === "Said" && event.seq === index)).toBe(true)
    })
  )

  it.scopedLive("fails its events when the connection is lost without a goodbye, after what had come", () =>
    Effect.gen(function* () {
      const { client, there } = yield* admitted
      yield* send(there, said(2, "hi"))
      const heard = yield* Stream.runCollect(Stream.take(client.events, 1))
      expect(heard).toHaveLength(1)
      yield* there.end
      const lost = yield* Effect.flip(Stream.runDrain(client.events))
      expect(lost._tag).toBe("Lost")
      expect(lost.message).toMatch(/^Connection to 127\.0\.0\.1:\d+ lost\.$/u)
    })
  )
})

describe.concurrent("Joining", () => {
  it.scopedLive("tries another name on the same connection when the first is refused", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      yield* member(port, "ada")
      const asked: Array<string> = []
      const client = yield* join({
        host,
        port,
        nickname: "ada",
        retry: ({ code }) => {
          asked.push(code)
          return asked.length < 2 ? "server" : "bob"
        }
      })
      expect(asked).toEqual(["name-taken", "name-reserved"])
      expect(client.welcome.you).toMatchObject({ id: "m2", name: "bob" })
    })
  )

  it.scopedLive("fails with the refusal when there is no other name to try", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      yield* member(port, "ada")
      const refused = yield* Effect.flip(join({ host, port, nickname: "ADA" }))
      expect(refused).toMatchObject({ _tag: "JoinRefused", code: "name-taken" })
      expect(refused.message).toBe(`Refused by 127.0.0.1:${port}: The name ADA is taken: choose another.`)
      const gaveUp = yield* Effect.flip(join({ host, port, nickname: "ADA", retry: () => undefined }))
      expect(gaveUp._tag).toBe("JoinRefused")
    })
  )

  it.scopedLive("fails when the server says goodbye instead", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const connecting = yield* Effect.fork(Effect.flip(join({ host, port: server.port, nickname: "ada" })))
      const there = yield* server.accept
      yield* send(there, goodbye)
      const turned = yield* Fiber.join(connecting)
      expect(turned).toMatchObject({ _tag: "TurnedAway", code: "closing" })
      expect(turned.message).toBe(`127.0.0.1:${server.port} closed the connection: lunch`)
    })
  )

  it.scopedLive("fails, as with any program that does not speak our dialect, when the connection is lost before the welcome", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const connecting = yield* Effect.fork(Effect.flip(join({ host, port: server.port, nickname: "ada" })))
      const there = yield* server.accept
      yield* there.line
      there.socket.resetAndDestroy()
      expect(yield* Fiber.join(connecting)).toMatchObject({ _tag: "ConnectFailed", code: "no-answer" })
    })
  )

  it.scopedLive("skips what comes before the first event, such as a greeting for people", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const connecting = yield* Effect.fork(join({ host, port: server.port, nickname: "ada" }))
      const there = yield* server.accept
      yield* there.send("Welcome to brusio, a chat room.\nType your name:\n")
      yield* send(there, welcome)
      expect((yield* Fiber.join(connecting)).welcome.you).toEqual(ada)
    })
  )

  it.scopedLive("fails where nobody listens", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      yield* room.shut
      const failed = yield* Effect.flip(join({ host, port: room.port, nickname: "ada" }))
      expect(failed).toMatchObject({ _tag: "ConnectFailed", code: "ECONNREFUSED" })
      expect(failed.message).toBe(`Cannot connect to 127.0.0.1:${room.port}: nobody listens there; is the server running?`)
    })
  )

  it.scopedLive("fails where there is no such host", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(join({ host: "no-such-host.invalid", port: 1, nickname: "ada" }))
      expect(failed._tag).toBe("ConnectFailed")
      expect(failed.message).toContain("there is no such host")
    })
  )

  it.scopedLive("fails where no host can be called so", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(join({ host: "x".repeat(5000), port: 1, nickname: "ada" }))
      expect(failed).toMatchObject({ _tag: "ConnectFailed", code: "EINVAL" })
      expect(failed.message).toContain(": that is no host's name or address.")
    })
  )

  it.scopedLive("shows nothing raw of a host that cannot be reached", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(join({ host: "q\u001b]0;t\u0007", port: 1, nickname: "ada" }))
      expect(failed.message).toMatch(/^Cannot connect to q\]0;t:1: /u)
    })
  )

  it.scopedLive("tells what is said by what does not let it in, made safe", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const connecting = yield* Effect.fork(Effect.flip(join({ host, port: server.port, nickname: "ada" })))
      const there = yield* server.accept
      yield* there.send(`The server is \u001b[31mbusy.\n\u202e\n`)
      yield* there.end
      expect((yield* Fiber.join(connecting)).message).toBe(
        `Cannot connect to 127.0.0.1:${server.port}: what listens there does not let us in. It says: The server is [31mbusy.`
      )
    })
  )

  it.scopedLive("fails where what listens does not answer as a server", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const connecting = yield* Effect.fork(
        Effect.flip(Effect.scoped(join({ host, port: server.port, nickname: "ada", patience: 500 })))
      )
      const there = yield* server.accept
      const failed = yield* Fiber.join(connecting)
      expect(failed).toMatchObject({ _tag: "ConnectFailed", code: "no-answer" })
      expect(failed.message).toBe(`Cannot connect to 127.0.0.1:${server.port}: what listens there does not answer as a brusio server.`)
      expect(yield* there.closed).toBe("end")
    })
  )
})

describe.concurrent("The goodbye is said when the client's scope closes:", () => {
  const outcomes: ReadonlyArray<readonly [string, Exit.Exit<void, string>, string]> = [
    ["on success", Exit.void, `{"_tag":"Quit"}`],
    ["on failure", Exit.fail("no"), `{"_tag":"Quit"}`],
    ["on a defect, which is no secret", Exit.die("a bug"), `{"_tag":"Quit","reason":"internal error"}`]
  ]
  for (const [title, exit, line] of outcomes) {
    it.scopedLive(title, () =>
      Effect.gen(function* () {
        const server = yield* fakeServer
        const scope = yield* Scope.make()
        const connecting = yield* Effect.fork(
          Scope.extend(join({ host, port: server.port, nickname: "ada" }), scope)
        )
        const there = yield* server.accept
        yield* there.line
        yield* send(there, welcome)
        yield* Fiber.join(connecting)
        yield* Scope.close(scope, exit)
        expect(yield* there.line).toBe(line)
        expect(yield* there.closed).toBe("end")
      })
    )
  }

  it.scopedLive("on interruption, also while it waits for events", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const other = yield* member(port, "bob")
      const inside = yield* Deferred.make<void>()
      const talking = yield* join({ host, port, nickname: "ada" }).pipe(
        Effect.tap(() => Deferred.succeed(inside, undefined)),
        Effect.flatMap(({ events }) => Stream.runDrain(events)),
        Effect.scoped,
        Effect.fork
      )
      yield* Deferred.await(inside)
      yield* Fiber.interrupt(talking)
      expect(yield* next(other, "Left")).toMatchObject({ member: { name: "ada" }, code: "quit" })
    })
  )

  it.scopedLive("while nobody reads its events, and the server is still talking", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const other = yield* member(port, "bob")
      const scope = yield* Scope.make()
      yield* Scope.extend(join({ host, port, nickname: "ada" }), scope)
      yield* tell(other, ...Array.from({ length: 3000 }, (_, n) => ({ _tag: "Say", text: `${n}`, ref: `${n}` }) as const))
      yield* next(other, "Said", ({ ref }) => ref === "2999")
      yield* Scope.close(scope, Exit.void)
      expect(yield* next(other, "Left")).toMatchObject({ member: { name: "ada" }, code: "quit" })
      yield* tell(other, { _tag: "Ping" })
      expect((yield* event(other))._tag).toBe("Pong")
    })
  )
})

describe("A client that stood still, with its server or without,", () => {
  const pingAfter = 200
  const stopped = Effect.gen(function* () {
    const server = yield* fakeServer
    const scope = yield* Scope.make()
    const connecting = yield* Effect.fork(Scope.extend(join({ host, port: server.port, nickname: "ada", pingAfter }), scope))
    const there = yield* server.accept
    yield* there.line
    yield* send(there, welcome)
    const client = yield* Fiber.join(connecting)
    block(4 * pingAfter)
    expect(yield* there.line).toBe(`{"_tag":"Ping"}`)
    return { client, there, leave: Scope.close(scope, Exit.void) }
  })

  it.scopedLive("asks once more before it gives up, and stays when it is answered", () =>
    Effect.gen(function* () {
      const { client, leave, there } = yield* stopped
      yield* send(there, { _tag: "Pong", at: 1 }, said(2, "welcome back"))
      expect(Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(client.events, 1)))).toMatchObject([{ _tag: "Said", text: "welcome back" }])
      yield* leave
    })
  )

  it.scopedLive("gives up when it is not, and the room reads why", () =>
    Effect.gen(function* () {
      const { client, leave, there } = yield* stopped
      expect(yield* Effect.flip(Stream.runDrain(client.events))).toMatchObject({ _tag: "Lost" })
      yield* Effect.fork(leave)
      const quit = yield* Effect.iterate("", { while: (line) => !line.includes("Quit"), body: () => there.line })
      expect(JSON.parse(quit)).toEqual({ _tag: "Quit", reason: "no sign of life of the server" })
    })
  )
})
