import { describe, expect, it } from "@effect/vitest"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import { rememberedOf } from "../../src/domain/history.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { clean } from "../../src/domain/Text.ts"
import { textOf, words } from "../../src/domain/wording.ts"
import { join, roomNamed, settings } from "../support/chat.ts"

const dev = roomNamed("dev")
const history = { lines: 100, bytes: 100_000, age: 60_000, allBytes: 100_000 }
const people = ["ada", "bob", "eve"]

/** Ada and Bob are in a room that keeps what is said; Eve is not. */
const begin = (): Chat.Chat<number> =>
  [...people.map((name, n) => [n + 1, join(name)] as const), [1, { _tag: "Enter", room: dev }] as const, [2, { _tag: "Enter", room: dev }] as const].reduce(
    (chat, [client, command]) => submit(chat, client, command).chat,
    Chat.empty<number>(settings, keepFor(120_000, 10, 10), undefined, history)
  )

const submit = (chat: Chat.Chat<number>, client: number, command: Command) => apply(chat, { _tag: "Command", at: 1, client, address: `${client}:1`, command }, (client) => client)

const lines = [{ text: clean("one") }, { text: clean("two"), blanks: 2 }, { text: clean("three and four"), cuts: [6] }]
const three: Command = { _tag: "SayLines", room: dev, lines }

describe("A message of several lines", () => {
  it("is told line by line, one behind the other, to the whole room", () => {
    const { chat, told } = submit(begin(), 1, three)
    const [first] = told.map(({ seq }) => seq)
    expect(told.map(({ event }) => words(event).map(textOf))).toEqual([["ada: one"], ["ada: two"], ["ada: three and four"]])
    expect(told.map(({ event }) => ("part" in event ? event.part : undefined))).toEqual([
      { first, index: 0, of: 3 },
      { first, index: 1, of: 3, blanks: 2 },
      { first, index: 2, of: 3, cuts: [6] }
    ])
    expect(told.map(({ audience, seq }) => [audience.length, seq - (first ?? 0)])).toEqual([[2, 0], [2, 1], [2, 2]])
    expect(chat.seq).toBe((first ?? 0) + 2)
  })

  it("is told to one alone, and to its author", () => {
    const before = begin()
    const bob = Chat.personOf(before, 2)
    const { told } = submit(before, 1, { _tag: "SayLines", ...(bob === undefined ? {} : { to: bob.member.id }), lines })
    expect(told.map(({ audience, event }) => [event._tag, audience.map(({ peer }) => peer)])).toEqual(lines.map(() => ["Whispered", [2, 1]]))
  })

  it("is refused once, as a whole", () => {
    expect(submit(begin(), 3, three).told.map(({ event }) => event._tag)).toEqual(["Refused"])
  })

  it("is kept line by line, and taken back as a whole, by whichever line", () => {
    const { chat, told } = submit(begin(), 1, three)
    expect(rememberedOf(Chat.roomOf(chat, dev.key))).toHaveLength(3)
    const [, second] = told
    const after = submit(submit(chat, 2, { _tag: "Say", room: dev, text: clean("another") }).chat, 1, { _tag: "Redact", room: dev, of: { n: second?.seq ?? 0, at: 1 } })
    expect(after.told.map(({ event }) => event._tag)).toEqual(["Moderated"])
    expect(rememberedOf(Chat.roomOf(after.chat, dev.key)).map((event) => ("text" in event ? event.text : ""))).toEqual(["another"])
    expect(Chat.roomOf(after.chat, dev.key).past.bytes).toBe(after.chat.historyBytes)
  })
})
