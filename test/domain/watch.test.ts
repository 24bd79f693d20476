import { describe, expect, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Happening } from "../../src/domain/Entry.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { clean } from "../../src/domain/Text.ts"
import { mostWatched } from "../../src/domain/watch.ts"
import { join, named, rename, roomNamed, settings } from "../support/chat.ts"

const watchFor = (name: string, over?: true): Command => ({ _tag: "Watch", for: { name: named(name), key: Nickname.key(name) }, ...(over === undefined ? {} : { over }) })

/** A chat in which each of these connections has done what it does, in order. */
const after = (...done: ReadonlyArray<readonly [who: number, command: Command]>): Chat.Chat<number> =>
  done.reduce((chat, [client, command]) => happens(chat, { _tag: "Command", client, address: `${client}:1`, command }).chat, Chat.empty<number>(settings, keepFor(120_000, 10, 10)))

const happens = (chat: Chat.Chat<number>, happening: Happening) => apply(chat, { ...happening, at: 1 }, (client) => client)

const does = (chat: Chat.Chat<number>, client: number, command: Command) => happens(chat, { _tag: "Command", client, address: `${client}:1`, command })

/** Who is told what of whom it watches for. */
const watched = ({ told }: ReturnType<typeof happens>) =>
  told.flatMap(({ audience, event }) => (event._tag === "Watched" ? [{ to: audience.map(({ peer }) => peer), is: event.is, name: event.member.name }] : []))

describe("Who watches for a name", () => {
  it("is told when somebody comes and goes that has it, whoever that is", () => {
    const chat = after([1, join("ada")], [1, watchFor("Bob")])
    const came = does(chat, 2, join("bob"))
    expect(watched(came)).toEqual([{ to: [1], is: "here", name: "bob" }])
    const left = happens(came.chat, { _tag: "Quit", client: 2, code: "quit" })
    expect(watched(left)).toEqual([{ to: [1], is: "gone", name: "bob" }])
    expect(watched(does(left.chat, 3, join("BOB")))).toEqual([{ to: [1], is: "here", name: "BOB" }])
  })

  it("is told when somebody takes the name, and when it takes another", () => {
    const chat = after([1, join("ada")], [1, watchFor("bob")], [2, join("eve")])
    const taken = does(chat, 2, rename("bob"))
    expect(watched(taken)).toEqual([{ to: [1], is: "here", name: "bob" }])
    expect(watched(does(taken.chat, 2, rename("eve")))).toEqual([{ to: [1], is: "gone", name: "bob" }])
  })

  it("is told that it is away, only where it shares no room with it", () => {
    const apart = after([1, join("ada")], [1, watchFor("bob")], [1, { _tag: "Exit", room: roomNamed("lobby") }], [2, join("bob")])
    const away = does(apart, 2, { _tag: "Away", reason: clean("tea") })
    expect(watched(away)).toEqual([{ to: [1], is: "away", name: "bob" }])
    expect(watched(does(away.chat, 2, { _tag: "Away" }))).toEqual([{ to: [1], is: "back", name: "bob" }])
    const together = after([1, join("ada")], [1, watchFor("bob")], [2, join("bob")])
    expect(watched(does(together, 2, { _tag: "Away", reason: clean("tea") }))).toEqual([])
  })

  it("is told nothing more once it does not watch any more, or is gone", () => {
    const over = after([1, join("ada")], [1, watchFor("bob")], [1, watchFor("BOB", true)])
    expect(watched(does(over, 2, join("bob")))).toEqual([])
    const gone = happens(after([1, join("ada")], [1, watchFor("bob")]), { _tag: "Quit", client: 1, code: "quit" }).chat
    expect(watched(does(gone, 2, join("bob")))).toEqual([])
    expect(HashMap.size(gone.watchers)).toBe(0)
    expect(HashMap.size(over.watchers)).toBe(0)
  })

  it("watches for so many at most, each once", () => {
    const many = after([1, join("ada")], ...Array.from({ length: mostWatched }, (_, n) => [1, watchFor(`name${n}`)] as const), [1, watchFor("NAME0")])
    expect(Chat.personOf(many, 1)?.watched).toHaveLength(mostWatched)
    expect(does(many, 1, watchFor("another")).told.map(({ event }) => event._tag)).toEqual(["Refused"])
    const fewer = does(many, 1, watchFor("name1", true)).chat
    expect(does(fewer, 1, watchFor("another")).told).toEqual([])
  })
})
