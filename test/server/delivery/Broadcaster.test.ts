import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Chat from "../../../src/domain/Chat.ts"
import { clean } from "../../../src/domain/Text.ts"
import * as Broadcaster from "../../../src/server/delivery/Broadcaster.ts"
import * as Closing from "../../../src/server/Closing.ts"
import { PlainInterpreter } from "../../../src/server/dialect/PlainInterpreter.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import * as Hub from "../../../src/server/chat/Hub.ts"
import { Outbox } from "../../../src/server/delivery/Outbox.ts"
import * as Registry from "../../../src/server/chat/Registry.ts"
import * as ServerConfig from "../../../src/server/ServerConfig.ts"
import { named, settings } from "../../support/chat.ts"
import { SlowRecorder } from "../../support/Recorder.ts"
import { assembled, eventsOf, loggingTo, member, open, plainMember, tell } from "../../support/room.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"

describe("A fault in the broadcast", () => {
  it.scopedLive("closes the server, and everybody is told", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const room = yield* open(assembled({}, {}).pipe(Layer.provide(loggingTo(logged))))
      const ada = yield* member(room.port, "ada")
      const bob = yield* member(room.port, "bob")
      const eve = yield* plainMember(room.port, "eve")
      const { members } = yield* Context.get(room.context, Registry.Registry).chat
      members[0]!.peer.send = () => {
        throw new Error("nothing can be sent")
      }

      yield* tell(bob, { _tag: "Say", text: "hi" })
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
  let chat = Chat.empty<Outbox>(settings)
  let cost = 0
  const publish = (decision: Chat.Decision<Outbox>) => {
    chat = decision.chat
    expect(hub.unsafePublish(decision.told)).toBe(true)
  }
  const join = (name: string) => {
    const connection = new SlowRecorder(() => {
      clock.take(cost)
    })
    const outbox = new Outbox(connection, config, () => undefined)
    outbox.speak(plain, new PlainInterpreter({ ...config, echo: "off" }, false))
    publish(Chat.connect(chat, "127.0.0.1:1", outbox, 0))
    const who = chat.lastClient
    publish(Chat.decide(chat, who, { _tag: "Join", nickname: named(name), ifTaken: "refuse" }, 0))
    return { who, connection }
  }
  const [ada, bob] = [join("ada"), join("bob")]
  yield* handed.handedOver(chat.seq, 1000)
  // Comings and goings do not hold up what is said.
  clock.pass(1000)
  return {
    /** She says so many things in one turn. */
    say: (count: number) => {
      for (let n = 0; n < count; n += 1) publish(Chat.decide(chat, ada.who, { _tag: "Say", text: clean("x") }, 0))
    },
    /** From now on a write takes so long, ms. */
    takes: (millis: number) => {
      cost = millis
    },
    /** How many of her words he has heard once so much time has gone by, ms at a time. */
    heardAfter: (millis: number) =>
      Effect.gen(function* () {
        for (let n = 0; n < millis; n += 1) {
          clock.pass(1)
          yield* turns
        }
        yield* turns
        return bob.connection.writes.join("").split("ada: x\n").length - 1
      })
  }
})

const turns = Effect.zipRight(Hub.endOfTurn, Hub.endOfTurn)

describe("After a fan-out of 8 ms what comes next is gathered", () => {
  it.scopedLive.each<readonly [string, { readonly messages: number; readonly next: number; readonly ms: number }]>([
    ["for half as long, after one message", { messages: 1, next: 1, ms: 4 }],
    ["for half as long, after three", { messages: 3, next: 10, ms: 4 }],
    ["until 2.2 times as long after its start, after four", { messages: 4, next: 1, ms: 10 }],
    ["so long however many come, after fifteen", { messages: 15, next: 40, ms: 10 }],
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
