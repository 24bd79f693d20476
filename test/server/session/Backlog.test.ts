import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { clean } from "../../../src/domain/Text.ts"
import { encode } from "../../../src/domain/wire/Ndjson.ts"
import * as Registry from "../../../src/server/chat/Registry.ts"
import type { ServerOptions } from "../../../src/server/ServerConfig.ts"
import { connect, eventually, otherEnd, type Peer } from "../../support/Peer.ts"
import { member, next, opened, plainMember, tell, upTo } from "../../support/room.ts"

interface Speaker {
  readonly title: string
  readonly enter: (port: number) => Effect.Effect<Peer, never, Scope.Scope>
  readonly line: (text: string) => string
  /** How many messages were not said, as the last words of what this one was told say it; 0 where they say nothing of it. */
  readonly unsaid: (told: string) => number
}

const native: Speaker = {
  title: "a native client",
  enter: (port) => member(port, "ada"),
  line: (text) => encode({ _tag: "Say", text, ref: text }),
  unsaid: (told) => Number(/"_tag":"Goodbye"[^\n]*"unsaid":(\d+)\}\n$/u.exec(told)?.[1] ?? 0)
}
const plain: Speaker = {
  title: "a plain client",
  enter: (port) => plainMember(port, "ada"),
  line: (text) => `${text}\n`,
  unsaid: (told) => Number(/ (\d+) of your messages w(?:as|ere) not said\.\n$/u.exec(told)?.[1] ?? 0)
}
const speakers = [native, plain]

const words = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `word ${n}`)

/** Sends lines, and waits until the server has read them. */
const sends = (peer: Peer, bytes: string) =>
  Effect.suspend(() => {
    const there = otherEnd(peer)
    const before = there?.bytesRead ?? 0
    return Effect.zipRight(peer.send(bytes), eventually("the server has it", () => there?.bytesRead === before + Buffer.byteLength(bytes)))
  })

/** What the room is told of ada up to her leave: what she said, and why she left. */
const heardOf = (ada: Peer) =>
  Effect.map(upTo(ada, ({ _tag }) => _tag === "Left"), (told) => ({
    said: told.flatMap((event) => (event._tag === "Said" && event.from.name === "ada" ? [event.text] : [])),
    left: told.at(-1)
  }))

const ends: ReadonlyArray<readonly [title: string, end: (peer: Peer) => void, code: "lost" | "closed"]> = [
  ["a reset", ({ socket }) => socket.resetAndDestroy(), "lost"],
  ["a half-close", ({ socket }) => socket.end(), "closed"]
]

const slow: Partial<ServerOptions> = { rateLimit: { perSecond: 100, burst: 3 } }
// The hello and two messages are taken up at once, and the next 20 s later.
const stuck: Partial<ServerOptions> = { rateLimit: { perSecond: 0.05, burst: 3 } }

describe.concurrent("What had come of a client before its connection ended", () => {
  for (const { enter, line, title, unsaid } of speakers) {
    for (const [how, end, code] of ends) {
      it.scopedLive(`is said, at the rate, and then the room is told that it has left: ${how} of ${title}`, () =>
        Effect.gen(function* () {
          const { port } = yield* opened(slow)
          const bob = yield* member(port, "bob")
          const ada = yield* enter(port)
          const start = performance.now()
          yield* sends(ada, words(40).map(line).join(""))
          end(ada)
          const { left, said } = yield* heardOf(bob)
          expect(said).toEqual(words(40))
          expect(left).toMatchObject({ code, reason: code === "lost" ? "connection lost" : "connection closed" })
          expect(performance.now() - start).toBeGreaterThan(350)
        })
      )

      it.scopedLive(`is said for so long at most, and the leave says how much was not: ${how} of ${title}`, () =>
        Effect.gen(function* () {
          const hearOut = 300
          const { port } = yield* opened({ rateLimit: { perSecond: 20, burst: 3 }, hearOut })
          const bob = yield* member(port, "bob")
          const ada = yield* enter(port)
          const start = performance.now()
          yield* sends(ada, words(400).map(line).join(""))
          end(ada)
          const { left, said } = yield* heardOf(bob)
          expect(performance.now() - start).toBeGreaterThan(hearOut - 20)
          expect(said).toEqual(words(said.length))
          expect(said.length).toBeGreaterThan(3)
          const missing = 400 - said.length
          expect(left).toMatchObject({ code, reason: `connection ${code}; ${missing} messages were not said` })
          if (code === "closed") expect(unsaid(yield* ada.rest)).toBe(missing)
        })
      )
    }

    it.scopedLive(`is said also where nothing that it was sent had been read, and its close so is a reset: ${title}`, () =>
      Effect.gen(function* () {
        const { port } = yield* opened(slow)
        const bob = yield* member(port, "bob")
        const ada = yield* enter(port)
        yield* ada.pause
        yield* sends(ada, words(40).map(line).join(""))
        // Its receipts, or the notice that it has to wait, are there and not read.
        yield* next(bob, "Said")
        ada.socket.destroy()
        const { said } = yield* heardOf(bob)
        expect(["word 0", ...said]).toEqual(words(40))
      })
    )

    it.scopedLive(`is said also where the inbox was full, and what is written to it meets the reset: ${title}`, () =>
      Effect.gen(function* () {
        const { port } = yield* opened({ rateLimit: { perSecond: 400, burst: 3 }, maxUnheard: 1000, echo: "on" })
        const bob = yield* member(port, "bob")
        const ada = yield* enter(port)
        const long = words(600).map((word) => `${word} ${"x".repeat(50)}`)
        const part = (from: number, to: number) => long.slice(from, to).map(line).join("")
        // The first part fills the inbox, the second what Node reads ahead, and the third waits in the system.
        yield* sends(ada, part(0, 30))
        yield* sends(ada, part(30, 400))
        yield* ada.send(part(400, 600))
        ada.socket.resetAndDestroy()
        const { left, said } = yield* heardOf(bob)
        expect(said).toEqual(long)
        expect(left).toMatchObject({ code: "lost", reason: "connection lost" })
      })
    )

    it.scopedLive(`is not waited for by a server that closes: ${title}`, () =>
      Effect.gen(function* () {
        const room = yield* opened(stuck)
        const bob = yield* member(room.port, "bob")
        const ada = yield* enter(room.port)
        yield* sends(ada, words(40).map(line).join(""))
        ada.socket.resetAndDestroy()
        yield* next(bob, "Said", ({ text }) => text === "word 1")
        const start = performance.now()
        yield* room.close("the end")
        // What waits would take a quarter of an hour, or the 30 s that it is heard out.
        expect(performance.now() - start).toBeLessThan(10_000)
      })
    )
  }

  it.scopedLive("is said also of one that gives no sign of life any more", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ ...slow, keepaliveEvery: 20, keepalive: 100, goneAfter: 1000 })
      const bob = yield* plainMember(port, "bob")
      const ada = yield* member(port, "ada")
      yield* tell(ada, ...words(200).map((text) => ({ _tag: "Say", text }) as const))
      const told = yield* bob.until("its leave", () => (bob.unread.includes("ada has left") ? bob.unread.toString() : undefined))
      expect(told.match(/^ada: word \d+$/gmu)).toEqual(words(200).map((text) => `ada: ${text}`))
      expect(told).toMatch(/ada: word 199\nada has left the chat\. \(no sign of life\)\n$/u)
    })
  )
})

describe.concurrent("Whoever goes while messages of its own wait is told how many were not said:", () => {
  const ways: ReadonlyArray<readonly [title: string, go: (room: Effect.Effect.Success<ReturnType<typeof opened>>, ada: Peer) => Effect.Effect<unknown>]> = [
    ["the server closes", (room) => room.close("the end")],
    [
      "it is sent away",
      (room) =>
        Effect.map(Context.get(room.context, Registry.Registry).members, (members) => {
          for (const { member, peer } of members) if (member.name === "ada") peer?.remove("too loud")
        })
    ]
  ]
  for (const { enter, line, title, unsaid } of speakers) {
    for (const [way, go] of ways) {
      it.scopedLive(`${title}, when ${way}`, () =>
        Effect.gen(function* () {
          const room = yield* opened(stuck)
          const bob = yield* member(room.port, "bob")
          const ada = yield* enter(room.port)
          // Half a line is no message yet.
          yield* sends(ada, `${words(400).map(line).join("")}${line("half").slice(0, -1)}`)
          yield* next(bob, "Said", ({ text }) => text === "word 1")
          yield* Effect.fork(go(room, ada))
          const rest = yield* ada.rest
          expect(unsaid(rest)).toBe(398)
        })
      )
    }

    it.scopedLive(`${title}, of what it said after its quit`, () =>
      Effect.gen(function* () {
        const { port } = yield* opened(slow)
        const ada = yield* enter(port)
        yield* ada.send(`${line("one")}${title === native.title ? encode({ _tag: "Quit" }) : "{quit}\n"}${line("two")}${line("three")}`)
        expect(unsaid(yield* ada.rest)).toBe(2)
      })
    )

    it.scopedLive(`${title}, which reads too slowly`, () =>
      Effect.gen(function* () {
        const { context, port } = yield* opened({ ...stuck, maxWaiting: 300_000, farewellDrain: 50, stallTimeout: 600_000 })
        const witness = yield* member(port, "witness")
        const ada = yield* enter(port)
        yield* ada.pause
        yield* sends(ada, words(100).map(line).join(""))
        yield* next(witness, "Said", ({ text }) => text === "word 1")
        const { announce } = Context.get(context, Registry.Registry)
        const flood = Effect.forever(Effect.zipRight(announce(clean("x".repeat(60_000))), Effect.sleep(1)))
        expect(yield* Effect.raceFirst(flood, next(witness, "Left"))).toMatchObject({ code: "too-slow", reason: "too slow" })
        yield* ada.resume
        expect(unsaid(yield* ada.rest)).toBe(98)
      })
    )
  }

  it.scopedLive("and nobody is told so to whom nothing was left", () =>
    Effect.gen(function* () {
      const room = yield* opened(slow)
      const peers = yield* Effect.forEach(speakers, ({ enter }) => enter(room.port))
      const [ada, bob] = [peers[0], peers[1]]
      if (ada === undefined || bob === undefined) throw new Error("There are two of them")
      yield* tell(ada, { _tag: "Ping" }, { _tag: "Who" })
      yield* bob.send("\n/who\n")
      yield* room.close("the end")
      expect(yield* ada.rest).toMatch(/"code":"closing","reason":"the end"\}\n$/u)
      expect(yield* bob.rest).toMatch(/The server is closing: the end\.\n$/u)
    })
  )

  it.scopedLive("questions, signs of life and blank lines are no messages", () =>
    Effect.gen(function* () {
      const room = yield* opened(stuck)
      const ada = yield* member(room.port, "ada")
      const bob = yield* plainMember(room.port, "bob")
      const asked = encode({ _tag: "Who" }) + encode({ _tag: "Ping" }) + encode({ _tag: "Pong" }) + "\n" + encode({ _tag: "Quit" })
      yield* sends(ada, words(5).map(native.line).join("") + asked.repeat(40) + encode({ _tag: "Act", text: `says "_tag":"Say"` }))
      yield* sends(bob, words(5).map(plain.line).join("") + "/who\n/help\n\n".repeat(100) + "/me waves\n//who\n/quit\n{quit}\n")
      yield* next(ada, "Throttled")
      yield* bob.until("its notice", () => (bob.unread.includes("You are sending more") ? true : undefined))
      yield* room.close("the end")
      expect(native.unsaid(yield* ada.rest)).toBe(4)
      expect(plain.unsaid(yield* bob.rest)).toBe(5)
    })
  )

  it.scopedLive("also one that ends its messages with a silence", () =>
    Effect.gen(function* () {
      const silence = 30
      const room = yield* opened({ rateLimit: { perSecond: 1, burst: 2 }, chunkSilence: silence, nameSilence: silence, greetAfter: 60_000 })
      const bob = yield* member(room.port, "bob")
      let said = 0
      const enters = (name: string) =>
        Effect.gen(function* () {
          const peer = yield* connect(room.port)
          yield* peer.send(name)
          const told = yield* upTo(bob, (event) => event._tag === "Joined" && event.member.name === name)
          said += told.filter(({ _tag }) => _tag === "Said").length
          return peer
        })
      const ada = yield* enters("ada")
      for (const [n, word] of words(5).entries()) {
        yield* sends(ada, word)
        // A name that came after the word has been ended by as long a silence: then the word has been, too.
        yield* enters(`later ${n}`)
      }
      yield* room.close("the end")
      said += (yield* bob.rest).match(/"_tag":"Said"/gu)?.length ?? 0
      expect(plain.unsaid(yield* ada.rest)).toBe(5 - said)
      expect(said).toBeLessThan(5)
    })
  )
})
