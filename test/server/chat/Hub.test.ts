import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Hub from "../../../src/server/chat/Hub.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { connect, eventually } from "../../support/Peer.ts"
import { event, eventsOf, member, opened, tell } from "../../support/room.ts"

const hub = (hubCapacity: number) => Hub.layer.pipe(Layer.provide(ServerConfig.layer({ hubCapacity })))

const envelopes = (first: number, last: number): ReadonlyArray<Hub.Envelope> =>
  Array.from({ length: last - first + 1 }, (_, index) => ({
    seq: first + index,
    event: { _tag: "Connected", at: 0 },
    audience: [],
    toRoom: true,
    from: undefined
  }))

/** Asked twice, a turn of the event loop has passed between. */
const turnPassed = () => {
  let asked = false
  return () => {
    const passed = asked
    asked = true
    return passed
  }
}

const seqs = (taken: Iterable<Hub.Envelope>) => Array.from(taken, ({ seq }) => seq)

describe("The Hub", () => {
  it.scopedLive("makes who reads from clients wait: thousands of pasted lines all arrive, in order", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ hubCapacity: 16, batchSize: 4 })
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
      expect(unsafePublish(envelopes(1, 4))).toBe(true)
      yield* room
      expect(unsafePublish(envelopes(5, 5))).toBe(true)
      const waiting = yield* Effect.fork(room)
      yield* Effect.yieldNow()
      expect(waiting.unsafePoll()).toBeNull()
      expect(seqs(yield* poll(1))).toEqual([1])
      yield* Fiber.join(waiting)
    })
  )

  it.scopedLive("says so when there is no room, and waits for nobody", () =>
    Effect.gen(function* () {
      const { subscribe, unsafePublish } = Context.get(yield* Layer.build(hub(4)), Hub.Hub)
      const { poll } = yield* subscribe
      expect(unsafePublish(envelopes(1, 4))).toBe(true)
      expect(unsafePublish(envelopes(5, 5))).toBe(false)
      expect(seqs(yield* poll(10))).toEqual([1, 2, 3, 4])
    })
  )

  it.scopedLive("has a slow observer lose the oldest, see the gap, and slow nobody", () =>
    Effect.gen(function* () {
      const { observe, room, subscribe, unsafePublish } = Context.get(yield* Layer.build(hub(64)), Hub.Hub)
      const { poll } = yield* subscribe
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const seen: Array<number> = []
      const observing = yield* observe(4).pipe(
        Stream.takeUntil(({ seq }) => seq === 1000),
        Stream.runForEach(({ seq }) =>
          Effect.zipRight(
            Deferred.succeed(started, undefined),
            Effect.map(Deferred.await(gate), () => {
              seen.push(seq)
            })
          )
        ),
        Effect.fork
      )
      const publish = (n: number) =>
        Effect.gen(function* () {
          // Whoever reads from clients waits here, and never for the observer.
          yield* room
          expect(unsafePublish(envelopes(n, n))).toBe(true)
          expect(seqs(yield* poll(10))).toEqual([n])
        })
      // It subscribes when it starts to run.
      while (!(yield* Deferred.isDone(started))) {
        yield* publish(1)
        yield* eventually("a turn has passed", turnPassed())
      }
      for (let n = 2; n <= 1000; n += 1) yield* publish(n)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(observing)
      expect(seen[0]).toBe(1)
      expect(seen.at(-1)).toBe(1000)
      expect(seen.length).toBeLessThan(1000)
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
    })
  )

  it.scopedLive("keeps an observer of a room from slowing it", () =>
    Effect.gen(function* () {
      const room = yield* opened({ hubCapacity: 32 })
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
