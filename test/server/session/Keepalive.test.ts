import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { endOfTurn } from "../../../src/server/chat/Hub.ts"
import { Registry } from "../../../src/server/chat/Registry.ts"
import * as Server from "../../../src/server/Server.ts"
import * as Keepalive from "../../../src/server/session/Keepalive.ts"
import { Unacknowledged } from "../../../src/server/session/Unacknowledged.ts"
import { StoppedClock } from "../../support/StoppedClock.ts"
import { block } from "../../support/standstill.ts"
import { stub } from "../../support/stub.ts"
import { member, next, opened, plainMember, tell } from "../../support/room.ts"

const short = { keepaliveEvery: 20, keepalive: 100, goneAfter: 400 }

describe("A native client that is silent", () => {
  it.scopedLive("is asked for a sign of life, and stays when it gives one", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(short)
      const ada = yield* member(port, "ada")
      for (let round = 0; round < 6; round += 1) {
        yield* next(ada, "Ping")
        yield* tell(ada, { _tag: "Pong" })
      }
      yield* tell(ada, { _tag: "Say", text: "still here" })
      expect(yield* next(ada, "Said")).toMatchObject({ text: "still here" })
    })
  )

  it.scopedLive("is gone when it gives none, and the others are told", () =>
    Effect.gen(function* () {
      const { port } = yield* opened(short)
      const bob = yield* plainMember(port, "bob")
      yield* member(port, "ada")
      expect(yield* bob.line).toBe("ada has joined the chat!")
      expect(yield* bob.line).toBe("ada has left the chat. (no sign of life)")
    })
  )

  it.scopedLive("is asked once more by a server that stood still with it, and has as long to answer as ever", () =>
    Effect.gen(function* () {
      const patient = { keepaliveEvery: 100, keepalive: 500, goneAfter: 2000 }
      const { port } = yield* opened(patient)
      const ada = yield* member(port, "ada")
      block(1.1 * patient.goneAfter)
      // Rounds of the server go by in which it would have been given up.
      for (let n = 0; n < 5; n += 1) yield* Effect.sleep(patient.keepaliveEvery)
      yield* tell(ada, { _tag: "Pong" }, { _tag: "Say", text: "still here" })
      expect(yield* next(ada, "Said")).toMatchObject({ text: "still here" })
    })
  )
})

describe("A round among many clients", () => {
  it.live("lets others have a turn in between", () =>
    Effect.gen(function* () {
      const clock = new StoppedClock()
      const turns = new Set<number>()
      let turn = 0
      let asked = 0
      const nextTurn = () => {
        turn += 1
        if (asked < 12) setImmediate(nextTurn)
      }
      const peer = {
        ...stub,
        keepAlive: () => {
          asked += 1
          turns.add(turn)
          clock.take(2)
        }
      }
      const registry = yield* Registry
      for (let n = 1; n <= 12; n += 1) yield* registry.connect({ address: `127.0.0.1:${n}`, peer })
      setImmediate(nextTurn)
      yield* Layer.launch(Keepalive.layer).pipe(Effect.withClock(clock), Effect.fork)
      while (asked < 12) yield* endOfTurn
      // Three take 6 ms.
      expect(turns.size).toBeGreaterThanOrEqual(4)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.succeed(Unacknowledged, { overdue: Effect.succeed(new Set<string>()) })),
      Effect.provide(Server.core({ port: 0 }))
    )
  )
})
