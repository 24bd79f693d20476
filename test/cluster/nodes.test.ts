import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { speaks } from "../../src/domain/replica/wire.ts"
import { Engine } from "../../src/server/cluster/Engine.ts"
import * as Replicated from "../../src/server/cluster/replicated.ts"
import * as Server from "../../src/server/Server.ts"
import type { ServerOptions } from "../../src/server/ServerConfig.ts"
import { openWindow, withWindowOver } from "../support/operatorWindow.ts"
import { member, next, open, tell } from "../support/room.ts"
import { make } from "./support/FaultyEngine.ts"

// Several nodes that are one conversation, over an engine in memory.

const node = (engine: Engine["Type"], name: string, config: Partial<ServerOptions> = {}) =>
  open(
    Server.port.pipe(
      Layer.provideMerge(Server.coreWith({ port: 0, rateLimit: undefined, ...config }, Replicated.layer(name).pipe(Layer.provide(Layer.succeed(Engine, engine)))))
    )
  )

const logOf = (engine: Engine["Type"], name: string) => Replicated.layer(name).pipe(Layer.provide(Layer.succeed(Engine, engine)))

describe("The operator's window of a node", () => {
  it.scopedLive("lists all nodes with their people, and tells who comes, goes and is given up", () =>
    Effect.gen(function* () {
      const faulty = yield* make(1)
      const one = yield* withWindowOver(logOf((yield* faulty.node).engine, "one"))
      const window = yield* openWindow(one.port, { code: yield* one.desk.code })
      const nodes = (...names: ReadonlyArray<string>) => window.next("Nodes", ({ nodes }) => nodes.map(({ name }) => name).join() === names.join())
      const about = { silent: 0, language: speaks[1] }
      expect((yield* nodes("one")).nodes).toEqual([{ ...about, name: "one", isThis: true, here: 0 }])
      const two = yield* node((yield* faulty.node).engine, "two")
      expect(yield* window.line("The node two has joined the cluster")).toMatchObject({ level: "info", event: "nodejoined", fields: { node: "two" } })
      yield* member(two.port, "bob")
      yield* member(one.port, "ada")
      const full = yield* window.next("Nodes", ({ nodes }) => nodes.length === 2 && nodes.every(({ here }) => here === 1))
      expect(full.nodes).toEqual([{ ...about, name: "one", isThis: true, here: 1 }, { ...about, name: "two", isThis: false, here: 1 }])
      yield* two.close("an upgrade")
      expect(yield* window.line("The node two has left the cluster")).toMatchObject({ level: "info", event: "nodeleft", fields: { node: "two" } })
      yield* nodes("one")
      const third = yield* faulty.node
      yield* node(third.engine, "three")
      yield* nodes("one", "three")
      yield* third.cut
      yield* window.next("Nodes", ({ nodes }) => nodes.some(({ name, silent }) => name === "three" && silent >= 3))
      expect(yield* window.line("The node three was silent for too long, and is given up")).toMatchObject({ level: "warn", event: "nodelost", fields: { node: "three" } })
      yield* nodes("one")
    })
  )
})

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
