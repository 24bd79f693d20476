import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as HashMap from "effect/HashMap"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command, Question } from "../../src/domain/command/index.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import type { Bounds } from "../../src/domain/history.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { Proof } from "../../src/domain/Place.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import { lobby } from "../../src/domain/RoomName.ts"
import { parse } from "../../src/domain/roomNames.ts"
import { clean } from "../../src/domain/Text.ts"
import { ask, connect, decide, join, leave, type Node, nobody, say, settings, submit, type Taken } from "../support/chat.ts"
import { always } from "../support/property.ts"

const bounds: Bounds = { lines: 1000, bytes: 1_048_576, age: 3_600_000, allBytes: 67_108_864 }

const roomNamed = (name: string) => {
  const room = parse(name)
  if (room instanceof Refusal) throw room
  return room
}

const enter = (name: string): Command => ({ _tag: "Enter", room: roomNamed(name) })

/** A server that keeps what these bounds allow, and these people. */
const server = (history: Bounds | undefined, ...names: ReadonlyArray<string>): Node<string> => ({
  ...come({ ...nobody<string>(), chat: Chat.empty(settings, keepFor(120_000, 10, 10), Chat.defaultBounds, history) }, ...names)
})

const come = (node: Node<string>, ...names: ReadonlyArray<string>): Node<string> =>
  names.reduce((node, name) => {
    const connected = connect(node, name)
    return decide(connected, connected.lastClient, join(name)).node
  }, node)

const all = (node: Node<string>, who: number, ...commands: ReadonlyArray<Command>): Node<string> => commands.reduce((node, command) => decide(node, who, command).node, node)

/** What the newest connection is told by this. */
const heardBy = (who: string, { told }: Taken<string>): ReadonlyArray<Reply> => told.flatMap(({ audience, event }) => (audience.some(({ peer }) => peer === who) ? [event] : []))

const pastOf = (events: ReadonlyArray<Reply>): ReadonlyArray<string> | undefined => {
  const past = events.find((event) => event._tag === "Past")
  return past === undefined ? undefined : past.events.map(({ from, text }) => `${from.name}: ${text}`)
}

/** What somebody is told of the past who comes in now. */
const newcomer = (node: Node<string>): ReadonlyArray<string> | undefined => {
  const connected = connect(node, "new")
  return pastOf(heardBy("new", decide(connected, connected.lastClient, join("New"))))
}

const found = (node: Node<string>, who: number, words: string): ReadonlyArray<string> | string => {
  const question: Question = { _tag: "Search", words }
  const answer = ask(node, who, question)
  return answer._tag === "Found" ? answer.events.map(({ from, text }) => `${from.name}: ${text}`) : answer._tag === "Refused" ? answer.code : answer._tag
}

describe("A server that was not told to keep anything", () => {
  it("tells nobody what was said before, and of no history", () => {
    const node = all(server(undefined, "ada", "bob"), 1, say("hello"))
    const connected = connect(node, "new")
    const heard = heardBy("new", decide(connected, 3, join("New")))
    expect(heard.map(({ _tag }) => _tag)).toEqual(["Welcome"])
    expect(heard[0]).toMatchObject({ history: undefined })
    expect(found(node, 1, "hello")).toBe("not-kept")
    expect(Chat.roomOf(node.chat, lobby).past.kept).toEqual([])
  })
})

describe("A server that keeps the last lines", () => {
  it("tells who comes in that they are kept, and the last fifty as the past, after the welcome and before all that is new", () => {
    const node = all(server(bounds, "ada"), 1, ...Array.from({ length: 60 }, (_, n) => say(`line ${n}`)))
    const connected = connect(node, "new")
    const heard = heardBy("new", decide(connected, 2, join("New")))
    expect(heard.map(({ _tag }) => _tag)).toEqual(["Welcome", "Past"])
    expect(heard[0]).toMatchObject({ history: bounds.age })
    expect(pastOf(heard)).toEqual(Array.from({ length: 50 }, (_, n) => `ada: line ${n + 10}`))
    expect(heard[1]).toMatchObject({ more: true })
  })

  it("keeps neither who came and went nor marks of authors", () => {
    const node = leave(all(server(bounds, "ada", "bob"), 1, say("hello", "7")), 2).node
    expect(newcomer(node)).toEqual(["ada: hello"])
    expect(Chat.roomOf(node.chat, lobby).past.kept.map(({ event }) => event)).toMatchObject([{ ref: undefined }])
  })

  it("finds all words of a search in any case, in one's own rooms only, whoever said them", () => {
    const secret = all(server(bounds, "ada", "bob"), 1, enter("dev"), say("the Slides are ready"))
    const node = all(secret, 2, say("slides of mine"), say("nothing"))
    expect(found(node, 1, "SLIDES")).toEqual(["ada: the Slides are ready", "bob: slides of mine"])
    expect(found(node, 2, "slides")).toEqual(["bob: slides of mine"])
    expect(found(node, 1, "ada slides")).toEqual(["ada: the Slides are ready"])
    expect(found(node, 1, "nowhere")).toEqual([])
  })

  it("keeps nothing in a locked room, nor what was said before, unless its owner says so", () => {
    const open = all(server(bounds, "ada", "bob"), 1, enter("dev"), say("before"))
    const locked = all(open, 1, { _tag: "Lock", word: Proof.make("sesame") }, say("within"))
    const inside = (node: Node<string>) => pastOf(heardBy("bob", decide(node, 2, { _tag: "Enter", room: roomNamed("dev"), word: Proof.make("sesame") })))
    expect(inside(locked)).toBeUndefined()
    const kept = all(locked, 1, { _tag: "Remember", on: true }, say("since"))
    expect(inside(kept)).toEqual(["ada: since"])
    expect(inside(all(kept, 1, { _tag: "Remember", on: false }, say("later")))).toBeUndefined()
  })

  it("forgets when the owner or the server says so, which the room is told, and at nobody else's word", () => {
    const node = all(server(bounds, "ada", "bob"), 1, enter("dev"), say("hello"))
    const both = all(node, 2, enter("dev"))
    expect(heardBy("bob", decide(both, 2, { _tag: "Forget" }))).toMatchObject([{ _tag: "Refused", code: "not-allowed" }])
    const forgotten = decide(both, 1, { _tag: "Forget" })
    expect(heardBy("bob", forgotten)).toMatchObject([{ _tag: "Moderated", deed: "forget", by: { name: "ada" } }])
    expect(found(forgotten.node, 1, "hello")).toEqual([])
    const byServer = submit(all(server(bounds, "ada"), 1, say("hello")), { _tag: "Rule", room: lobby, command: { _tag: "Forget" } })
    expect(heardBy("ada", byServer)).toMatchObject([{ _tag: "Moderated", deed: "forget" }])
    expect(heardBy("ada", byServer)[0]).not.toHaveProperty("by")
    expect(newcomer(byServer.node)).toBeUndefined()
  })

  it("has nothing left of a room that is gone", () => {
    const node = all(server(bounds, "ada"), 1, enter("dev"), say("hello"), { _tag: "Exit" }, enter("dev"))
    expect(found(node, 1, "hello")).toEqual([])
    expect(node.chat.historyBytes).toBe(0)
  })

  it("keeps nothing longer than it was told to, also where nothing is said any more", () => {
    const node = decide(server(bounds, "ada"), 1, say("hello"), 1000).node
    const due = Chat.nextDeadline(node.chat)
    expect(due).toBe(1000 + bounds.age + 1)
    expect(newcomer(submit(node, { _tag: "Expire", by: due ?? 0 }, due).node)).toBeUndefined()
  })

  it("keeps no more lines and bytes than it was told to, of a room and of all, whatever is said", () => {
    const deeds = FastCheck.array(FastCheck.tuple(FastCheck.nat({ max: 3 }), FastCheck.oneof(FastCheck.nat({ max: 60 }), FastCheck.nat({ max: 900 })), FastCheck.nat({ max: 8000 })), { minLength: 30, maxLength: 200, size: "max" })
    const seen = { full: 0, aged: 0 }
    always(deeds, (deeds) => {
      const small: Bounds = { lines: 6, bytes: 2000, age: 100_000, allBytes: 4000 }
      const rooms = ["lobby", "a", "b", "c"]
      let node = all(server(small, "ada"), 1, ...rooms.slice(1).map(enter))
      let now = 0
      for (const [room, length, wait] of deeds) {
        now += wait
        for (let due = Chat.nextDeadline(node.chat); due !== undefined && due <= now; due = Chat.nextDeadline(node.chat)) {
          seen.aged += 1
          node = submit(node, { _tag: "Expire", by: due }, due).node
        }
        node = decide(node, 1, { ...say("x".repeat(length + 1)), ...(rooms[room] === undefined ? {} : { room: roomNamed(rooms[room]) }) } as const, now).node
        const pasts = [...HashMap.values(node.chat.rooms)].map(({ past }) => past)
        expect(pasts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(node.chat.historyBytes)
        expect(node.chat.historyBytes).toBeLessThanOrEqual(small.allBytes)
        for (const { bytes, kept } of pasts) {
          expect(bytes).toBe(kept.reduce((sum, { size }) => sum + size, 0))
          expect(kept.length).toBeLessThanOrEqual(small.lines)
          expect(bytes).toBeLessThanOrEqual(small.bytes)
          if (kept.length === small.lines) seen.full += 1
          for (const { at } of kept) expect(now - at).toBeLessThanOrEqual(small.age)
        }
      }
    }, 40)
    expect(seen.full).toBeGreaterThan(50)
    expect(seen.aged).toBeGreaterThan(50)
  })
})

describe("What was said and is kept", () => {
  const ada = 1
  const bob = 2
  const room = roomNamed("dev")
  const { node, told } = decide(all(server(bounds, "Ada", "Bob"), ada, enter("dev")), bob, enter("dev"))
  const { node: spoken, told: saidBy } = decide(node, bob, { _tag: "Say", text: clean("oops"), room })
  const said = saidBy.flatMap(({ event }) => (event._tag === "Said" ? event : []))[0]
  const of = { n: said?.n ?? 0, at: said?.at ?? 0 }
  const redacted = (node: Node<string>, who: number, id = of) => decide(node, who, { _tag: "Redact", room, of: id, reason: clean("wrong room") })
  const codesOf = ({ told }: Taken<string>) => told.map(({ event }) => (event._tag === "Refused" ? event.code : event._tag === "Moderated" ? event.deed : event._tag))

  it("is taken back by its author, or by who rules the room: all there are told, and it is not kept", () => {
    expect(told.length).toBeGreaterThan(0)
    expect(found(spoken, ada, "oops")).toEqual(["Bob: oops"])
    for (const who of [ada, bob]) {
      const taken = redacted(spoken, who)
      expect(codesOf(taken)).toEqual(["redact"])
      expect(taken.told[0]?.audience.map(({ peer }) => peer)).toEqual(["Ada", "Bob"])
      expect(taken.told[0]?.event).toMatchObject({ of, target: { name: "Bob" }, by: { name: who === ada ? "Ada" : "Bob" }, reason: "wrong room" })
      expect(found(taken.node, ada, "oops")).toEqual([])
      expect(taken.node.chat.historyBytes).toBe(node.chat.historyBytes)
      expect(codesOf(redacted(taken.node, who))).toEqual(["not-kept"])
    }
  })

  it("is taken back by nobody else, and by nobody who is not there", () => {
    const { node: adas, told } = decide(spoken, ada, { _tag: "Say", text: clean("mine"), room })
    const mine = told.flatMap(({ event }) => (event._tag === "Said" ? event : []))[0]
    expect(codesOf(redacted(adas, bob, { n: mine?.n ?? 0, at: mine?.at ?? 0 }))).toEqual(["not-allowed"])
    const left = decide(spoken, bob, { _tag: "Exit", room }).node
    expect(codesOf(redacted(left, bob))).toEqual(["not-in-room"])
    expect(found(left, ada, "oops")).toEqual(["Bob: oops"])
  })

  it("is meant by its number and its time, and nothing else is: not who came, and not what another start of the server has numbered so", () => {
    expect(codesOf(redacted(spoken, ada, { n: of.n, at: of.at + 1 }))).toEqual(["not-kept"])
    expect(codesOf(redacted(spoken, ada, { n: of.n - 1, at: of.at }))).toEqual(["not-kept"])
  })
})
