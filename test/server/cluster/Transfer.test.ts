import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { apply } from "../../../src/domain/apply.ts"
import * as Chat from "../../../src/domain/Chat.ts"
import { joinAnyway } from "../../../src/domain/command/join.ts"
import { Happening } from "../../../src/domain/Entry.ts"
import { keepFor } from "../../../src/domain/Keep.ts"
import { defaultLimits } from "../../../src/domain/NameLimits.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { Proof } from "../../../src/domain/Place.ts"
import { NodeId } from "../../../src/domain/replica/Position.ts"
import * as Recent from "../../../src/domain/replica/Recent.ts"
import type { Bookkeeping } from "../../../src/domain/replica/Replica.ts"
import { partsOf, withPart } from "../../../src/domain/replica/state.ts"
import { decodePart, encodePart } from "../../../src/domain/replica/Part.ts"
import { digest, digestsOf, sum } from "../../../src/domain/replica/digest.ts"
import { codec, speaks } from "../../../src/domain/replica/wire.ts"
import * as Text from "../../../src/domain/Text.ts"
import * as Transfer from "../../../src/server/cluster/Transfer.ts"
import { settings } from "../../support/chat.ts"

// The state of a node with ten thousand people, as a newcomer gets it while both serve their own.

const people = 10_000
const tries = 3

/** The most that a turn of the event loop may take, ms; on a slow machine a fraction of all the work. */
const turnAtMost = 20
const fraction = 0.25

const records = codec(Happening)
const from = NodeId.make("a")

const crowded = (count = people): Chat.Chat<number> => {
  let chat = Chat.empty<number>(settings, keepFor(120, people, people))
  for (let client = 1; client <= count; client += 1) {
    const join = joinAnyway(Nickname.Nickname.make(`member${client}`), defaultLimits)
    const claim = { proof: Proof.make(`proof of ${client}`.padEnd(64, "0")), neighbourhood: `127.0.0.${client % 250}` }
    chat = apply(chat, { _tag: "Command", at: 1e12 + client, client, address: `127.0.0.1:${client}`, command: { ...join, claim } }, () => client).chat
  }
  return chat
}

/** What a node knows of the log, with as many records in it as may be. */
const book = (): Bookkeeping<Happening> => {
  let recent: Bookkeeping<Happening>["recent"] = Recent.empty
  for (let n = 1; n <= 3000; n += 1) {
    const entry: Happening = { _tag: "Command", client: n, address: `127.0.0.1:${n}`, command: { _tag: "Say", text: Text.clean(`line ${n}`) } }
    recent = Recent.append(recent, { at: { epoch: "one", seq: n }, time: 1e12 + n, from, size: 150, body: { _tag: "Batch", n, entries: [entry] } })
  }
  const at = { epoch: "one", seq: 3000 }
  return { at, clock: 0, gone: [], lastNumber: 1, nodes: [{ id: from, name: "one", number: 1, n: 3000, heard: 0, full: true, speaks }], recent, settings: "", spoke: 3000, stamp: 0, time: 0 }
}

/** How long this takes, ms: the shortest of several tries, as other processes have their turns too. */
const millis = (work: () => unknown): number =>
  Math.min(
    ...Array.from({ length: tries }, () => {
      const begin = performance.now()
      work()
      return performance.now() - begin
    })
  )

/** The longest turn of the event loop while this is done, ms: the shortest of several tries. */
const longestTurn = <A, E>(work: Effect.Effect<A, E>) =>
  Effect.replicateEffect(
    Effect.gen(function* () {
      let longest = 0
      let last = performance.now()
      let immediate: NodeJS.Immediate
      const look = () => {
        const now = performance.now()
        longest = Math.max(longest, now - last)
        last = now
        immediate = setImmediate(look)
      }
      immediate = setImmediate(look)
      yield* work
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      clearImmediate(immediate)
      return longest
    }),
    tries
  ).pipe(Effect.map((all) => Math.min(...all)))

describe("The state of ten thousand people, sent to another node", () => {
  const chat = crowded()

  it.live("is the same there", () =>
    Effect.gen(function* () {
      const sent = yield* Transfer.decode(records, yield* Transfer.encode(records, book(), chat, 1))
      if (sent._tag !== "State") throw new Error(sent._tag)
      expect(digest(sent.chat)).toBe(digest(chat))
      expect(yield* Transfer.digest(chat)).toBe(digest(chat))
      expect(Recent.toArray(sent.book.recent)).toEqual(Recent.toArray(Recent.fromArray(Recent.toArray(book().recent))))
    })
  )

  it.live("is made, read and compared with turns for others in between", () =>
    Effect.gen(function* () {
      const lines = [...partsOf(chat)].map(encodePart)
      const empty = Chat.empty<never>(settings)
      const inOneGo = {
        made: millis(() => [...partsOf(chat)].map(encodePart)),
        read: millis(() => lines.reduce((chat, line) => withPart(chat, Either.getOrThrow(decodePart(line))), empty)),
        compared: millis(() => [...digestsOf(chat)].reduce(sum, 0))
      }
      const bytes = yield* Transfer.encode(records, book(), chat, 1)
      const longest = {
        made: yield* longestTurn(Transfer.encode(records, book(), chat, 1)),
        read: yield* longestTurn(Transfer.decode(records, bytes)),
        compared: yield* longestTurn(Transfer.digest(chat))
      }
      const atMost = (whole: number) => Math.max(turnAtMost, whole * fraction)
      expect(longest.made).toBeLessThan(atMost(inOneGo.made))
      expect(longest.read).toBeLessThan(atMost(inOneGo.read))
      expect(longest.compared).toBeLessThan(atMost(inOneGo.compared))
    })
  )

  it("costs little more than to write and to read so much JSON", () => {
    const parts = [...partsOf(chat)]
    const lines = parts.map(encodePart)
    const json = millis(() => parts.map((part): unknown => JSON.parse(JSON.stringify(part))))
    const whole = millis(() => lines.map((line) => decodePart(line))) + millis(() => parts.map(encodePart))
    expect(whole).toBeLessThan(2.8 * json)
  })
})

describe("A state that another version has made", () => {
  const chat = crowded(2)
  /** What comes of it where a line of it is another one. */
  const read = (edit: (line: string, place: number) => string, v = 1) =>
    Effect.gen(function* () {
      const lines = new TextDecoder().decode(yield* Transfer.encode(records, book(), chat, v)).split("\n")
      return yield* Transfer.decode(records, new TextEncoder().encode(lines.map(edit).join("\n")))
    })
  const same = (line: string) => line
  const inHead = (from: string, to: string) => (line: string) => (line.includes('"_tag":"Head"') ? line.replace(from, to) : line)

  it.effect("is not read in a language that is not spoken here", () =>
    Effect.gen(function* () {
      expect((yield* read(same))._tag).toBe("State")
      expect(yield* read(same, 2)).toEqual({ _tag: "Unreadable", message: "it is in the language 2, and this program speaks 1 to 1" })
    })
  )

  it.effect("is not read with a field that is not known, nor without one that is: what is left out would be another state", () =>
    Effect.gen(function* () {
      const words = (edit: (line: string, place: number) => string) => Effect.map(read(edit), (sent) => (sent._tag === "Unreadable" ? sent.message : sent._tag))
      expect(yield* words(inHead('"mostHere":', '"later":1,"mostHere":'))).toContain("later")
      expect(yield* words(inHead('"mostHere":2,', ""))).toContain("mostHere")
      expect(yield* words((line, place) => (place === 1 ? line.replace('{"at"', '{"later":1,"at"') : line))).toContain("later")
    })
  )
})
