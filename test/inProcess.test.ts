import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ChatClient from "../src/client/ChatClient.ts"
import type { Event } from "../src/domain/Event.ts"
import { inProcess } from "../src/inProcess.ts"
import * as Server from "../src/server/Server.ts"
import type { ServerOptions } from "../src/server/ServerConfig.ts"
import { member, next, open } from "./support/room.ts"

/** A room, and how somebody comes in from within the process. */
const opened = (options: Partial<ServerOptions> = {}) =>
  Effect.gen(function* () {
    const room = yield* open(Layer.provideMerge(inProcess, Server.layer({ port: 0, rateLimit: undefined, ...options })))
    const enter = (nickname: string) =>
      Effect.provide(ChatClient.connect({ host: "wherever", port: 0, nickname }), room.context)
    return { ...room, enter, server: Context.get(room.context, Server.Server) }
  })

const upTo = <K extends Event["_tag"]>(client: ChatClient.ChatClient, kind: K) =>
  Effect.map(Stream.runCollect(Stream.takeUntil(client.events, ({ _tag }) => _tag === kind)), (events) => [...events])

describe("A client in the process of the room", () => {
  it.scopedLive("talks with one who came in over TCP, and both are told what happens", () =>
    Effect.gen(function* () {
      const { enter, port, server } = yield* opened()
      const bob = yield* member(port, "bob")
      const ada = yield* enter("ada")
      expect(yield* next(bob, "Joined")).toMatchObject({ member: { name: "ada" } })
      yield* ada.say("hello")
      yield* ada.settled
      expect(yield* next(bob, "Said")).toMatchObject({ text: "hello", from: { name: "ada" } })
      yield* server.announce("dinner")
      expect(yield* upTo(ada, "Notice")).toMatchObject([{ _tag: "Said" }, { _tag: "Notice", text: "dinner" }])
      expect((yield* server.who).map(({ name }) => name)).toEqual(["bob", "ada"])
    })
  )

  it.scopedLive("says goodbye when its scope closes, and its place is free again", () =>
    Effect.gen(function* () {
      const { enter, port } = yield* opened({ maxClients: 2 })
      const bob = yield* member(port, "bob")
      for (let n = 0; n < 5; n += 1) {
        const visit = yield* Scope.make()
        yield* Scope.extend(enter("ada"), visit)
        yield* next(bob, "Joined")
        yield* Scope.close(visit, Exit.void)
        expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "ada" }, code: "quit" })
      }
    })
  )

  it.scopedLive("is told why the room closes, and its events end then", () =>
    Effect.gen(function* () {
      const { close, enter } = yield* opened()
      const ada = yield* enter("ada")
      const events = yield* Effect.fork(Stream.runCollect(ada.events))
      yield* close("bedtime")
      expect([...(yield* Fiber.join(events))]).toMatchObject([{ _tag: "Goodbye", code: "closing", reason: "bedtime" }])
    })
  )

  it.scopedLive("is turned away where there is no room, in words", () =>
    Effect.gen(function* () {
      const { enter } = yield* opened({ maxClients: 1 })
      yield* enter("ada")
      expect(yield* Effect.flip(enter("bob"))).toMatchObject({ _tag: "TurnedAway", code: "full" })
    })
  )

  it.scopedLive("is sent away by name, in any spelling of it", () =>
    Effect.gen(function* () {
      const { enter, port, server } = yield* opened()
      const bob = yield* member(port, "bob")
      const ada = yield* enter("Ada")
      expect(yield* server.kick("nobody")).toBe(false)
      expect(yield* server.kick("ａｄａ", "noise")).toBe(true)
      expect(yield* upTo(ada, "Goodbye")).toMatchObject([{ code: "removed", reason: "removed: noise" }])
      expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "Ada" }, code: "removed", reason: "removed: noise" })
    })
  )
})

describe("Who watches a room", () => {
  it.scopedLive("sees all that happens, in order, with where it came from", () =>
    Effect.gen(function* () {
      const { enter, server } = yield* opened()
      const watching = yield* Deferred.make<void>()
      const seen = yield* server.events(64).pipe(
        Stream.tap(() => Deferred.succeed(watching, undefined)),
        Stream.filter(({ event }) => event._tag !== "Notice"),
        Stream.take(5),
        Stream.runCollect,
        Effect.fork
      )
      // It hears from the moment it is run: until then it is spoken to.
      yield* Effect.repeat(Effect.zipRight(server.announce("is anybody there?"), Effect.yieldNow()), { until: () => Deferred.isDone(watching) })
      const ada = yield* enter("ada")
      yield* ada.say("hello")
      yield* ada.settled
      yield* ada.quit("lunch")
      const events = [...(yield* Fiber.join(seen))]
      expect(events.map(({ event }) => event._tag)).toEqual(["Connected", "Welcome", "Joined", "Said", "Left"])
      expect(events.map(({ place }) => place)).toEqual(events.map((_, index) => (events[0]?.place ?? 0) + index))
      expect(events.at(-1)).toMatchObject({ room: "lobby", from: { name: "ada" } })
    })
  )
})
