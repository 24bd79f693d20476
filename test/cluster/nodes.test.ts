import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Engine } from "../../src/server/cluster/Engine.ts"
import * as Replicated from "../../src/server/cluster/replicated.ts"
import * as Server from "../../src/server/Server.ts"
import type { ServerOptions } from "../../src/server/ServerConfig.ts"
import { member, next, open, tell } from "../support/room.ts"
import { make } from "./support/FaultyEngine.ts"

// Several nodes that are one conversation, over an engine in memory.

const node = (engine: Engine["Type"], name: string, config: Partial<ServerOptions> = {}) =>
  open(
    Server.port.pipe(
      Layer.provideMerge(Server.coreWith({ port: 0, rateLimit: undefined, ...config }, Replicated.layer(name).pipe(Layer.provide(Layer.succeed(Engine, engine)))))
    )
  )

describe("Two nodes of a cluster", () => {
  it.scopedLive("are one room", () =>
    Effect.gen(function* () {
      const faulty = yield* make(1)
      const one = yield* node((yield* faulty.node).engine, "one")
      const ada = yield* member(one.port, "ada")
      yield* tell(ada, { _tag: "Say", text: "before" })
      yield* next(ada, "Said")
      const two = yield* node((yield* faulty.node).engine, "two")
      const bob = yield* member(two.port, "bob")
      expect(yield* next(ada, "Joined")).toMatchObject({ member: { name: "bob" } })
      yield* tell(bob, { _tag: "Say", text: "hello" })
      expect(yield* next(ada, "Said")).toMatchObject({ from: { name: "bob" }, text: "hello" })
      expect(yield* next(bob, "Said")).toMatchObject({ from: { name: "bob" }, text: "hello" })
      yield* tell(ada, { _tag: "Say", text: "hello Bob" })
      expect(yield* next(bob, "Said")).toMatchObject({ from: { name: "ada" }, text: "hello Bob" })
      yield* one.close("an upgrade")
      expect(yield* next(ada, "Goodbye")).toMatchObject({ code: "lost", reason: "an upgrade" })
      expect(yield* next(bob, "Left")).toMatchObject({ member: { name: "ada" } })
    })
  )
})
