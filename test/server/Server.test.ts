import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Chat from "../../src/domain/Chat.ts"
import type { Event } from "../../src/domain/Event.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { clean } from "../../src/domain/Text.ts"
import * as Closing from "../../src/server/Closing.ts"
import * as Registry from "../../src/server/chat/Registry.ts"
import { connect, eventually, otherEnd } from "../support/Peer.ts"
import { assembled, eventsOf, member, next, open, opened, plainMember, tell, upTo } from "../support/room.ts"
import { arrivals, departures, toldUpTo } from "../support/told.ts"

// A busy test may be slow to say hello: nobody is greeted meanwhile.
const unhurried = { greetAfter: 60_000 }

const numbered = (events: ReadonlyArray<Event>) => events.flatMap((event) => ("seq" in event ? [event] : []))

describe("Everybody is told everything in one order,", () => {
  it.scopedLive("each message once, while many talk at once and others come and go", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(unhurried)
      const names = Array.from({ length: 10 }, (_, n) => `stays${n}`)
      const staying = yield* Effect.forEach(names, (name) => member(port, name))
      const each = 80
      const rounds = 8

      const talk = (index: number) =>
        Effect.gen(function* () {
          const peer = staying[index]!
          for (let n = 0; n < each; n += 1) {
            yield* tell(peer, { _tag: "Say", text: `${index} ${n}`, ref: String(n) })
            if (n % 10 === 0) yield* Effect.yieldNow()
          }
        })
      // Comes, talks, sees all from its welcome up to its own last words, and goes.
      const visit = (visitor: number) =>
        Effect.gen(function* () {
          for (let round = 0; round < rounds; round += 1) {
            const peer = yield* connect(port)
            yield* tell(
              peer,
              { _tag: "Hello", v: 1, nickname: `visits${visitor}.${round}` },
              { _tag: "Say", text: "hello" },
              { _tag: "Say", text: "bye", ref: "last" },
              { _tag: "Quit" }
            )
            const told = eventsOf(yield* peer.rest)
            expect(told[0]?._tag).toBe("Welcome")
            const first = numbered(told)[0]!.seq
            expect(numbered(told).map(({ seq }) => seq)).toEqual(numbered(told).map((_, index) => first + index))
            expect(told.filter((event) => event._tag === "Said" && event.ref === "last")).toHaveLength(1)
            expect(told.at(-1)).toMatchObject({ _tag: "Goodbye", code: "quit" })
          }
        })
      // All is over for the room when the last visitor has left and the last word was said.
      const listen = (index: number) =>
        Effect.gen(function* () {
          let left = 4 * rounds
          let unsaid = staying.length * each
          return yield* upTo(staying[index]!, ({ _tag, ...event }) => {
            if (_tag === "Left") left -= 1
            if (_tag === "Said" && "from" in event && event.from.name.startsWith("stays")) unsaid -= 1
            return left === 0 && unsaid === 0
          })
        })

      const indices = staying.map((_, index) => index)
      const [heard] = yield* Effect.all(
        [
          Effect.forEach(indices, listen, { concurrency: "unbounded" }),
          Effect.forEach(indices, talk, { concurrency: "unbounded" }),
          Effect.forEach([0, 1, 2, 3], visit, { concurrency: "unbounded" })
        ],
        { concurrency: "unbounded" }
      )

      const last = numbered(heard.at(-1)!)
      const start = last[0]!.seq
      expect(last.map(({ seq }) => seq)).toEqual(last.map((_, index) => start + index))
      for (const events of heard) expect(numbered(events).filter(({ seq }) => seq >= start)).toEqual(last)
      const words = last.flatMap((event) => (event._tag === "Said" && event.from.name.startsWith("stays") ? [event.text] : []))
      for (const index of indices) {
        expect(words.filter((text) => text.startsWith(`${index} `))).toEqual(
          Array.from({ length: each }, (_, n) => `${index} ${n}`)
        )
      }
    })
  )

  it.scopedLive("replies included, whatever comes in one read", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const peer = yield* connect(port)
      yield* tell(
        peer,
        { _tag: "Ping", ref: "1" },
        { _tag: "Hello", v: 1, nickname: "ada" },
        { _tag: "Say", text: "hi" },
        { _tag: "Say", text: "" },
        { _tag: "Who" },
        { _tag: "Ping", ref: "2" },
        { _tag: "Quit" },
        { _tag: "Say", text: "too late" }
      )
      expect(eventsOf(yield* peer.rest).map(({ _tag }) => _tag)).toEqual([
        "Pong",
        "Welcome",
        "Said",
        "Refused",
        "Members",
        "Pong",
        "Goodbye"
      ])
    })
  )

  it.scopedLive("and who is here is told in pages of a hundred", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(unhurried)
      yield* Effect.forEach(Array.from({ length: 203 }), (_, n) => member(port, `guest${n}`), { concurrency: 20 })
      const ada = yield* connect(port)
      yield* tell(ada, { _tag: "Hello", v: 1, nickname: "ada" })
      const welcome = yield* next(ada, "Welcome")
      expect([welcome.here, welcome.members.length]).toEqual([204, 100])
      const seen = [...welcome.members]
      for (let more = true; more; ) {
        yield* tell(ada, { _tag: "Who", after: seen.at(-1)!.id })
        const page = yield* next(ada, "Members")
        expect(page.members.length).toBeLessThanOrEqual(100)
        seen.push(...page.members)
        more = page.more
      }
      expect(new Set(seen.map(({ name }) => name)).size).toBe(204)
      expect(seen).toHaveLength(204)
    })
  )
})

describe.concurrent("When the server closes,", () => {
  it.scopedLive("everybody is told once, also who has no name and who never reads, and it takes less than 3 s", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const ada = yield* member(room.port, "ada")
      const unnamed = yield* connect(room.port)
      yield* tell(unnamed, { _tag: "Ping" })
      yield* next(unnamed, "Pong")
      const greeted = yield* connect(room.port)
      yield* greeted.line
      const stalled = yield* member(room.port, "stalled")
      yield* stalled.pause
      const there = otherEnd(stalled)
      const text = "x".repeat(16_000)
      while ((there?.writableLength ?? 0) <= 65_536) {
        yield* tell(ada, { _tag: "Say", text, ref: "r" })
        yield* next(ada, "Said", ({ ref }) => ref === "r")
      }
      const bob = yield* plainMember(room.port, "bob")
      const silent = yield* connect(room.port)
      yield* eventually("the server accepts", () => otherEnd(silent) !== undefined)

      const [took] = yield* Effect.timed(room.close("out for lunch"))
      expect(Duration.toMillis(took)).toBeLessThan(3000)
      yield* stalled.resume
      const told = { _tag: "Goodbye", code: "closing", reason: "out for lunch" }
      expect(eventsOf(yield* ada.rest).slice(-1)).toMatchObject([told])
      expect(eventsOf(yield* unnamed.rest)).toMatchObject([told])
      const words = "The server is closing: out for lunch.\n"
      expect(yield* silent.rest).toBe(words)
      expect(yield* greeted.rest).toBe(words)
      expect(yield* bob.rest).toBe(words)
    })
  )

  it.scopedLive("the reason is the one its Deferred holds", () =>
    Effect.gen(function* () {
      const reason = yield* Deferred.make<Closing.ClosingReason>()
      const room = yield* open(assembled({}, { closing: Layer.succeed(Closing.Closing, Closing.make(reason)) }))
      const ada = yield* member(room.port, "ada")
      const bob = yield* member(room.port, "bob")
      yield* next(ada, "Joined")
      yield* Deferred.succeed(reason, { reason: clean("the test is over"), asked: true })
      expect(yield* room.server.closing).toEqual({ reason: "the test is over", asked: true })
      // What comes later changes nothing.
      yield* room.close("something else")
      const told = { _tag: "Goodbye", code: "closing", reason: "the test is over" }
      expect(eventsOf(yield* ada.rest)).toMatchObject([told])
      expect(eventsOf(yield* bob.rest)).toMatchObject([told])
    })
  )

  it.scopedLive("without a reason, it says that it stops", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const ada = yield* member(room.port, "ada")
      yield* room.shut
      expect(eventsOf(yield* ada.rest)).toMatchObject([{ _tag: "Goodbye", code: "closing", reason: "the server stops" }])
    })
  )
})

describe("A start of a server", () => {
  it.scopedLive("has a name that all who come in are told, and no other start has it", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* opened(unhurried), yield* opened(unhurried)]
      const instance = (port: number, nickname: string) =>
        Effect.gen(function* () {
          const peer = yield* connect(port)
          yield* tell(peer, { _tag: "Hello", v: 1, nickname })
          return (yield* next(peer, "Welcome")).instance
        })
      const first = yield* instance(one.port, "ada")
      expect(first).toMatch(/^[\w-]{36}$/u)
      expect(yield* instance(one.port, "bob")).toBe(first)
      expect(yield* instance(other.port, "ada")).not.toBe(first)
    })
  )
})

describe("When many are gone at once,", () => {
  it.scopedLive("300 resets in one turn leave nobody behind in the chat", () =>
    Effect.gen(function* () {
      const room = yield* opened(unhurried)
      const registry = Context.get(room.context, Registry.Registry)
      const ada = yield* member(room.port, "ada")
      const others = yield* Effect.forEach(Array.from({ length: 300 }), (_, n) => member(room.port, `other${n}`), { concurrency: 20 })
      // One by one, or many at once.
      const here = new Set<string>()
      yield* toldUpTo(ada, (told) => arrivals(told).reduce((all, id) => all.add(id), here).size === others.length)
      for (const { socket } of others) socket.resetAndDestroy()
      const gone = new Map<string, string | undefined>()
      yield* toldUpTo(ada, (told) => departures(told).reduce((all, { code, id }) => all.set(id, code), gone).size === others.length)
      expect(new Set(gone.values())).toEqual(new Set(["lost"]))

      const chat = yield* registry.chat
      expect(Chat.membersOf(chat, lobby).map(({ name }) => name)).toEqual(["ada"])
      expect([...(yield* registry.connections)].length).toBe(1)
      expect([...chat.people].length).toBe(1)
      expect([...chat.clients].length).toBe(1)
      expect([...chat.names].length).toBe(1)

      yield* tell(ada, { _tag: "Quit" })
      yield* ada.rest
      const empty = yield* registry.chat
      expect(Chat.membersOf(empty, lobby)).toEqual([])
      const left = [yield* registry.connections, empty.people, empty.clients, empty.names, empty.looks]
      expect(left.map((all) => HashMap.size<unknown, unknown>(all))).toEqual([0, 0, 0, 0, 0])
    })
  )
})
