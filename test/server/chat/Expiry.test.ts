import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Chat from "../../../src/domain/Chat.ts"
import { type Join, joinOrRefuse } from "../../../src/domain/command/join.ts"
import { Proof } from "../../../src/domain/Place.ts"
import * as Expiry from "../../../src/server/chat/Expiry.ts"
import { endOfTurn } from "../../../src/server/chat/Hub.ts"
import { Registry } from "../../../src/server/chat/Registry.ts"
import * as Server from "../../../src/server/Server.ts"
import { named } from "../../support/chat.ts"
import { block } from "../../support/standstill.ts"
import { stub } from "../../support/stub.ts"

const address = "127.0.0.1:1"
const came: Join = { ...joinOrRefuse(named("ada")), claim: { proof: Proof.make("mine"), neighbourhood: "here" } }

const come = Effect.gen(function* () {
  const registry = yield* Registry
  const client = yield* registry.connect({ address, peer: stub })
  const told = yield* registry.submit({ _tag: "Command", client, address, command: came })
  return { client, told: told.map(({ event }) => event._tag) }
})

/** Somebody is lost, and before the others are told the process stands still. */
const standstill = Effect.gen(function* () {
  const registry = yield* Registry
  yield* Effect.fork(Layer.launch(Expiry.layer))
  const { client } = yield* come
  yield* registry.disconnect(client, { _tag: "Drop", code: "lost", reason: undefined })
  yield* endOfTurn
  block(2.5 * (yield* registry.chat).keep.quietFor)
  return registry
})

describe("A server that stood still", () => {
  it.scopedLive("tells nobody of who was lost before and has come back meanwhile", () =>
    Effect.gen(function* () {
      yield* standstill
      // All timers that were due have run by then; what came meanwhile takes a few turns to be heard.
      for (let turn = 0; turn < 10; turn += 1) yield* endOfTurn
      expect((yield* come).told).toEqual(["Resumed"])
    }).pipe(Effect.provide(Server.core({ port: 0 })))
  )

  it.scopedLive("tells of who does not come back", () =>
    Effect.gen(function* () {
      const registry = yield* standstill
      const quiet = Chat.nextDeadline(yield* registry.chat)
      while (Chat.nextDeadline(yield* registry.chat) === quiet) yield* endOfTurn
      expect((yield* come).told).toEqual(["Resumed", "Returned"])
    }).pipe(Effect.provide(Server.core({ port: 0 })))
  )
})
