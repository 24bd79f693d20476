import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { apply } from "../../../src/domain/apply.ts"
import * as Chat from "../../../src/domain/Chat.ts"
import * as Broadcaster from "../../../src/server/delivery/Broadcaster.ts"
import * as Closing from "../../../src/server/Closing.ts"
import { PlainInterpreter } from "../../../src/server/dialect/PlainInterpreter.ts"
import { native } from "../../../src/server/dialect/native.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import type { Peer } from "../../../src/server/chat/Peer.ts"
import * as Hub from "../../../src/server/chat/Hub.ts"
import { Outbox } from "../../../src/server/delivery/Outbox.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { show } from "../../support/bytes.ts"
import { from as address, join, nobody, say as saying, settings } from "../../support/chat.ts"
import { fault } from "../../support/faults.ts"
import { enter, perform, type Performed } from "../../support/handed.ts"
import { SlowRecorder } from "../../support/Recorder.ts"
import { assembled, eventsOf, loggingTo, member, open, plainMember } from "../../support/room.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"
import { stub } from "../../support/stub.ts"

describe("A fault in the broadcast", () => {
  it.scopedLive("closes the server, and everybody is told", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const room = yield* open(assembled({}, {}).pipe(Layer.provide(loggingTo(logged))))
      const ada = yield* member(room.port, "ada")
      const bob = yield* member(room.port, "bob")
      const eve = yield* plainMember(room.port, "eve")
      // Nobody's: the batch itself is broken.
      const event = Object.defineProperty({ _tag: "Pong", at: 0 } as const, "_tag", { get: fault })
      Context.get(room.context, Hub.Hub).unsafePublish([{ event, audience: [] }])
      expect(yield* room.server.closing).toEqual({ reason: "internal error", asked: false })
      expect(logged).toEqual(["FATAL The broadcast has failed"])
      yield* room.shut
      const told = { _tag: "Goodbye", code: "closing", reason: "internal error" }
      expect(eventsOf(yield* ada.rest).at(-1)).toMatchObject(told)
      expect(eventsOf(yield* bob.rest).at(-1)).toMatchObject(told)
      expect(yield* eve.rest).toBe("The server is closing: internal error.\n")
    })
  )
})

/** A room of one who is silent and one who speaks, on a clock that stands still but for the writes. */
const slowRoom = Effect.gen(function* () {
  const clock = new StoppedClock()
  const { config, handed, hub } = yield* Effect.withClock(
    Effect.map(
      Layer.build(
        Broadcaster.layer.pipe(Layer.provideMerge(Hub.layer), Layer.provide(Closing.layer), Layer.provideMerge(ServerConfig.layer({})))
      ),
      (context) => ({
        config: Context.get(context, ServerConfig.ServerConfig),
        hub: Context.get(context, Hub.Hub),
        handed: Context.get(context, Broadcaster.Broadcaster)
      })
    ),
    clock
  )
  let node = nobody<Outbox>()
  let cost = 0
  const publish = (performed: Performed<Outbox>) => {
    node = performed.node
    expect(hub.unsafePublish(performed.handings)).toBe(true)
  }
  const join = (name: string) => {
    const connection = new SlowRecorder(() => {
      clock.take(cost)
    })
    const outbox = new Outbox(connection, config, () => undefined, plain)
    outbox.speak(plain, new PlainInterpreter({ ...config, echo: "off" }, false))
    publish(enter(node, name, outbox))
    return { who: node.lastClient, outbox, connection }
  }
  const [ada, bob] = [join("ada"), join("bob")]
  yield* handed.handedOver(yield* hub.place, 1000)
  // Comings and goings do not hold up what is said.
  clock.pass(1000)
  // The broadcast cannot be interrupted while it gathers: a test that fails meanwhile ends, too.
  yield* Effect.addFinalizer(() => passing(clock, 50))
  return {
    /** She says so many things in one turn. */
    say: (count: number) => {
      for (let n = 0; n < count; n += 1) publish(perform(node, { _tag: "Decide", who: ada.who, command: saying("x"), now: 0 }, ada.outbox))
    },
    /** From now on a write takes so long, ms. */
    takes: (millis: number) => {
      cost = millis
    },
    /** How many of her words he has heard once so much time has gone by, ms at a time. */
    heardAfter: (millis: number) =>
      Effect.gen(function* () {
        yield* passing(clock, millis)
        yield* turns
        return bob.connection.writes.join("").split("ada: x\n").length - 1
      })
  }
})

const turns = Effect.zipRight(Hub.endOfTurn, Hub.endOfTurn)

/** So many ms go by, one at a time, and all that is due happens. */
const passing = (clock: StoppedClock, millis: number) =>
  Effect.gen(function* () {
    for (let n = 0; n < millis; n += 1) {
      clock.pass(1)
      yield* turns
    }
  })

describe("After a fan-out of 8 ms what comes next is gathered", () => {
  it.scopedLive.each<readonly [string, { readonly messages: number; readonly next: number; readonly ms: number }]>([
    ["for half as long, after one message", { messages: 1, next: 1, ms: 4 }],
    ["for half as long, after two", { messages: 2, next: 10, ms: 4 }],
    ["until three times as long after its start, after three", { messages: 3, next: 1, ms: 16 }],
    ["so long however many come, after fifteen", { messages: 15, next: 40, ms: 16 }],
    ["for half as long, after many, when fewer come", { messages: 20, next: 19, ms: 4 }],
    ["until as many have come, after many", { messages: 20, next: 20, ms: 0 }],
    ["until more have come, after many", { messages: 20, next: 30, ms: 0 }]
  ])("%s", ([, { messages, ms, next }]) =>
    Effect.gen(function* () {
      const { heardAfter, say, takes } = yield* slowRoom
      takes(8)
      say(messages)
      expect(yield* heardAfter(0)).toBe(messages)
      takes(0)
      say(next)
      if (ms > 0) expect(yield* heardAfter(ms - 1)).toBe(messages)
      expect(yield* heardAfter(ms > 0 ? 1 : 0)).toBe(messages + next)
    })
  )

  it.scopedLive("only until those who were still missing have come", () =>
    Effect.gen(function* () {
      const { heardAfter, say, takes } = yield* slowRoom
      takes(8)
      say(20)
      expect(yield* heardAfter(0)).toBe(20)
      takes(0)
      say(12)
      expect(yield* heardAfter(1)).toBe(20)
      say(8)
      expect(yield* heardAfter(1)).toBe(40)
    })
  )
})

describe("A crowd that goes, a part of it in each turn", () => {
  const size = 20

  /** A room of one who stays and of so many parts of a crowd; `leaves` has the next part leave, and `frames` is what the one who stays was told since. */
  const crowded = (parts: number) =>
    Effect.gen(function* () {
      const clock = new StoppedClock()
      const layer = Broadcaster.layer.pipe(Layer.provideMerge(Hub.layer), Layer.provide(Closing.layer), Layer.provideMerge(ServerConfig.layer({})))
      const context = yield* Effect.withClock(Layer.build(layer), clock)
      const hub = Context.get(context, Hub.Hub)
      const frames: Array<string> = []
      const peer = (keep: (frame: Uint8Array) => void): Peer => ({ ...stub, send: keep })
      const witness = peer((frame) => frames.push(show(frame)))
      const others = peer(() => undefined)
      let chat = Chat.empty<Peer>(settings)
      for (let client = 1; client <= 1 + parts * size; client += 1) {
        const comes = { _tag: "Command", at: 0, client, address, command: join(`n${client}`) } as const
        chat = apply(chat, comes, () => (client === 1 ? witness : others)).chat
      }
      let next = 2
      const passes = (millis: number) => passing(clock, millis)
      // The broadcast cannot be interrupted while it holds something.
      yield* Effect.addFinalizer(() => passes(600))
      return {
        frames,
        passes,
        /** The one who stays is answered, in so many bytes, what may wait. */
        asks: (size: number) =>
          Effect.suspend(() => {
            const event = { _tag: "Verbatim", at: 0, size, words: () => "", mayWait: true } as const
            expect(hub.unsafePublish([{ event, audience: [{ id: Chat.personOf(chat, 1)?.member.id, peer: witness }] }])).toBe(true)
            return turns
          }),
        leaves: Effect.suspend(() => {
          for (let n = 0; n < size; n += 1) {
            const gone = apply(chat, { _tag: "Drop", at: 0, client: next, code: "lost", reason: undefined }, () => witness)
            next += 1
            chat = gone.chat
            expect(hub.unsafePublish(gone.told)).toBe(true)
          }
          return turns
        })
      }
    })

  it.scopedLive("is told in one line, once no more of it have gone for 50 ms", () =>
    Effect.gen(function* () {
      const { frames, leaves, passes } = yield* crowded(3)
      yield* leaves
      yield* passes(30)
      yield* leaves
      yield* passes(45)
      yield* leaves
      yield* passes(49)
      expect(frames).toEqual([])
      yield* passes(2)
      expect(frames).toEqual(["60 people have left the chat.\n"])
    })
  )

  it.scopedLive("is told of at once where the answers that wait behind it fill the Hub", () =>
    Effect.gen(function* () {
      const { asks, frames, leaves, passes } = yield* crowded(1)
      yield* leaves
      yield* asks(3 * ServerConfig.defaults.hubBytes / 4)
      yield* passes(20)
      expect(frames).toEqual([])
      yield* asks(3 * ServerConfig.defaults.hubBytes / 4)
      yield* passes(1)
      expect(frames.join("")).toBe("20 people have left the chat.\n")
    })
  )

  it.scopedLive("is told of half a second after it began at the latest", () =>
    Effect.gen(function* () {
      const { frames, leaves, passes } = yield* crowded(14)
      for (let part = 0; part < 14; part += 1) {
        yield* leaves
        yield* passes(40)
        if (part === 11) expect(frames).toEqual([])
      }
      expect(frames).toHaveLength(1)
    })
  )
})

/** The processor time that this process takes, ms. */
const processorTime = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

describe("When ten thousand leave at once", () => {
  const many = 10_000
  // As many as sessions say goodbye to in one turn of the event loop.
  const perTurn = 32
  // Three times what is meant, a second and 50 ms, for a machine that is busy with other things: processor time, ms.
  const inAll = 3000
  const inOneTurn = 150

  /** Takes all and keeps nothing, but for one who keeps it. */
  const natively = (keep: (frame: Uint8Array) => void = () => undefined): Peer => ({ ...stub, dialect: native, echo: true, send: keep })

  it.scopedLive("all of it is told within a second of processor time, and never blocks the others for long", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(
        Broadcaster.layer.pipe(Layer.provideMerge(Hub.layer), Layer.provide(Closing.layer), Layer.provideMerge(ServerConfig.layer({})))
      )
      const hub = Context.get(context, Hub.Hub)
      const broadcaster = Context.get(context, Broadcaster.Broadcaster)
      const frames: Array<Uint8Array> = []
      const witness = natively((frame) => frames.push(frame))
      let chat = Chat.empty<Peer>(settings)
      for (let client = 1; client <= many + 1; client += 1) {
        const comes = { _tag: "Command", at: 0, client, address, command: join(`n${client}`) } as const
        chat = apply(chat, comes, () => (client === 1 ? witness : natively())).chat
      }

      // What goes by between two turns of this fiber is the broadcast, but for what this fiber does itself.
      let since = processorTime()
      let telling = 0
      let longest = 0
      const turn = Effect.gen(function* () {
        since = processorTime()
        yield* Hub.endOfTurn
        const took = processorTime() - since
        telling += took
        longest = Math.max(longest, took)
      })
      for (let client = 2; client <= many + 1; client += perTurn) {
        for (let n = client; n < Math.min(client + perTurn, many + 2); n += 1) {
          const gone = apply(chat, { _tag: "Drop", at: 0, client: n, code: "lost", reason: undefined }, () => witness)
          chat = gone.chat
          expect(hub.unsafePublish(gone.told)).toBe(true)
        }
        yield* turn
      }
      const told = yield* Effect.fork(broadcaster.handedOver(yield* hub.place, 60_000))
      while (told.unsafePoll() === null) yield* turn

      const heard = eventsOf(frames.map((frame) => show(frame)).join(""))
      expect(heard.flatMap((event) => (event._tag === "Presence" ? event.left : event._tag === "Left" ? [event] : []))).toHaveLength(many)
      console.log(`${many} leave at once: ${telling.toFixed()} ms of processor time to tell it, ${longest.toFixed()} ms in one turn at most, ${frames.length} frames`)
      expect(telling).toBeLessThan(inAll)
      expect(longest).toBeLessThan(inOneTurn)
    })
  , 60_000)
})
