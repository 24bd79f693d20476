import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { endOfTurn, Hub } from "../../../src/server/chat/Hub.ts"
import * as Turns from "../../../src/server/session/Turns.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"

/** A Hub that has room while the test says so. */
const made = Effect.gen(function* () {
  const latch = yield* Effect.makeLatch(true)
  const state = { hasRoom: true }
  const hub = Hub.of({
    unsafePublish: () => true,
    place: Effect.succeed(0),
    room: latch.await,
    unsafeHasRoom: () => state.hasRoom,
    written: () => Effect.void,
    subscribe: Effect.never,
    observe: () => Stream.never
  })
  const clock = new StoppedClock()
  const layer = Turns.layer.pipe(Layer.provide(Layer.succeed(Hub, hub)))
  const { next, unsafeTake } = Context.get(yield* Effect.withClock(Layer.build(layer), clock), Turns.Turns)
  const fill = Effect.zipRight(
    latch.close,
    Effect.sync(() => {
      state.hasRoom = false
    })
  )
  const drain = Effect.zipRight(
    Effect.sync(() => {
      state.hasRoom = true
    }),
    latch.open
  )
  return { clock, next, unsafeTake, fill, drain }
})

const flowOf = (bytes: number, unread = 0) => {
  const flow = new Turns.Flow(() => unread)
  flow.heard(bytes)
  return flow
}

const timesInTurn = (unsafeTake: (flow: Turns.Flow) => boolean, flow: Turns.Flow) => {
  let times = 0
  while (times < 1000 && unsafeTake(flow)) times += 1
  return times
}

describe("Whose turn it is", () => {
  it.scopedLive("changes: one is heard some times in a turn of the event loop, and then the others are read", () =>
    Effect.gen(function* () {
      const { next, unsafeTake } = yield* made
      const ada = flowOf(5000)
      const bob = flowOf(5000)
      const first = timesInTurn(unsafeTake, ada)
      expect(first).toBe(16)
      expect(unsafeTake(ada)).toBe(false)
      expect(timesInTurn(unsafeTake, bob)).toBe(first)
      let turns = 0
      setImmediate(() => {
        turns += 1
      })
      yield* next(ada)
      expect(turns).toBe(1)
      expect(timesInTurn(unsafeTake, ada)).toBe(first - 1)
    })
  )

  it.scopedLive("ends after some ms, however little each has been heard", () =>
    Effect.gen(function* () {
      const { clock, next, unsafeTake } = yield* made
      const flows = Array.from({ length: 30 }, () => flowOf(40))
      const heard = flows.filter((flow) => {
        const may = unsafeTake(flow)
        if (may) clock.take(1)
        return may
      })
      expect(heard).toHaveLength(8)
      yield* next(flowOf(40))
    })
  )

  it.scopedLive("is that of who has least to say, and then that of who came first", () =>
    Effect.gen(function* () {
      const { drain, fill, next, unsafeTake } = yield* made
      yield* fill
      const order: Array<string> = []
      const waits = (name: string, flow: Turns.Flow) => {
        expect(unsafeTake(flow)).toBe(false)
        return Effect.fork(Effect.map(next(flow), () => order.push(name)))
      }
      const fibers = [
        yield* waits("paste", flowOf(60_000)),
        yield* waits("lines", flowOf(100, 1000)),
        yield* waits("other lines", flowOf(1500)),
        yield* waits("line", flowOf(40)),
        yield* waits("other line", flowOf(60))
      ]
      yield* endOfTurn
      yield* endOfTurn
      expect(order).toEqual([])
      yield* drain
      yield* Fiber.joinAll(fibers)
      expect(order).toEqual(["line", "other line", "lines", "other lines", "paste"])
    })
  )

  it.scopedLive("is at once that of a line, while pastes wait; and not that of one more paste", () =>
    Effect.gen(function* () {
      const { drain, fill, next, unsafeTake } = yield* made
      yield* fill
      const waiting = yield* Effect.fork(next(flowOf(60_000)))
      yield* endOfTurn
      yield* drain
      expect(unsafeTake(flowOf(60_000))).toBe(false)
      expect(unsafeTake(flowOf(40))).toBe(true)
      yield* Fiber.join(waiting)
    })
  )

  it.scopedLive("comes to everybody, however many have less to say", () =>
    Effect.gen(function* () {
      const { fill, drain, next } = yield* made
      yield* fill
      let lines = 0
      const talks = Effect.forever(
        Effect.suspend(() => {
          lines += 1
          return next(flowOf(40))
        })
      )
      const talkers = yield* Effect.forEach(Array.from({ length: 100 }), () => Effect.fork(talks))
      const paste = yield* Effect.fork(next(flowOf(60_000)))
      yield* endOfTurn
      yield* drain
      yield* Fiber.join(paste)
      expect(lines).toBeLessThan(100 + 200)
      yield* Fiber.interruptAll(talkers)
    })
  )

  it.scopedLive("is forgotten with who waited for it", () =>
    Effect.gen(function* () {
      const { drain, fill, next, unsafeTake } = yield* made
      yield* fill
      const gone = yield* Effect.fork(next(flowOf(40)))
      yield* endOfTurn
      yield* Fiber.interrupt(gone)
      yield* drain
      expect(unsafeTake(flowOf(60_000))).toBe(true)
    })
  )

  it("has a burst count as a whole, until all of it has been heard", () => {
    let unread = 5000
    const flow = new Turns.Flow(() => unread)
    flow.heard(100)
    const level = flow.level
    expect(level).toBeGreaterThan(3)
    flow.rest()
    unread = 0
    flow.heard(5000)
    expect(flow.level).toBe(level)
    flow.rest()
    expect(flow.level).toBe(0)
  })
})
