import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import type { Command } from "../../../src/domain/command/index.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import { Refusal } from "../../../src/domain/Refusal.ts"
import { parse } from "../../../src/domain/roomNames.ts"
import { clean } from "../../../src/domain/Text.ts"
import type { Handing } from "../../../src/server/chat/Handed.ts"
import { deliver } from "../../../src/server/delivery/deliver.ts"
import { Outbox } from "../../../src/server/delivery/Outbox.ts"
import { NativeInterpreter, native } from "../../../src/server/dialect/native.ts"
import { maxLineBytes, plain } from "../../../src/server/dialect/plain.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { address, decide, join, named, type Node, nobody, say, take } from "../../support/chat.ts"
import { numbering } from "../../support/handed.ts"
import { always } from "../../support/property.ts"
import { Recorder } from "../../support/Recorder.ts"

const asked = (name: string) => {
  const room = parse(name)
  if (room instanceof Refusal) throw room
  return room
}

const nothingHeld = () => {
  throw new Error("This client reads everything: nothing is to be held back.")
}

const people = ["ann", "bob", "eve"] as const

/** What these three, of whom Eve speaks the native dialect, are told of these commands, in batches of these sizes. */
const play = (all: ReadonlyArray<readonly [who: 1 | 2 | 3, command: Command]>, sizes: ReadonlyArray<number>) => {
  const outboxes = people.map((name) => {
    const connection = new Recorder()
    const outbox = new Outbox(connection, defaults, nothingHeld, plain)
    const dialect = name === "eve" ? native : plain
    const interpreter = name === "eve" ? new NativeInterpreter(defaults) : plain.open({ ...defaults, echo: "on" }, false)
    outbox.speak(dialect, interpreter)
    return { connection, outbox }
  })
  let node: Node<Outbox> = nobody()
  const told: Array<Handing> = []
  outboxes.forEach(({ outbox }, index) => {
    node = take(node, { _tag: "Connect", now: 0 }, outbox).node
    const taken = decide(node, index + 1, join(people[index] ?? ""))
    node = taken.node
    told.push(...taken.told)
  })
  for (const [who, command] of all) {
    const taken = decide(node, who, command)
    node = taken.node
    told.push(...taken.told)
  }
  const handed = numbering()(told)
  const defects = []
  for (let start = 0, index = 0; start < handed.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    defects.push(...deliver(handed.slice(start, start + size)))
    start += size
  }
  expect(defects).toEqual([])
  return outboxes.map(({ connection }) => connection.writes.join(""))
}

const enter = (room: string): Command => ({ _tag: "Enter", room: asked(room) })
const exit = (room: string): Command => ({ _tag: "Exit", room: asked(room), stays: true })

const command = FastCheck.oneof(
  FastCheck.constantFrom("lobby", "dev", "tea").map(enter),
  FastCheck.constantFrom("lobby", "dev", "tea").map(exit),
  FastCheck.constant(say("hi")),
  FastCheck.constantFrom(...people).map((name) => address(`${name} psst`)),
  FastCheck.constantFrom(...people).map((name): Command => ({ _tag: "Moderate", deed: "kick", target: { _tag: "Words", words: clean(name), readings: [] } }))
)

describe("A plain client in several rooms", () => {
  it("is told the same in the same form, however it is gathered", () => {
    const who = FastCheck.constantFrom(1 as const, 2 as const, 3 as const)
    const sizes = FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })
    let severally = 0
    always(FastCheck.tuple(FastCheck.array(FastCheck.tuple(who, command), { maxLength: 40, size: "max" }), sizes), ([all, sizes]) => {
      const gathered = play(all, sizes)
      expect(gathered).toEqual(play(all, [1]))
      severally += gathered.slice(0, 2).join("").split("\n").filter((line) => line.startsWith("#")).length
    }, 300)
    expect(severally).toBeGreaterThan(1000)
  })

  it("is told what came before its entering in the old form, and what comes after in the new one, in one batch", () => {
    const [ann] = play([[2, say("one")], [1, enter("dev")], [2, say("two")], [1, exit("dev")], [2, say("three")]], [100])
    expect(ann?.split("\n").slice(-6)).toEqual(["bob: one", "You are in #dev. Nobody else is here yet.", "#lobby bob: two", "You are in #lobby.", "bob: three", ""])
  })

  it("reads the room at the start of every line, also where a line is cut or has nobody's words", () => {
    const [ann] = play([[1, enter("dev")], [1, enter("tea")], [2, say("word ".repeat(600))], [2, say("#dev eve: hi")], [2, address(`ann ${"psst ".repeat(400)}`)]], [100])
    const lines = ann?.split("\n").slice(3, -1) ?? []
    expect(lines.length).toBeGreaterThan(6)
    for (const line of lines.slice(1)) {
      expect(line).toMatch(/^#(?:lobby bob: |dev You are in #tea|tea \[bob -> ann\] )/u)
      expect(Buffer.byteLength(line)).toBeLessThan(maxLineBytes)
    }
  })

  it("is encoded what a whole room is told once for all who are in several rooms, whichever is current", () => {
    const interpreters = ["dev", "tea"].map((room) => {
      const interpreter = plain.open(defaults, false)
      interpreter.follow?.({ _tag: "Entered", seq: 0, at: 0, room: asked("lobby").name, you: { id: MemberId.make("m1"), name: named("ann") }, here: 1, members: [], role: "member", locked: false, hidden: false })
      interpreter.follow?.({ _tag: "Entered", seq: 0, at: 0, room: asked(room).name, you: { id: MemberId.make("m1"), name: named("ann") }, here: 1, members: [], role: "member", locked: false, hidden: false })
      return interpreter
    })
    const [one, other] = interpreters.map(({ dialect }) => dialect)
    expect(one).not.toBe(other)
    expect(one?.ofRooms).toBeDefined()
    expect(one?.ofRooms).toBe(other?.ofRooms)
  })
})
