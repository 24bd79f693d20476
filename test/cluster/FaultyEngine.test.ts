import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { NodeId } from "../../src/domain/replica/Position.ts"
import { make } from "./support/FaultyEngine.ts"
import { bytes, reading, until } from "./support/reading.ts"

const words = (count: number) => Array.from({ length: count }, (_, n) => `x${n}`)

describe("The engine that fails as a seed wants", () => {
  it.scopedLive("gives all nodes one order, drops some records and doubles others", () =>
    Effect.gen(function* () {
      const faulty = yield* make(1, { drop: 0.1, double: 0.1 })
      const nodes = yield* Effect.all([faulty.node, faulty.node])
      const readers = yield* Effect.all([reading(nodes[0].engine), reading(nodes[1].engine)])
      for (const word of words(1000)) nodes[0].engine.unsafeAppend(bytes(word))
      yield* faulty.fail({})
      nodes[1].engine.unsafeAppend(bytes("last"))
      for (const reader of readers) yield* reader.has("last")
      yield* until(() => readers[0].records.length === readers[1].records.length)
      expect(readers[0].records).toEqual(readers[1].records)
      const read = readers[0].texts()
      const different = new Set(read).size - 1
      expect(different).toBeGreaterThan(850)
      expect(different).toBeLessThan(950)
      expect(read.length - 1 - different).toBeGreaterThan(50)
    })
  )

  it.scopedLive("is the same with the same seed", () =>
    Effect.gen(function* () {
      const run = Effect.gen(function* () {
        const faulty = yield* make(7, { drop: 0.3, double: 0.3 })
        const node = yield* faulty.node
        for (const word of words(200)) node.engine.unsafeAppend(bytes(word))
        return (yield* faulty.records).map((record) => Buffer.from(record.bytes).toString())
      })
      expect(yield* run).toEqual(yield* run)
    })
  )

  it.scopedLive("forgets, truncates, and closes, and its readers are told", () =>
    Effect.gen(function* () {
      const faulty = yield* make(1)
      const node = yield* faulty.node
      const reader = yield* reading(node.engine)
      for (const word of words(10)) node.engine.unsafeAppend(bytes(word))
      yield* reader.count(10)
      yield* faulty.truncate(5)
      expect((yield* (yield* reading(node.engine, reader.records[2]?.at)).lost).why).toBe("truncated")
      const rest = yield* reading(node.engine, reader.records[4]?.at)
      yield* rest.count(5)
      yield* faulty.forget
      expect((yield* reader.lost).why).toBe("forgot")
      expect((yield* rest.lost).why).toBe("forgot")
      const again = yield* reading(node.engine)
      node.engine.unsafeAppend(bytes("again"))
      yield* again.has("again")
      expect(again.records[0]?.at).toEqual({ epoch: "epoch 2", seq: 1 })
    })
  )

  it.scopedLive("cuts one node off, which reads all that it missed", () =>
    Effect.gen(function* () {
      const faulty = yield* make(1)
      const [one, other] = yield* Effect.all([faulty.node, faulty.node])
      const reader = yield* reading(one.engine)
      yield* one.cut
      one.engine.unsafeAppend(bytes("lost"))
      other.engine.unsafeAppend(bytes("kept"))
      yield* one.mend
      yield* one.pause
      one.engine.unsafeAppend(bytes("taken"))
      expect(reader.texts()).toEqual([])
      yield* one.resume
      yield* reader.count(2)
      expect(reader.texts()).toEqual(["kept", "taken"])
    })
  )

  it.scoped("is not reachable after two seconds of silence, by the clock of the test", () =>
    Effect.gen(function* () {
      const faulty = yield* make(1)
      const { engine } = yield* faulty.node
      yield* faulty.down
      yield* TestClock.adjust(1999)
      expect(yield* engine.reachable.get).toBe(true)
      yield* TestClock.adjust(1)
      expect(yield* engine.reachable.get).toBe(false)
      yield* faulty.up
      expect(yield* engine.reachable.get).toBe(true)
    })
  )

  it.scopedLive("sends to one node", () =>
    Effect.gen(function* () {
      const faulty = yield* make(1)
      const [one, other] = yield* Effect.all([faulty.node, faulty.node])
      const got: Array<string> = []
      yield* Effect.forkScoped(
        Stream.runForEach(yield* one.engine.received(NodeId.make("ada")), (sent) => Effect.sync(() => got.push(Buffer.from(sent).toString())))
      )
      yield* other.engine.send(NodeId.make("bob"), bytes("not for ada"))
      yield* other.engine.send(NodeId.make("ada"), bytes("hello"))
      yield* until(() => got.length > 0)
      expect(got).toEqual(["hello"])
    })
  )
})
