import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { block } from "../../support/standstill.ts"
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
