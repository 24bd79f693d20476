import { describe, expect, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import { apply } from "../../../../src/domain/apply.ts"
import * as Chat from "../../../../src/domain/Chat.ts"
import type { Command } from "../../../../src/domain/command/index.ts"
import { clean } from "../../../../src/domain/Text.ts"
import { conditionsOf, listOf } from "../../../../src/server/dialect/irc/commands/list.ts"
import { join, roomNamed, settings } from "../../../support/chat.ts"

const minute = 60_000

/** `#old` was made at 0 by Ada, who has set its topic at minute 10; `#new` at minute 20, and Bob is there, too. `#secret` is hidden. */
const chat = (
  [
    [0, 1, join("ada")],
    [0, 2, join("bob")],
    [0, 1, { _tag: "Exit", room: roomNamed("lobby") }],
    [0, 2, { _tag: "Exit", room: roomNamed("lobby") }],
    [0, 1, { _tag: "Enter", room: roomNamed("old") }],
    [0, 1, { _tag: "Enter", room: roomNamed("secret") }],
    [0, 1, { _tag: "Hide", room: roomNamed("secret") }],
    [10, 1, { _tag: "Topic", room: roomNamed("old"), text: clean("plans") }],
    [20, 1, { _tag: "Enter", room: roomNamed("new") }],
    [20, 2, { _tag: "Enter", room: roomNamed("new") }]
  ] satisfies ReadonlyArray<readonly [at: number, who: number, command: Command]>
).reduce((chat: Chat.Chat<number>, [at, client, command]) => apply(chat, { _tag: "Command", at: at * minute + 1, client, address: `${client}:1`, command }, (client) => client).chat, Chat.empty<number>(settings))

const listed = (conditions: ReadonlyArray<string>, who: number) =>
  listOf({ me: Chat.personOf(chat, who), at: 30 * minute }, [...HashMap.values(chat.rooms)], conditionsOf(conditions.join(",")))
    .map(([, [channel]]) => channel)
    .sort()

describe("The list of rooms", () => {
  it("has all but those that are hidden from who asks, and no lobby with nobody in it", () => {
    expect(listed([], 2)).toEqual(["#new", "#old"])
    expect(listed([], 1)).toEqual(["#new", "#old", "#secret"])
  })

  it.each([
    [["#o*"], ["#old"]],
    [["#O?D", "#new"], ["#new", "#old"]],
    [["!#o*"], ["#new"]],
    [[">1"], ["#new"]],
    [["<2"], ["#old"]],
    [["C<15"], ["#new"]],
    [["C>15"], ["#old"]],
    [["T>15"], ["#old"]],
    [["T<15"], []],
    [["#*", ">1"], ["#new"]]
  ])("is searched for %j", (conditions, expected) => {
    expect(listed(conditions, 2)).toEqual(expected)
  })
})
