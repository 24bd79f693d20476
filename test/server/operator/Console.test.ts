import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { Event } from "../../../src/domain/Event.ts"
import type { Member } from "../../../src/domain/Member.ts"
import type { Observation, Reply } from "../../../src/domain/Reply.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import { lobby, RoomName } from "../../../src/domain/RoomName.ts"
import { clean } from "../../../src/domain/Text.ts"
import * as Hub from "../../../src/server/chat/Hub.ts"
import * as Console from "../../../src/server/operator/Console.ts"
import * as Server from "../../../src/server/Server.ts"
import { replies } from "../../support/arbitraries.ts"
import { named } from "../../support/chat.ts"
import { connect, eventually } from "../../support/Peer.ts"
import { always } from "../../support/property.ts"
import { eventsOf, member, open, tell } from "../../support/room.ts"

const ada: Member = { id: MemberId.make("m1"), name: named("ada") }
const bob: Member = { id: MemberId.make("m2"), name: named("bob") }
const dev = RoomName.make("dev")
const at = Date.UTC(2025, 0, 2, 3, 4, 5, 6)
const inRoom = { seq: 1, at, room: lobby } as const

const limits = { lineBytes: 1, nameGraphemes: 1, nameBytes: 1 }
const welcome: Event = { _tag: "Welcome", ...inRoom, you: ada, here: 1, members: [ada], server: "s", limits }

const shown: ReadonlyArray<readonly [Event | Observation, string | undefined]> = [
  [{ _tag: "Connected", at }, "INFO  192.0.2.7:1 connected"],
  [{ _tag: "Disconnected", at, code: "quit", reason: undefined, hasSpoken: true }, "INFO  192.0.2.7:1 disconnected: quit"],
  [{ _tag: "Disconnected", at, code: "lost", reason: clean("connection lost"), hasSpoken: true }, "INFO  192.0.2.7:1 disconnected: connection lost"],
  [{ _tag: "Joined", ...inRoom, member: ada }, "INFO  ada joined (192.0.2.7:1)"],
  [{ _tag: "Left", ...inRoom, member: ada, code: "quit" }, "INFO  ada left: quit (192.0.2.7:1)"],
  [{ _tag: "Left", ...inRoom, member: ada, code: "quit", reason: clean("lunch") }, "INFO  ada left: lunch (192.0.2.7:1)"],
  [{ _tag: "Left", ...inRoom, member: ada, code: "too-slow", reason: clean("too slow") }, "WARN  ada left: too slow (192.0.2.7:1)"],
  [
    { _tag: "Left", ...inRoom, member: ada, code: "internal-error", reason: clean("internal error") },
    "WARN  ada left: internal error (192.0.2.7:1)"
  ],
  [{ _tag: "Said", ...inRoom, from: ada, text: clean("hello") }, "INFO  ada: hello"],
  [{ _tag: "Acted", ...inRoom, from: ada, text: clean("waves") }, "INFO  * ada waves"],
  [{ _tag: "Whispered", at, from: ada, to: { id: MemberId.make("m2"), name: named("bob") }, text: clean("psst") }, "INFO  ada whispers to bob"],
  [{ _tag: "Renamed", ...inRoom, member: ada, was: named("eve") }, "INFO  eve is now called ada (192.0.2.7:1)"],
  [{ _tag: "Notice", ...inRoom, text: clean("soon") }, "INFO  [server] soon"],
  [{ _tag: "Throttled", at, perSecond: 1, message: clean("Slow.") }, "WARN  ada sends too fast and is slowed down (192.0.2.7:1)"],
  [{ _tag: "Refused", at, code: "bad-line", message: clean("No.") }, "WARN  refused ada (192.0.2.7:1): No."],
  [{ _tag: "Goodbye", at, code: "closing", reason: clean("lunch") }, "INFO  closing: lunch"],
  [{ _tag: "Said", ...inRoom, room: dev, from: ada, text: clean("hello") }, "INFO  #dev ada: hello"],
  [{ _tag: "Joined", ...inRoom, room: dev, member: ada }, "INFO  #dev ada joined (192.0.2.7:1)"],
  [{ _tag: "Left", ...inRoom, room: dev, member: ada, code: "exited" }, "INFO  #dev ada left the room (192.0.2.7:1)"],
  [{ _tag: "Left", ...inRoom, member: ada, code: "exited" }, "INFO  #lobby ada left the room (192.0.2.7:1)"],
  // Of somebody who is in several rooms, wherever it is told.
  [{ _tag: "Left", ...inRoom, room: dev, member: ada, code: "quit" }, "INFO  ada left: quit (192.0.2.7:1)"],
  [{ _tag: "Renamed", ...inRoom, room: dev, member: ada, was: named("eve") }, "INFO  eve is now called ada (192.0.2.7:1)"],
  [{ _tag: "Notice", ...inRoom, room: dev, text: clean("soon") }, "INFO  #dev [server] soon"],
  [{ _tag: "TopicSet", ...inRoom, room: dev, by: ada, text: clean("plans") }, "INFO  #dev ada has set the topic: plans"],
  [{ _tag: "Moderated", ...inRoom, room: dev, deed: "kick", by: ada, target: bob, reason: clean("noise") }, "INFO  #dev ada has removed bob: noise"],
  [{ _tag: "Moderated", ...inRoom, room: dev, deed: "hide" }, "INFO  #dev The server has hidden the room."],
  [{ _tag: "Invited", at, room: dev, by: ada, to: bob, until: at }, "INFO  #dev ada has invited bob"],
  [{ _tag: "AccountSet", at, account: named("eve") }, "INFO  ada has said the words of the claimed name eve (192.0.2.7:1)"],
  [{ _tag: "Described", ...inRoom, member: ada, account: true }, undefined],
  [{ _tag: "Away", ...inRoom, member: ada }, undefined],
  [{ _tag: "Signalled", at, room: dev, by: ada, tags: { "+typing": "active" } }, undefined],
  [{ _tag: "Past", at, room: dev, events: [{ _tag: "Said", ...inRoom, from: ada, text: clean("hello") }], more: false }, undefined],
  [{ _tag: "Removed", at, room: dev, deed: "kick" }, undefined],
  [{ _tag: "Exited", at, room: dev }, undefined],
  [{ _tag: "Entered", ...inRoom, room: dev, you: ada, here: 1, members: [ada], role: "owner", locked: false, hidden: false }, undefined],
  [{ _tag: "Members", at, room: dev, here: 1, members: [ada], more: false }, undefined],
  [welcome, undefined],
  [{ _tag: "Presence", ...inRoom, first: 1, here: 1, joined: [ada], left: [] }, undefined],
  [{ _tag: "Members", at, here: 1, members: [ada], more: false }, undefined],
  [{ _tag: "Ping", at }, undefined],
  [{ _tag: "Pong", at }, undefined]
]

describe("The console says", () => {
  const from = { client: 1, address: "192.0.2.7:1", name: ada.name }

  it.each(shown)("of %j: %s", (event, line) => {
    const entry = Console.describe({ place: 1, event, room: lobby, from })
    expect(entry && Console.formats.plain(entry)).toBe(line && `2025-01-02T03:04:05.006Z ${line}\n`)
  })

  it("nothing in an empty line, whatever was told", () => {
    always(FastCheck.oneof(...Object.values<FastCheck.Arbitrary<Reply>>(replies)), (event) => {
      expect(Console.describe({ place: 1, event, room: undefined, from })?.message ?? "nothing").not.toMatch(/^\s*$/u)
    }, 1000)
  })

  it("who was refused before it had a name", () => {
    const event: Event = { _tag: "Refused", at, code: "name-taken", message: clean("Taken.") }
    expect(Console.describe({ place: 1, event, room: lobby, from: { client: 1, address: "192.0.2.7:1" } })?.message).toBe(
      "refused a newcomer (192.0.2.7:1): Taken."
    )
  })
})

describe("An entry", () => {
  const entry: Console.ConsoleLine = { at, level: "warn", event: "left", message: "ada left: too slow", fields: { name: "ada", reason: undefined } }
  const time = new Date(at).toTimeString().slice(0, 8)

  it("is a short line at a terminal", () => {
    expect(Console.formats.terminal(entry)).toBe(`${time} WARN ada left: too slow\n`)
    expect(Console.formats.terminal({ ...entry, level: "info" })).toBe(`${time} ada left: too slow\n`)
  })

  it("is a line with the date elsewhere, its levels one below the other", () => {
    expect(Console.formats.plain({ ...entry, level: "info" })).toBe("2025-01-02T03:04:05.006Z INFO  ada left: too slow\n")
    expect(Console.formats.plain({ ...entry, level: "error" })).toBe("2025-01-02T03:04:05.006Z ERROR ada left: too slow\n")
  })

  it("is a JSON object for programs, without the fields that have no value", () => {
    expect(Console.formats.json(entry)).toBe(
      `{"time":"2025-01-02T03:04:05.006Z","level":"warn","event":"left","name":"ada","message":"ada left: too slow"}\n`
    )
  })
})

const format: Console.Format = ({ level, message }) => `${level} ${message}\n`

/** A room with a console, and what that writes. */
const watched = Effect.gen(function* () {
  const lines: Array<string> = []
  const output = Layer.succeed(Console.ConsoleOutput, {
    write: (text: string) => {
      lines.push(...text.split("\n").slice(0, -1))
    }
  })
  const room = yield* open(
    Server.port.pipe(
      Layer.provideMerge(Console.layer(format)),
      Layer.provideMerge(Server.core({ port: 0 })),
      Layer.provideMerge(Console.logger(format)),
      Layer.provideMerge(output)
    )
  )
  return { ...room, lines, console: Context.get(room.context, Console.Console) }
})

describe("The console of a room", () => {
  it.scopedLive("says first what it is opened with, then all that happened, in order", () =>
    Effect.gen(function* () {
      const { console, lines, port, shut } = yield* watched
      const bob = yield* member(port, "bob")
      yield* tell(bob, { _tag: "Say", text: "hi" }, { _tag: "Say", text: "" }, { _tag: "Quit", reason: "lunch" })
      eventsOf(yield* bob.rest)
      expect(lines).toEqual([])
      yield* console.open("127.0.0.1:1", [{ at, level: "info", event: "listening", message: "Listening", fields: {} }])
      yield* shut
      expect(lines.map((line) => line.replaceAll(/127\.0\.0\.1:\d+/gu, "HOST"))).toEqual([
        "info Listening",
        "info HOST connected",
        "info bob joined (HOST)",
        "info bob: hi",
        "warn refused bob (HOST): There is nothing in this message to say.",
        "info bob left: lunch (HOST)",
        "info closing: the server stops"
      ])
    })
  )

  it.scopedLive("sums up those who come and go without a word, and shows who says one", () =>
    Effect.gen(function* () {
      const { console, lines, port, server, shut } = yield* watched
      yield* console.open("127.0.0.1:1", [])
      const gone = yield* Effect.fork(Stream.runDrain(Stream.take(Stream.filter(server.events(100), ({ event }) => event._tag === "Disconnected"), 4)))
      for (let n = 0; n < 2; n += 1) {
        const probe = yield* connect(port)
        yield* probe.end
        yield* probe.rest
      }
      // What looks at the page says nothing in the room either.
      const browser = yield* connect(port)
      yield* browser.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
      yield* browser.rest
      const foreign = yield* connect(port)
      yield* foreign.send("SSH-2.0-OpenSSH_9.2\r\n")
      yield* foreign.rest
      yield* Fiber.join(gone)
      yield* shut
      const shown = lines.map((line) => line.replaceAll(/127\.0\.0\.1:\d+/gu, "HOST"))
      // Each is in one sum or the other: whether the first is written before the second has gone is chance.
      const sums = shown.flatMap((line) => /^info (\d) connections? came and went without a word \(127\.0\.0\.1\)$/u.exec(line)?.[1] ?? [])
      expect(sums.reduce((sum, count) => sum + Number(count), 0)).toBe(3)
      expect(shown.filter((line) => !line.includes("came and went"))).toEqual([
        "info HOST connected",
        "info HOST disconnected: an unknown protocol",
        "info closing: the server stops"
      ])
    })
  )

  it.scoped("sums them up at once, and then once a minute", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const output = Layer.succeed(Console.ConsoleOutput, {
        write: (text: string) => {
          lines.push(...text.split("\n").slice(0, -1))
        }
      })
      const layer = Console.layer(format).pipe(Layer.provideMerge(Server.core({ port: 0 })), Layer.provide(output))
      const context = yield* Layer.build(layer)
      const hub = Context.get(context, Hub.Hub)
      yield* Context.get(context, Console.Console).open("127.0.0.1:1", [])
      const comeAndGo = (clients: ReadonlyArray<number>) =>
        Effect.gen(function* () {
          const seen = yield* Effect.fork(Stream.runDrain(Stream.take(hub.observe(100), 2 * clients.length)))
          yield* Hub.endOfTurn
          for (const client of clients) {
            const from = { client, address: `192.0.2.7:${client}` }
            hub.unsafePublish([
              { event: { _tag: "Connected", at: 0 }, audience: [], from },
              { event: { _tag: "Disconnected", at: 0, code: "closed", reason: undefined, hasSpoken: false }, audience: [], from }
            ])
          }
          yield* Fiber.join(seen)
          yield* Hub.endOfTurn
        })
      const one = "info 1 connection came and went without a word (192.0.2.7)"
      yield* comeAndGo([1])
      yield* TestClock.adjust("1 second")
      expect(lines).toEqual([one])
      yield* comeAndGo([2, 3])
      yield* TestClock.adjust("59 seconds")
      expect(lines).toEqual([one])
      yield* TestClock.adjust("1 second")
      expect(lines).toEqual([one, "info 2 connections came and went without a word (192.0.2.7)"])
      yield* TestClock.adjust("10 minutes")
      expect(lines).toHaveLength(2)
    })
  )

  it.scopedLive("shows what the goodbyes of the close told", () =>
    Effect.gen(function* () {
      const { close, console, lines, port } = yield* watched
      yield* console.open("127.0.0.1:1", [])
      yield* member(port, "bob")
      yield* eventually("bob is shown", () => lines.some((line) => line.includes("bob joined")))
      yield* close("out for lunch")
      expect(lines.at(-1)).toBe("info closing: out for lunch")
    })
  )

  it.scopedLive("shows the close of an empty room, and of one where everything just happened", () =>
    Effect.forEach(Array.from({ length: 10 }), () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { close, console, lines } = yield* watched
          yield* console.open("127.0.0.1:1", [])
          yield* close("out for lunch")
          expect(lines).toEqual(["info closing: out for lunch"])
        })
      )
    )
  )

  it.scopedLive("shows what is logged, on one line that steers no screen", () =>
    Effect.gen(function* () {
      const { lines } = yield* watched
      yield* Effect.logWarning("one\n\u001b[31mtwo")
      yield* Effect.logError("It failed", new Error("no\nreason"))
      yield* Effect.logFatal("It broke", Cause.die(new Error("why\nnot")))
      expect(lines[0]).toBe("warn one [31mtwo")
      expect(lines[1]).toBe("error It failed Error: no reason")
      expect(lines[2]).toMatch(/^error It broke: Error: why \| not \| at /u)
      expect(lines).toHaveLength(3)
    })
  )
})
