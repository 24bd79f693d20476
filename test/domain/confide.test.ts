import { describe, expect, it } from "@effect/vitest"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { clean } from "../../src/domain/Text.ts"
import { textOf, words } from "../../src/domain/wording.ts"
import { join, roomNamed, settings } from "../support/chat.ts"

const dev = roomNamed("dev")
const people = ["ada", "bob", "eve", "kim", "zoe"]

/** Ada owns the room, Bob is an operator, Eve has a voice, Kim is there, and Zoe is not. */
const begin = (): Chat.Chat<number> => {
  const target = (name: string) => ({ _tag: "Name" as const, key: Nickname.key(name) })
  const commands: ReadonlyArray<readonly [who: number, command: Command]> = [
    ...people.map((name, n) => [n + 1, join(name)] as const),
    ...[1, 2, 3, 4].map((who) => [who, { _tag: "Enter", room: dev }] as const),
    [1, { _tag: "SetModes", room: dev, changes: [{ deed: "op", target: target("bob") }, { deed: "voice", target: target("eve") }] }]
  ]
  return commands.reduce((chat, [client, command]) => submit(chat, client, command).chat, Chat.empty<number>(settings, keepFor(120_000, 10, 10)))
}

const submit = (chat: Chat.Chat<number>, client: number, command: Command) => apply(chat, { _tag: "Command", at: 1, client, address: `${client}:1`, command }, (client) => client)

/** Who is told it, and how it reads. */
const told = (who: string, role: "operator" | "voice", chat = begin()) =>
  submit(chat, people.indexOf(who) + 1, { _tag: "Confide", room: dev, role, text: clean("psst") }).told.map(({ audience, event, room }) => ({
    to: audience.flatMap(({ peer }) => people[(peer ?? 0) - 1] ?? []).sort(),
    reads: words(event).map(textOf),
    room
  }))

describe("What is said to some in a room", () => {
  it("is told to those, and to its author, and to nobody else", () => {
    expect(told("kim", "operator")).toEqual([{ to: ["ada", "bob", "kim"], reads: ["[kim -> operators of #dev] psst"], room: undefined }])
    expect(told("bob", "voice")).toEqual([{ to: ["ada", "bob", "eve"], reads: ["[bob -> those with a voice of #dev] psst"], room: undefined }])
  })

  it("is not told by who may not speak there", () => {
    expect(told("zoe", "operator")).toMatchObject([{ to: ["zoe"] }])
    const moderated = submit(begin(), 1, { _tag: "SetModes", room: dev, changes: [{ deed: "moderate" }] }).chat
    expect(told("kim", "operator", moderated)).toMatchObject([{ to: ["kim"] }])
  })

  it("is kept for nobody in what the room was told", () => {
    const before = begin()
    const { chat } = submit(before, 1, { _tag: "Confide", room: dev, role: "operator", text: clean("psst") })
    expect(Chat.roomOf(chat, dev.key)).toBe(Chat.roomOf(before, dev.key))
  })
})
