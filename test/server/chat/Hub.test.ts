import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { lobby } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import * as Hub from "../../../src/server/chat/Hub.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { connect, eventually } from "../../support/Peer.ts"
import { stub } from "../../support/stub.ts"
import { event, eventsOf, member, opened, tell } from "../../support/room.ts"

// With one client, so that the Hub holds as much as is asked for.
const hub = (hubCapacity: number) => Hub.layer.pipe(Layer.provide(ServerConfig.layer({ hubCapacity, maxClients: 1 })))

const handings = (count: number): ReadonlyArray<Hub.Handing> =>
  Array.from({ length: count }, () => ({ event: { _tag: "Connected", at: 0 }, audience: [], room: lobby, from: undefined }))

/** Asked twice, a turn of the event loop has passed between. */
const turnPassed = () => {
  let asked = false
  return () => {
    const passed = asked
    asked = true
    return passed
  }
}

const places = (taken: Iterable<Hub.Observed>) => Array.from(taken, ({ place }) => place)

describe("The Hub", () => {
  it.scopedLive("makes who reads from clients wait: thousands of pasted lines all arrive, in order", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ hubCapacity: 16, maxClients: 5, batchSize: 4 })
      const ada = yield* member(port, "ada")
      const pasters = yield* Effect.forEach([0, 1, 2], (n) => member(port, `paster${n}`))
      const lines = 1500
      yield* Effect.forEach(
        pasters,
        (peer) => tell(peer, ...Array.from({ length: lines }, (_, n) => ({ _tag: "Say", text: `${n}` }) as const), { _tag: "Quit" }),
        { discard: true }
      )
      const expected = Array.from({ length: lines }, (_, n) => `${n}`)
      for (const [index, peer] of pasters.entries()) {
        const own = eventsOf(yield* peer.rest).flatMap((event) =>
          event._tag === "Said" && event.from.name === `paster${index}` ? [event.text] : []
        )
        expect(own).toEqual(expected)
      }
      const heard = pasters.map((): Array<string> => [])
      for (let left = 0; left < pasters.length; ) {
        const told = yield* event(ada)
        if (told._tag === "Left") left += 1
        if (told._tag === "Said") heard[Number(told.from.name.slice(-1))]!.push(told.text)
      }
      for (const texts of heard) expect(texts).toEqual(expected)
    })
  )

  it.scopedLive("lets those wait who come while it is more than half full", () =>
    Effect.gen(function* () {
      const { room, subscribe, unsafePublish } = Context.get(yield* Layer.build(hub(8)), Hub.Hub)
      const { poll } = yield* subscribe
      expect(unsafePublish(handings(4))).toBe(true)
      yield* room
      expect(unsafePublish(handings(1))).toBe(true)
      const waiting = yield* Effect.fork(room)
      yield* Effect.yieldNow()
      expect(waiting.unsafePoll()).toBeNull()
      expect(places(yield* poll(1))).toEqual([1])
      yield* Fiber.join(waiting)
    })
  )

  it.scopedLive("counts the bytes that wait, to all who are told them, until these are written", () =>
    Effect.gen(function* () {
      const layer = Hub.layer.pipe(Layer.provide(ServerConfig.layer({ hubBytes: 10_000, maxClients: 1 })))
      const { room, subscribe, unsafeHasRoom, unsafePublish, written } = Context.get(yield* Layer.build(layer), Hub.Hub)
      const { poll } = yield* subscribe
      const said: Hub.Handing = {
        event: { _tag: "Notice", at: 0, seq: 1, room: lobby, text: clean("x".repeat(2000)) },
        audience: Array.from({ length: 3 }, () => ({ id: undefined, peer: stub })),
        room: undefined
      }
      expect(unsafePublish([said])).toBe(true)
      expect(unsafeHasRoom()).toBe(true)
      expect(unsafePublish([said])).toBe(true)
      expect(unsafeHasRoom()).toBe(false)
      const waiting = yield* Effect.fork(room)
      const taken = yield* poll(10)
      yield* Effect.yieldNow()
      expect(waiting.unsafePoll()).toBeNull()
      yield* written(taken)
      yield* Fiber.join(waiting)
      expect(unsafeHasRoom()).toBe(true)
    })
  )

  it.scopedLive("says so when there is no room, and waits for nobody", () =>
    Effect.gen(function* () {
      const { subscribe, unsafePublish } = Context.get(yield* Layer.build(hub(4)), Hub.Hub)
      const { poll } = yield* subscribe
      expect(unsafePublish(handings(4))).toBe(true)
      expect(unsafePublish(handings(1))).toBe(false)
      expect(places(yield* poll(10))).toEqual([1, 2, 3, 4])
    })
  )

  it.scopedLive("has room for three times as many as there may be clients, and counts what it hands on", () =>
    Effect.gen(function* () {
      const layer = Hub.layer.pipe(Layer.provide(ServerConfig.layer({ hubCapacity: 4, maxClients: 4 })))
      const { place, subscribe, unsafePublish } = Context.get(yield* Layer.build(layer), Hub.Hub)
      const { poll } = yield* subscribe
      expect(yield* place).toBe(0)
      expect(unsafePublish(handings(12))).toBe(true)
      expect(yield* place).toBe(12)
      expect(unsafePublish(handings(1))).toBe(false)
      expect(places(yield* poll(100))).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
    })
  )

  it.scopedLive("shows an observer what happened, and the way to nobody", () =>
    Effect.gen(function* () {
      const room = yield* opened()
      const { observe } = Context.get(room.context, Hub.Hub)
      const ready = yield* Deferred.make<void>()
      const seen: Array<Hub.Observed> = []
      yield* observe(64).pipe(
        Stream.runForEach((observed) => {
          seen.push(observed)
          return Deferred.succeed(ready, undefined)
        }),
        Effect.forkScoped
      )
      // It subscribes when it starts to run.
      while (!(yield* Deferred.isDone(ready))) {
        yield* connect(room.port)
        yield* eventually("a turn has passed", turnPassed())
      }
      const ada = yield* member(room.port, "ada")
      yield* tell(ada, { _tag: "Say", text: "hi" })
      yield* eventually("it is seen", () => seen.some(({ event }) => event._tag === "Said"))
      const said = seen.find(({ event }) => event._tag === "Said")!
      expect(Object.keys(said).sort()).toEqual(["event", "from", "place", "room"])
      expect(Object.keys(said.from!).sort()).toEqual(["address", "client", "name"])
      expect(said).toMatchObject({ room: lobby, from: { name: "ada" } })
      expect(seen.map(({ place }) => place)).toEqual(seen.map((_, n) => seen[0]!.place + n))
    })
  )

  it.scopedLive("has a slow observer lose the oldest, see the gap, and slow nobody", () =>
    Effect.gen(function* () {
      const { observe, room, subscribe, unsafePublish } = Context.get(yield* Layer.build(hub(64)), Hub.Hub)
      const { poll } = yield* subscribe
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<number>()
      const seen: Array<number> = []
      let published = 0
      let lastPlace = Number.POSITIVE_INFINITY
      const observing = yield* observe(4).pipe(
        Stream.takeUntil(({ place }) => place >= lastPlace),
        Stream.runForEach(({ place }) =>
          Effect.zipRight(
            Deferred.succeed(started, place),
            Effect.map(Deferred.await(gate), () => {
              seen.push(place)
            })
          )
        ),
        Effect.fork
      )
      const publish = Effect.gen(function* () {
        // Whoever reads from clients waits here, and never for the observer.
        yield* room
        expect(unsafePublish(handings(1))).toBe(true)
        published += 1
        expect(places(yield* poll(10))).toEqual([published])
      })
      // It subscribes when it starts to run.
      while (!(yield* Deferred.isDone(started))) {
        yield* publish
        yield* eventually("a turn has passed", turnPassed())
      }
      const first = yield* Deferred.await(started)
      expect(first).toBeLessThanOrEqual(published)
      lastPlace = first + 999
      while (published < lastPlace) yield* publish
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(observing)
      expect(seen[0]).toBe(first)
      expect(seen.at(-1)).toBe(lastPlace)
      expect(seen.length).toBeLessThan(1000)
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
    })
  )

  it.scopedLive("keeps an observer of a room from slowing it", () =>
    Effect.gen(function* () {
      const room = yield* opened({ hubCapacity: 32, maxClients: 2 })
      const { observe } = Context.get(room.context, Hub.Hub)
      yield* observe(8).pipe(Stream.runForEach(() => Effect.never), Effect.forkScoped)
      const ada = yield* connect(room.port)
      yield* tell(
        ada,
        { _tag: "Hello", v: 1, nickname: "ada" },
        ...Array.from({ length: 1000 }, (_, n) => ({ _tag: "Say", text: `${n}` }) as const),
        { _tag: "Quit" }
      )
      expect(eventsOf(yield* ada.rest).filter(({ _tag }) => _tag === "Said")).toHaveLength(1000)
    })
  )
})
