import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import { accountOf, claimed } from "../../src/domain/accounts.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Bounds } from "../../src/domain/history.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { forgotten, lettersOf } from "../../src/domain/letters.ts"
import { MemberId } from "../../src/domain/Member.ts"
import { asked } from "../../src/domain/nameIndex.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import { Proof } from "../../src/domain/Place.ts"
import { partsOf, restored } from "../../src/domain/replica/state.ts"
import { decodePart, encodePart } from "../../src/domain/replica/Part.ts"
import { digest } from "../../src/domain/replica/digest.ts"
import * as Text from "../../src/domain/Text.ts"
import { connect, decide, join, named, nobody, type Node, say, settings, submit } from "../support/chat.ts"
import { always } from "../support/property.ts"

const bounds: Bounds = { lines: 5, bytes: 2000, age: 60_000, allBytes: 4000 }

const claim = (name: string): Command => ({ _tag: "ClaimName", name: asked(named(name)), proof: Proof.make("hash"), neighbourhood: "here" })
const keep: Command = { _tag: "KeepLetters" }
const whisper = (to: number, text: string): Command => ({ _tag: "Whisper", to: MemberId.make(`m${to}`), text: Text.clean(text), ref: "a mark" })
const key = (name: string) => Nickname.key(named(name))

const server = (history: Bounds | "none" = bounds): Node<string> =>
  ["ann", "bob", "eve"].reduce<Node<string>>(
    (node, name) => {
      const connected = connect(node, name)
      return decide(connected, connected.lastClient, join(name)).node
    },
    { ...nobody<string>(), chat: Chat.empty(settings, keepFor(120_000, 10, 10), Chat.defaultBounds, history === "none" ? undefined : history) }
  )

const run = (node: Node<string>, ...steps: ReadonlyArray<readonly [who: number, command: Command, now?: number]>): Node<string> =>
  steps.reduce((node, [who, command, now]) => decide(node, who, command, now).node, node)

const textsOf = ({ chat }: Node<string>, name: string): ReadonlyArray<string> => lettersOf(chat, key(name)).map((letter) => (letter._tag === "Whispered" ? `${letter.from.name} ${letter.to.name} ${letter.text}` : letter._tag))

const withAnn = run(server(), [1, claim("ann")], [1, keep])

describe("What is said to one alone", () => {
  it("is kept for who has claimed a name and asked for it, and for nobody else", () => {
    const node = run(withAnn, [2, claim("bob")], [1, whisper(2, "one")], [2, whisper(1, "two")], [3, whisper(1, "three")], [2, whisper(3, "four")], [1, whisper(1, "five")], [1, say("six")])
    expect(textsOf(node, "ann")).toEqual(["ann bob one", "bob ann two", "eve ann three", "ann ann five"])
    expect(textsOf(node, "bob")).toEqual([])
    expect(JSON.stringify(lettersOf(node.chat, key("ann")))).not.toContain("a mark")
  })

  it("is kept of nothing before that was asked for", () => {
    expect(textsOf(run(server(), [1, claim("ann")], [2, whisper(1, "before")], [1, keep], [2, whisper(1, "after")]), "ann")).toEqual(["bob ann after"])
  })

  it("is kept for nobody who has claimed no name, nor where the server keeps nothing", () => {
    expect(HashMap.size(run(server(), [1, keep], [2, whisper(1, "one")]).chat.letters)).toBe(0)
    expect(HashMap.size(run(server("none"), [1, claim("ann")], [1, keep], [2, whisper(1, "one")]).chat.letters)).toBe(0)
  })

  it("is a signal only where that says so", () => {
    const signal = (tags: Readonly<Record<string, string>>): Command => ({ _tag: "Signal", to: MemberId.make("m1"), tags })
    expect(textsOf(run(withAnn, [2, signal({ "+typing": "active" })], [2, signal({ "+draft/persist": "" })]), "ann")).toEqual(["Signalled"])
  })

  it("is gone when its time has come, and with the claim", () => {
    const node = run(withAnn, [2, whisper(1, "one"), 0], [2, whisper(1, "two"), 30_000])
    const later = submit(node, { _tag: "Expire", by: 60_001 }, 60_001).node
    expect(textsOf(later, "ann")).toEqual(["bob ann two"])
    expect(Chat.nextDeadline(later.chat)).toBe(90_001)
    const none = forgotten(later.chat, key("ann"))
    expect([none.historyBytes, HashMap.size(none.letters)]).toEqual([0, 0])
    expect(Chat.nextDeadline(none)).not.toBe(90_001)
    // Who is forgotten to make room.
    const left = submit(later, { _tag: "Quit", client: 1, code: "quit", reason: undefined }, 60_002).node
    const ann = accountOf(left.chat, key("ann"))
    if (ann === undefined) throw new Error("ann is not claimed")
    const full = { ...left.chat, accounts: HashMap.fromIterable(Array.from({ length: 100 }, (_, n) => (n === 0 ? [key("ann"), ann] : [key(`n${n}`), { ...ann, name: asked(named(`n${n}`)), used: 100_000 }] as const))) }
    const after = claimed(full, { ...ann, name: asked(named("new")) })
    expect(after === undefined ? undefined : [accountOf(after, key("ann")), HashMap.size(after.letters), after.historyBytes]).toEqual([undefined, 0, 0])
  })

  const step = FastCheck.record({
    who: FastCheck.integer({ min: 1, max: 3 }),
    to: FastCheck.integer({ min: 1, max: 3 }),
    size: FastCheck.constantFrom(1, 10, 300, 900),
    what: FastCheck.constantFrom("say", "whisper", "whisper", "whisper"),
    after: FastCheck.constantFrom(0, 1000, 30_000)
  })

  it("takes no more than the server was told to, with what rooms keep; and another machine has the same", () => {
    let most = 0
    always(
      FastCheck.array(step, { minLength: 20, maxLength: 80 }),
      (steps) => {
        let node = run(withAnn, [2, claim("bob")], [2, keep])
        let now = 0
        for (const { after, size, to, what, who } of steps) {
          now += after
          node = submit(node, { _tag: "Expire", by: now }, now).node
          node = decide(node, who, what === "say" ? say("x".repeat(size)) : whisper(to, "x".repeat(size)), now).node
          const { chat } = node
          const windows = [...HashMap.values(chat.letters), ...[...HashMap.values(chat.rooms)].map(({ past }) => past)]
          expect(windows.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(chat.historyBytes)
          expect(chat.historyBytes).toBeLessThanOrEqual(bounds.allBytes)
          for (const { bytes, kept } of windows) {
            expect(bytes).toBeLessThanOrEqual(bounds.bytes)
            expect(kept.length).toBeLessThanOrEqual(bounds.lines)
            for (const { at } of kept) expect(at).toBeGreaterThanOrEqual(now - bounds.age)
          }
          most = Math.max(most, chat.historyBytes)
        }
        const there = restored(Chat.empty<never>({ ...settings, instance: "another" }, node.chat.keep, node.chat.bounds, bounds), [...partsOf(node.chat)].map((part) => Either.getOrThrow(decodePart(encodePart(part)))))
        expect(digest(there)).toBe(digest(node.chat))
        expect(lettersOf(there, key("bob"))).toEqual(lettersOf(node.chat, key("bob")))
        expect(Chat.nextDeadline(there)).toBe(Chat.nextDeadline(node.chat))
      },
      100
    )
    expect(most).toBeGreaterThan(3000)
  })
})
