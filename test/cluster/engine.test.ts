import { randomBytes } from "node:crypto"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { describe, expect, it } from "@effect/vitest"
import { headers } from "@nats-io/transport-node"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { NodeId, type Position } from "../../src/domain/replica/Position.ts"
import { connect, jetstreamManager } from "../../src/server/cluster/packages.ts"
import { gate } from "./support/Gate.ts"
import { hasNats, natsCluster, natsServer } from "./support/NatsServer.ts"
import { appendUntilRead, bytes, engineAt, reading, text, until } from "./support/reading.ts"

/** JetStream, past our own engine. */
const managed = (url: string) =>
  Effect.map(
    Effect.acquireRelease(Effect.promise(() => connect({ servers: url, maxReconnectAttempts: -1 })), (nats) => Effect.promise(() => nats.close())),
    (nats) => ({ nats, manager: Effect.promise(() => jetstreamManager(nats, { checkAPI: false })) })
  )

const stream = "BRUSIO_test"

/** The bytes of buffers that are held, once what is not has been collected. */
const held = (): number => {
  setFlagsFromString("--expose-gc")
  runInNewContext("gc()")
  return process.memoryUsage().arrayBuffers
}

const words = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

const reachedAs = (engine: { readonly reachable: { readonly changes: Stream.Stream<boolean> } }, wanted: boolean) =>
  Stream.runHead(Stream.filter(engine.reachable.changes, (is) => is === wanted))

describe.runIf(hasNats)("The engine in NATS", () => {
  it.scopedLive("gives all records to all in one order, each node's in its own, with the engine's time", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const engines = yield* Effect.all([engineAt(server.url), engineAt(server.url)])
      const [one, other] = yield* Effect.all([reading(engines[0]), reading(engines[1])])
      const begun = Date.now()
      for (let n = 0; n < 500; n++) {
        engines[0].unsafeAppend(bytes(`a${n}`))
        engines[1].unsafeAppend(bytes(`b${n}`))
        if (n % 50 === 0) yield* Effect.sleep(1)
      }
      yield* one.count(1000)
      yield* other.count(1000)
      expect(one.records.map(({ at, time }) => ({ at, time }))).toEqual(other.records.map(({ at, time }) => ({ at, time })))
      expect(one.texts()).toEqual(other.texts())
      expect(one.texts().filter((word) => word.startsWith("a"))).toEqual(words("a", 500))
      expect(one.texts().filter((word) => word.startsWith("b"))).toEqual(words("b", 500))
      expect(one.records.map(({ at }) => at.seq)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1))
      const times = one.records.map(({ time }) => time)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times.every((time) => time >= begun - 1000 && time <= Date.now() + 1000)).toBe(true)
      expect(yield* engines[0].lastRead).toBe(times.at(-1))
    })
  )

  it.scopedLive("is read from the oldest record, or from behind any other, and then waits for more", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const engine = yield* engineAt(server.url)
      const first = yield* reading(engine)
      for (const word of words("x", 10)) engine.unsafeAppend(bytes(word))
      yield* first.count(10)
      const [second, third] = yield* Effect.all([reading(engine, first.records[6]?.at), reading(engine)])
      yield* second.count(3)
      engine.unsafeAppend(bytes("more"))
      yield* second.has("more")
      yield* third.has("more")
      expect(second.texts()).toEqual(["x7", "x8", "x9", "more"])
      expect(third.texts()).toEqual([...words("x", 10), "more"])
    })
  )

  it.scopedLive("has forgotten all once it was killed: readers are told, the new log has another epoch", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const engine = yield* engineAt(server.url)
      const before = yield* reading(engine)
      for (const word of words("x", 10)) engine.unsafeAppend(bytes(word))
      yield* before.count(10)
      yield* server.kill
      yield* server.start
      expect(yield* before.lost).toMatchObject({ _tag: "EngineLost", why: "forgot" })
      expect((yield* (yield* reading(engine, before.records.at(-1)?.at)).lost).why).toBe("forgot")
      const after = yield* reading(engine)
      yield* appendUntilRead(engine, "again", after)
      expect(new Set(after.texts())).toEqual(new Set(["again"]))
      expect(after.records[0]?.at.epoch).not.toBe(before.records[0]?.at.epoch)
    })
  )

  it.scopedLive("is away while it is stopped, and then goes on where it was", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const engine = yield* engineAt(server.url)
      const reader = yield* reading(engine)
      engine.unsafeAppend(bytes("before"))
      yield* reader.has("before")
      yield* server.signal("SIGSTOP")
      yield* reachedAs(engine, false)
      yield* server.signal("SIGCONT")
      yield* reachedAs(engine, true)
      yield* appendUntilRead(engine, "after", reader)
      expect([...new Set(reader.texts())]).toEqual(["before", "after"])
      expect(new Set(reader.records.map(({ at }) => at.seq)).size).toBe(reader.records.length)
    })
  )

  for (const how of ["cut", "hush"] as const) {
    it.scopedLive(`loses nothing of what others say while one node is cut off (${how})`, () =>
      Effect.gen(function* () {
        const server = yield* natsServer()
        const way = yield* gate(server.port)
        const [one, other] = yield* Effect.all([engineAt(way.url), engineAt(server.url)])
        const reader = yield* reading(one)
        other.unsafeAppend(bytes("before"))
        yield* reader.has("before")
        yield* way[how]
        yield* reachedAs(one, false)
        expect(yield* other.reachable.get).toBe(true)
        for (const word of words("x", 100)) other.unsafeAppend(bytes(word))
        yield* way.mend
        yield* reachedAs(one, true)
        yield* reader.has("x99")
        expect(reader.texts()).toEqual(["before", ...words("x", 100)])
      })
    )
  }

  it.scopedLive("reads from one of the last seconds on, where no more is wanted, and leaves nothing out from there", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const [one, other] = yield* Effect.all([engineAt(server.url), engineAt(server.url)])
      const begun = yield* reading(one, "recent")
      const all = yield* reading(other)
      other.unsafeAppend(bytes("old"))
      yield* begun.has("old")
      const old = begun.records[0]?.time ?? 0
      yield* Effect.repeat(Effect.sync(() => { other.unsafeAppend(bytes("young")) }), { until: () => (all.records.at(-1)?.time ?? 0) > old + 3000, schedule: Schedule.spaced(100) })
      const late = yield* reading(one, "recent")
      other.unsafeAppend(bytes("last"))
      for (const reader of [all, begun, late]) yield* reader.has("last")
      expect(begun.records).toEqual(all.records)
      const [first] = late.records
      expect(first?.time).toBeGreaterThan(old)
      expect(late.records).toEqual(all.records.filter(({ at }) => at.seq >= (first?.at.seq ?? 0)))
      expect(late.records.filter((record) => text(record) === "young").length).toBeGreaterThan(10)
    })
  )

  it.scopedLive("is read anew where it says that it has sent more than has come, and each record is read once", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const engine = yield* engineAt(server.url)
      const reader = yield* reading(engine)
      engine.unsafeAppend(bytes("before"))
      yield* reader.has("before")
      const { manager, nats } = yield* managed(server.url)
      const consumers = Effect.flatMap(manager, (manager) => Effect.promise(() => manager.consumers.list(stream).next()))
      const subjects = Effect.map(consumers, (all) => all.map(({ config }) => config.deliver_subject ?? ""))
      const [first = ""] = yield* subjects
      const said = headers(100, "Idle Heartbeat")
      said.set("Nats-Last-Stream", "1")
      nats.publish(first, new Uint8Array(), { headers: said })
      engine.unsafeAppend(bytes("between"))
      yield* reader.has("between")
      expect(yield* subjects).toEqual([first])
      said.set("Nats-Last-Stream", "99")
      nats.publish(first, new Uint8Array(), { headers: said })
      yield* Effect.repeat(subjects, { until: (now) => now.some((subject) => subject !== first), schedule: Schedule.spaced(50) })
      yield* appendUntilRead(engine, "after", reader)
      expect([...new Set(reader.texts())]).toEqual(["before", "between", "after"])
      expect(new Set(reader.records.map(({ at }) => at.seq)).size).toBe(reader.records.length)
    })
  )

  it.scopedLive("tells a reader when records are gone that it has not read", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const way = yield* gate(server.port)
      const [one, other] = yield* Effect.all([engineAt(way.url), engineAt(server.url)])
      const [slow, quick] = yield* Effect.all([reading(one), reading(other)])
      other.unsafeAppend(bytes("before"))
      yield* slow.has("before")
      yield* way.cut
      for (const word of words("x", 10)) other.unsafeAppend(bytes(word))
      yield* quick.count(11)
      const { manager } = yield* managed(server.url)
      yield* Effect.flatMap(manager, ({ streams }) => Effect.promise(() => streams.purge(stream, { seq: 6 })))
      yield* way.mend
      expect((yield* slow.lost).why).toBe("truncated")
      expect(slow.texts()).toEqual(["before"])
      // From the very next record on, nothing is missing.
      const from: Position = { epoch: quick.records[0]?.at.epoch ?? "", seq: 5 }
      const rest = yield* reading(one, from)
      yield* rest.count(6)
      expect(rest.texts()).toEqual(["x4", "x5", "x6", "x7", "x8", "x9"])
      expect((yield* (yield* reading(one, { ...from, seq: 4 })).lost).why).toBe("truncated")
    })
  )

  it.scopedLive("keeps what a slow reader does not take, which holds a few MB of it", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const [one, other] = yield* Effect.all([engineAt(server.url), engineAt(server.url)])
      const latch = yield* Effect.makeLatch(false)
      const seen: Array<string> = []
      const reader = yield* one.read(undefined).pipe(
        Stream.rechunk(1),
        Stream.runForEach((record) =>
          Effect.map(latch.await, () => {
            seen.push(text({ ...record, bytes: record.bytes.subarray(0, 6) }))
          })
        ),
        Effect.fork
      )
      const quick = yield* reading(other, undefined, () => Effect.void)
      const before = held()
      for (let n = 0; n < 480; n++) {
        const record = Buffer.alloc(100_000, String(100_000 + n))
        other.unsafeAppend(record)
        yield* until(() => quick.records.length > n)
        // What the other reader has kept is no part of this.
        Object.assign(quick.records[n] ?? {}, { bytes: new Uint8Array() })
      }
      const grown = held() - before
      console.log(`A slow reader of 48 MB holds ${(grown / 1e6).toFixed(0)} MB`)
      expect(grown).toBeLessThan(30e6)
      expect(yield* one.reachable.get).toBe(true)
      yield* latch.open
      yield* until(() => seen.length === 480)
      expect(seen).toEqual(Array.from({ length: 480 }, (_, n) => String(100_000 + n)))
      yield* Fiber.interrupt(reader)
    })
  )

  it.scopedLive("sends a megabyte and more to one node, in pieces, beside the log", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const [one, other] = yield* Effect.all([engineAt(server.url), engineAt(server.url)])
      const [ada, bob] = [NodeId.make("ada.1 *>"), NodeId.make("bob")]
      const got: Array<Uint8Array> = []
      const others: Array<Uint8Array> = []
      yield* Effect.forkScoped(Stream.runForEach(yield* one.received(ada), (bytes) => Effect.sync(() => got.push(bytes))))
      yield* Effect.forkScoped(Stream.runForEach(yield* one.received(bob), (bytes) => Effect.sync(() => others.push(bytes))))
      // The subscription is known to the engine once a record has gone the same way.
      const reader = yield* reading(one)
      one.unsafeAppend(bytes("ready"))
      yield* reader.has("ready")
      const sent = [randomBytes(1_300_000), randomBytes(0), randomBytes(262_144), randomBytes(3)]
      for (const bytes of sent) yield* other.send(ada, bytes)
      yield* until(() => got.length === sent.length)
      expect(got.map((bytes) => Buffer.from(bytes).equals(sent[got.indexOf(bytes)] ?? Buffer.alloc(1)))).toEqual(sent.map(() => true))
      expect(others).toEqual([])
    })
  )

  it.scopedLive("is deleted by who erases it: readers find that it has forgotten all", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const engine = yield* engineAt(server.url)
      const reader = yield* reading(engine)
      engine.unsafeAppend(bytes("x"))
      yield* reader.has("x")
      yield* engine.erase
      expect((yield* reader.lost).why).toBe("forgot")
    })
  )

  it.scopedLive("fails its readers with away once this side closes it", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const lost = yield* Effect.scoped(
        Effect.gen(function* () {
          const engine = yield* engineAt(server.url)
          return yield* Effect.forkDaemon(Effect.flip(Stream.runDrain(engine.read(undefined))))
        })
      )
      expect((yield* Fiber.join(lost)).why).toBe("away")
    })
  )

  it.scopedLive("drops what is appended while it cannot be reached, and does not keep it", () =>
    Effect.gen(function* () {
      const server = yield* natsServer()
      const way = yield* gate(server.port)
      const engine = yield* engineAt(way.url)
      const reader = yield* reading(engine)
      engine.unsafeAppend(bytes("before"))
      yield* reader.has("before")
      yield* way.cut
      yield* reachedAs(engine, false)
      const record = new Uint8Array(1_000_000)
      const before = held()
      for (let n = 0; n < 200; n++) engine.unsafeAppend(record)
      expect(held() - before).toBeLessThan(10e6)
      yield* way.mend
      yield* reachedAs(engine, true)
      yield* appendUntilRead(engine, "after", reader)
      expect(new Set(reader.texts())).toEqual(new Set(["before", "after"]))
    })
  )
})

describe.runIf(hasNats)("An engine of three servers", () => {
  it.scopedLive("goes on when the leader of its log is killed, without losing what was read", () =>
    Effect.gen(function* () {
      const servers = yield* natsCluster
      const urls = servers.map(({ url }) => url)
      const engines = yield* Effect.all([engineAt(...urls), engineAt(...urls)])
      const readers = yield* Effect.all([reading(engines[0]), reading(engines[1])])
      for (const word of words("x", 100)) engines[0].unsafeAppend(bytes(word))
      yield* readers[0].count(100)
      yield* readers[1].count(100)
      const { manager } = yield* managed(urls.join(","))
      const info = yield* Effect.flatMap(manager, ({ streams }) => Effect.promise(() => streams.info(stream)))
      expect(info.config.num_replicas).toBe(3)
      const leader = servers[Number(info.cluster?.leader?.slice(1)) - 1]
      yield* leader?.kill ?? Effect.void
      const begun = Date.now()
      yield* appendUntilRead(engines[0], "after", readers[0])
      yield* readers[1].has("after")
      console.log(`The log goes on ${Date.now() - begun} ms after the death of its leader`)
      expect(Date.now() - begun).toBeLessThan(12_000)
      expect(readers[0].texts().slice(0, 101)).toEqual([...words("x", 100), "after"])
      yield* until(() => readers[0].records.length === readers[1].records.length)
      expect(readers[0].records).toEqual(readers[1].records)
      expect(new Set(readers[0].records.map(({ at }) => at.epoch)).size).toBe(1)
    }).pipe(Effect.timeout(45_000))
  )

  it.scopedLive("has forgotten all once all of them were restarted, though it knows when the log was made", () =>
    Effect.gen(function* () {
      const servers = yield* natsCluster
      const urls = servers.map(({ url }) => url)
      const engines = yield* Effect.all([engineAt(...urls), engineAt(...urls)])
      const readers = yield* Effect.all([reading(engines[0]), reading(engines[1])])
      for (const word of words("x", 10)) engines[0].unsafeAppend(bytes(word))
      yield* Effect.all(readers.map((reader) => reader.count(10)))
      yield* Effect.all(servers.map(({ kill }) => kill), { concurrency: 3 })
      yield* Effect.all(servers.map(({ start }) => start), { concurrency: 3 })
      for (const reader of readers) expect((yield* reader.lost).why).toBe("forgot")
      const after = yield* Effect.all([reading(engines[0]), reading(engines[1])])
      yield* appendUntilRead(engines[0], "again", after[0])
      yield* after[1].has("again")
      expect(after[1].records[0]?.at.epoch).not.toBe(readers[0].records[0]?.at.epoch)
      expect(Option.fromNullable(after[1].records[0]?.at)).toEqual(Option.fromNullable(after[0].records[0]?.at))
    }).pipe(Effect.timeout(55_000))
  )
})
