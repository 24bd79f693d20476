import * as Effect from "effect/Effect"
import type { ToDesk } from "../../domain/wire/Desk.ts"
import { Registry } from "../chat/Registry.ts"
import { Console } from "./Console.ts"

/** A node that beats each second and was read a moment ago is not behind. */
const prompt = 2000

/** The nodes as an operator's window is told of them; none where this is one server alone. */
export const nodesNow = Effect.map(Registry, ({ nodes }) =>
  Effect.map(
    nodes,
    (all) =>
      ({
        _tag: "Nodes",
        nodes: all.map(({ isMe, language, name, people, silentFor }) => ({ name, isThis: isMe, here: people, silent: silentFor < prompt ? 0 : Math.round(silentFor / 1000), language }))
      }) satisfies ToDesk
  )
)

/** Tells of each node of the cluster in a line: its name, its people, how long nothing came of it, and the language it speaks. */
export const makeNodes = Effect.gen(function* () {
  const registry = yield* Registry
  const console = yield* Console
  return Effect.flatMap(registry.nodes, (nodes) =>
    nodes.length === 0
      ? console.tell("This server is alone: --cluster makes it one of several, see serve --help.")
      : Effect.forEach(
          nodes,
          ({ isMe, language, name, people, silentFor }) =>
            console.tell(`${name}${isMe ? " (this one)" : ""}: ${people === 1 ? "1 person" : `${people} people`}, ${silentFor < prompt ? "in time" : `silent for ${Math.round(silentFor / 1000)} s`}, language ${language}`),
          { discard: true }
        )
  )
})
