import { describe, expect, it } from "@effect/vitest"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { type ClientId, clientOf, nodeOf } from "../../src/domain/ClientId.ts"
import type { Happening } from "../../src/domain/Entry.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { Proof } from "../../src/domain/Place.ts"
import { clean } from "../../src/domain/Text.ts"
import { join, settings } from "../support/chat.ts"

// A chat whose clients are at several nodes.

const [one, two] = [1, 2]

/** Ann and Bob are at the first node, Eve at the second; Bob can come back. */
const begin = () => {
  let chat = Chat.empty<ClientId>(settings, keepFor(120_000, 100, 100))
  const come = (client: ClientId, name: string, secret?: string) => {
    const command = join(name)
    if (command._tag !== "Join") throw new Error("no join")
    const claim = secret === undefined ? {} : { claim: { proof: Proof.make(secret), neighbourhood: "here" } }
    chat = apply(chat, { at: 1000, _tag: "Command", client, address: "here:1", command: { ...command, ...claim } }, (client) => client).chat
  }
  come(clientOf(one, 1), "ann")
  come(clientOf(one, 2), "bob", "bob's")
  come(clientOf(two, 1), "eve")
  return chat
}

const after = (chat: Chat.Chat<ClientId>, happening: Happening) => apply(chat, { at: 2000, ...happening }, (client) => client)

describe("The number of a client", () => {
  it("has that of its node in it", () => {
    for (const [node, n] of [[0, 1], [1, 1], [2, 67_108_863], [100_000_000, 5]] as const) expect(nodeOf(clientOf(node, n))).toBe(node)
    expect(clientOf(0, 7)).toBe(7)
  })
})

describe("A node that is gone", () => {
  it("has lost all its connections: who can come back keeps its place, and the others leave", () => {
    const { chat, told } = after(begin(), { _tag: "NodeGone", node: one })
    expect(told.map(({ event }) => event)).toMatchObject([{ _tag: "Left", member: { name: "ann" }, code: "lost", reason: "its server is gone" }])
    expect(told.map(({ audience }) => audience.map(({ peer }) => peer))).toEqual([[clientOf(one, 2), clientOf(two, 1)]])
    const soon = after(chat, { _tag: "Expire", by: 2500 })
    expect(soon.told.map(({ event }) => event)).toMatchObject([{ _tag: "Detached", member: { name: "bob" } }])
    // At another node.
    const back = join("bob")
    if (back._tag !== "Join") throw new Error("no join")
    const again = after(soon.chat, { _tag: "Command", client: clientOf(two, 2), address: "here:2", command: { ...back, claim: { proof: Proof.make("bob's"), neighbourhood: "here" } } })
    expect(again.told.map(({ event }) => event._tag)).toEqual(["Resumed", "Returned"])
  })

  it("is one of none of the others, and is gone once", () => {
    const chat = begin()
    expect(after(chat, { _tag: "NodeGone", node: 3 }).told).toEqual([])
    expect(after(after(chat, { _tag: "NodeGone", node: one }).chat, { _tag: "NodeGone", node: one }).told).toEqual([])
  })

  it("says goodbye to its own people where it closes, so that they come back elsewhere", () => {
    const { told } = after(begin(), { _tag: "NodeCloses", node: one, reason: clean("an upgrade") })
    expect(told.map(({ audience, event }) => [event._tag, audience.map(({ peer }) => peer)])).toEqual([
      ["Goodbye", [clientOf(one, 1), clientOf(one, 2)]],
      ["Left", [clientOf(one, 2), clientOf(two, 1)]]
    ])
    expect(told.map(({ event }) => event)).toMatchObject([{ code: "lost", reason: "an upgrade" }, { code: "closing", reason: "an upgrade" }])
  })
})
