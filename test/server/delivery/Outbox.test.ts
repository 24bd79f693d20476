import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Tcp } from "../../../src/net/Tcp.ts"
import { CutOff } from "../../../src/net/Errors.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { fakeServer } from "../../support/FakeServer.ts"
import { connect, eventually, otherEnd, type Peer } from "../../support/Peer.ts"
import { event, eventsOf, member, next, opened, tell, upTo } from "../../support/room.ts"

const long = "x".repeat(15_000)

/** Says long lines, a few at a time and each taken note of, until it is enough. How many those were. */
const talkUntil = (talker: Peer, enough: () => boolean) =>
  Effect.gen(function* () {
    let said = 0
    while (!enough()) {
      for (let n = 0; n < 10; n += 1) {
        said += 1
        yield* tell(talker, { _tag: "Say", text: `${said} ${long}`, ref: String(said) })
      }
      yield* next(talker, "Said", ({ ref }) => ref === String(said))
    }
    return said
  })

const talkUntilSomebodyLeft = (talker: Peer, reader: Peer) =>
  Effect.gen(function* () {
    const hearing = yield* Effect.fork(upTo(reader, ({ _tag }) => _tag === "Left"))
    const said = yield* talkUntil(talker, () => hearing.unsafePoll() !== null)
    return { said, events: yield* Fiber.join(hearing) }
  })

/** The numbers at the start of what was said. */
const numbers = (events: ReadonlyArray<{ readonly _tag: string }>): ReadonlyArray<number> =>
  events.flatMap((event) => ("text" in event && typeof event.text === "string" ? [Number.parseInt(event.text)] : []))

const upToN = (n: number) => Array.from({ length: n }, (_, index) => index + 1)

describe("A client that does not read", () => {
  it.scopedLive("does not delay the others, and is cut off as too slow, told so after its last whole line", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxWaiting: 3_000_000 })
      const talker = yield* member(port, "talker")
      const reader = yield* member(port, "reader")
      const stalled = yield* member(port, "stalled")
      yield* stalled.pause
      const { events, said } = yield* talkUntilSomebodyLeft(talker, reader)
      expect(events.at(-1)).toMatchObject({ _tag: "Left", member: { name: "stalled" }, code: "too-slow", reason: "too slow" })

      yield* stalled.resume
      const told = eventsOf(yield* stalled.rest)
      expect(told.at(-1)).toMatchObject({ _tag: "Goodbye", code: "too-slow", reason: "too slow" })
      expect(numbers(told)).toEqual(upToN(numbers(told).length))
      expect(numbers(told).length).toBeLessThan(said)
    })
  )

  it.scopedLive("is cut off after the grace, and told so also when it reads on only then", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxWaiting: 50_000_000, stallTimeout: 100 })
      const talker = yield* member(port, "talker")
      const reader = yield* member(port, "reader")
      const stalled = yield* member(port, "stalled")
      yield* stalled.pause
      const there = otherEnd(stalled)
      const { events } = yield* talkUntilSomebodyLeft(talker, reader)
      expect(events.at(-1)).toMatchObject({ member: { name: "stalled" }, code: "too-slow" })
      yield* eventually("the server ends its half", () => there?.writableEnded === true)
      yield* stalled.resume
      expect(eventsOf(yield* stalled.rest).at(-1)).toMatchObject({ _tag: "Goodbye", code: "too-slow" })
    })
  )

  it.scopedLive("gets all that was held for it, once and in order, when it reads on in time", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ stallAbove: 20_000, maxWaiting: 100_000_000 })
      const talker = yield* member(port, "talker")
      const slow = yield* member(port, "slow")
      yield* slow.pause
      let more = 5
      const there = otherEnd(slow)
      const said = yield* talkUntil(talker, () => (there?.writableLength ?? 0) > 20_000 && (more -= 1) < 0)
      yield* slow.resume
      yield* tell(talker, { _tag: "Say", text: `${said + 1}` })
      const events = yield* upTo(slow, (event) => event._tag === "Said" && event.text === String(said + 1))
      expect(numbers(events)).toEqual(upToN(said + 1))
    })
  )

  it.scopedLive("is cut off also while it goes on talking", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ maxWaiting: 3_000_000 })
      const reader = yield* member(port, "reader")
      const talker = yield* member(port, "talker")
      yield* talker.pause
      for (;;) {
        yield* tell(talker, { _tag: "Say", text: long })
        const told = yield* event(reader)
        if (told._tag !== "Left") continue
        expect(told).toMatchObject({ member: { name: "talker" }, code: "too-slow" })
        break
      }
    })
  )

  it.scopedLive("is heard no more once it is cut off, however much it sends", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const { socket } = yield* connect(server.port)
      const connection = new Tcp(socket, defaults)
      const there = yield* server.accept
      connection.stopReading(new CutOff({ code: "too-slow", reason: "too slow" }))
      yield* there.send("more")
      yield* eventually("the bytes are here", () => socket.bytesRead > 0)
      expect(yield* connection.read()).toBeInstanceOf(CutOff)
    })
  )
})
