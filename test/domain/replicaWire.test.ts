import { describe, expect, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { type Command, lines, messages } from "../../src/domain/command/index.ts"
import { Happening } from "../../src/domain/Entry.ts"
import { defaultLimits } from "../../src/domain/NameLimits.ts"
import type { Body, Self } from "../../src/domain/replica/Body.ts"
import { bookkeeping, fold, refused, restore } from "../../src/domain/replica/fold.ts"
import { epochOf, isAfter, NodeId } from "../../src/domain/replica/Position.ts"
import { digested } from "../../src/domain/replica/record.ts"
import { asking, type Replica } from "../../src/domain/replica/Replica.ts"
import { returning, returnOf } from "../../src/domain/replica/returning.ts"
import { codec, speaks } from "../../src/domain/replica/wire.ts"
import { maxEntryBytes, Writer } from "../../src/domain/replica/Writer.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import * as Typed from "../../src/domain/typed.ts"
import * as Ndjson from "../../src/domain/wire/Ndjson.ts"
import { anyString } from "../support/arbitraries.ts"
import { always } from "../support/property.ts"
import { play } from "../support/replicas.ts"

const entries = codec(Happening)
const strings = codec(Schema.String)
const from = NodeId.make("a")
const at = { epoch: "2026", seq: 1 }
const utf8 = (text: string) => new TextEncoder().encode(text)

/** The most bytes that a record may have. */
const maxRecord = 512 * 1024

const me: Self = { id: from, name: "one", speaks, settings: "same" }

/** What other nodes read of it. */
const through = (body: Exclude<Body<Happening>, { readonly _tag: "Unknown" }>) => entries.decode({ at, time: 0, bytes: entries.encode(from, body, 1) }).body

const batch = (happenings: ReadonlyArray<Happening>) => ({ _tag: "Batch" as const, n: 1, entries: happenings })

/** What a client can say, typed or sent. */
const said: FastCheck.Arbitrary<Command | undefined> = FastCheck.oneof(
  FastCheck.tuple(FastCheck.constantFrom("", ...lines.map(({ name }) => `${name} `)), FastCheck.constantFrom("", "bob ", "#dev "), anyString(200)).map(([name, first, rest]) =>
    commandOf(Typed.read(`${name}${first}${rest}`, defaultLimits))
  ),
  FastCheck.record(
    {
      _tag: FastCheck.constantFrom(...messages.keys()),
      v: FastCheck.constant(Ndjson.version),
      nickname: anyString(),
      secret: anyString(),
      text: anyString(2000),
      room: FastCheck.oneof(anyString(), FastCheck.constantFrom("dev", "lobby")),
      word: anyString(),
      to: FastCheck.oneof(anyString(), FastCheck.constant("m1")),
      name: anyString(),
      id: FastCheck.constantFrom("m1", "m2"),
      deed: FastCheck.constantFrom("op", "kick", "ban", "mute"),
      forMs: FastCheck.double(),
      reason: anyString(),
      ref: anyString(),
      on: FastCheck.boolean()
    },
    { requiredKeys: ["_tag"] }
  ).map((message) => commandOf(Ndjson.readMessage(utf8(JSON.stringify(message)), defaultLimits)))
)

function commandOf(request: ReturnType<typeof Typed.read>): Command | undefined {
  if (request === undefined || request instanceof Refusal) return undefined
  if (request._tag === "Hello") return request.join
  return request._tag === "Command" || request._tag === "Sealed" ? request.command : undefined
}

/** But for the sign of a zero, which JSON does not have, and no entry means. */
const unsigned = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unsigned)
  if (Predicate.isRecord(value)) return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, unsigned(inner)]))
  return value === 0 ? 0 : value
}

describe("Records on the wire", () => {
  it("say the same when they are read as when they were written, whatever clients can say", () => {
    const tags = new Set<string>()
    always(
      said,
      (command) => {
        if (command === undefined) return
        tags.add(command._tag)
        const body = batch([{ _tag: "Command", client: 1, address: "127.0.0.1:1", command }])
        expect(through(body)).toEqual(body)
      },
      3000
    )
    expect([...tags].sort()).toEqual(["Act", "Address", "Away", "Describe", "Enter", "Exit", "Forget", "Hide", "Invite", "Join", "Lock", "Moderate", "Remember", "Rename", "Say", "Show", "Topic", "Unlock", "Watch", "Whisper"])
  })

  it("hold any entry that there is", () => {
    always(FastCheck.array(Arbitrary.make(Happening), { maxLength: 5 }), (happenings) => {
      expect(through(batch(happenings))).toEqual(unsigned(batch(happenings)))
    })
  })

  it("can be read whatever a newcomer speaks, as it has to be told so", () => {
    const bytes = utf8(JSON.stringify({ v: 9, from, body: { _tag: "Hello", name: "new", speaks: [8, 9], settings: "x", since: "tomorrow" } }))
    expect(strings.decode({ at, time: 5, bytes })).toEqual({ at, time: 5, from, size: bytes.length, body: { _tag: "Hello", name: "new", speaks: [8, 9], settings: "x" } })
  })

  it("are never skipped: what is not known ends the node, and it says what that was", () => {
    const unknown = (text: string) => {
      const written = strings.decode({ at, time: 0, bytes: utf8(text) })
      const full = fold(fold(asking<string>(me), { at, time: 0, from, size: 1, body: { _tag: "Hello", name: "", speaks, settings: "same" } }).replica, { ...written, at: { ...at, seq: 2 } })
      expect(full.replica.phase).toBe("asking")
      return written.body._tag === "Unknown" ? written.body.message : undefined
    }
    const record = (body: object, v = 1) => JSON.stringify({ v, from, body })
    expect(unknown(record({ _tag: "Batch", n: 1, entries: ["x"] }))).toBe(undefined)
    expect(unknown("hello")).toMatch(/^A record is none of a cluster: /u)
    expect(unknown(record({ _tag: "Batch", n: 1, entries: ["x"] }, 2))).toBe(
      "The node a has written a record in the language 2. This program speaks 1 to 1: all nodes need versions of it that have a language in common."
    )
    expect(unknown(record({ _tag: "Batch", n: 1, entries: [5] }))).toBe("The node a has written a record that is not right: entries.0: Expected string, actual 5")
    expect(unknown(record({ _tag: "Batch", n: 1, entries: [], also: 1 }))).toMatch(/also: is unexpected/u)
    expect(unknown(record({ _tag: "Dance" }))).toMatch(/^The node a has written a record that is not right: _tag: /u)
  })

  it("are below 512 KiB, whatever is written", () => {
    always(
      FastCheck.array(FastCheck.oneof(FastCheck.nat(300), FastCheck.nat(100_000), FastCheck.constant(maxEntryBytes - 2)), { minLength: 1, maxLength: 30 }),
      (sizes) => {
        let replica = founded()
        const writer = new Writer<string>(strings.sizeOf)
        writer.enqueue(sizes.map((size) => "x".repeat(size)))
        let read: ReadonlyArray<string> = []
        for (let now = 0; writer.waiting > 0; now += 1000) {
          for (const body of writer.due(replica, now)) {
            if (body._tag === "Unknown") throw new Error("unknown")
            const bytes = strings.encode(from, body, 1)
            expect(bytes.length).toBeLessThanOrEqual(maxRecord)
            if (replica.read === undefined) throw new Error("nothing read")
            const folded = fold(replica, strings.decode({ at: { ...at, seq: replica.read.seq + 1 }, time: now, bytes }))
            replica = folded.replica
            read = [...read, ...folded.decided.flatMap((one) => (one._tag === "Entry" ? [one.entry] : []))]
          }
          writer.seen(replica, now)
        }
        expect(read.map(({ length }) => length)).toEqual(sizes)
        if (replica.phase !== "full") throw new Error(replica.phase)
        expect(strings.encode(from, returnOf(returning(replica, at), true), 1).length).toBeLessThanOrEqual(maxRecord)
        // A newcomer gets the same bookkeeping.
        const book = Either.getOrThrow(strings.decodeBook(strings.encodeBook(bookkeeping(replica))))
        expect(book).toMatchObject({ ...bookkeeping(replica), recent: {} })
      },
      40
    )
    expect(() => { new Writer<string>(strings.sizeOf).enqueue(["x".repeat(maxEntryBytes)]) }).toThrow("An entry of the log has 491522 bytes. It may have 491520.")
  })

  it("carry the stories of the rules", () => {
    const read = (from: NodeId, body: Body<string>) => (body._tag === "Unknown" ? body : strings.decode({ at, time: 0, bytes: strings.encode(from, body, 1) }).body)
    for (let seed = 1; seed <= 15; seed += 1) {
      expect(play({ Writer, asking, bookkeeping, digested, fold, refused, restore }, seed, { through: read, length: 200 })).toMatchObject({ violations: [], stuck: 0 })
    }
  })

  it("say what is wrong with the state of another node", () => {
    const wrong = (text: string) => Either.getOrThrow(Either.flip(strings.decodeBook(utf8(text)))).message
    expect(wrong("{")).toContain("JSON")
    expect(wrong("{}")).toBe("at: is missing")
  })
})

describe("An epoch", () => {
  it("compares in the order of time, however many digits its time is written with", () => {
    const times = ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.09Z", "2026-01-31T12:00:00.1Z", "2026-01-31T12:00:00.12Z", "2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:01.5Z"]
    const epochs = times.map(epochOf)
    expect([...epochs].sort()).toEqual(epochs)
    expect(isAfter({ epoch: epochs[3]!, seq: 1 }, { epoch: epochs[2]!, seq: 9 })).toBe(true)
  })
})

/** A node that has founded a cluster of its own. */
function founded(): Replica<string> {
  const hello: Body<string> = { _tag: "Hello", name: "one", speaks, settings: "same" }
  let replica: Replica<string> = asking(me)
  for (let seq = 1; seq <= 5; seq += 1) {
    replica = fold(replica, { at: { ...at, seq }, time: seq * 1000, from, size: 100, body: seq < 5 ? hello : { _tag: "Found", after: at } }).replica
  }
  expect(replica.phase).toBe("full")
  return replica
}
