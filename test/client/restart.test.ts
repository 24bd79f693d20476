import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as ChatClient from "../../src/client/ChatClient.ts"
import * as TcpDial from "../../src/client/TcpDial.ts"
import { fakeServer } from "../support/FakeServer.ts"
import type { Peer } from "../support/Peer.ts"
import { opened } from "../support/room.ts"

const host = "127.0.0.1"

/** The system's clock, of which a test skips what somebody else would wait. */
class SkippingClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: typeof Clock.ClockTypeId = Clock.ClockTypeId
  readonly #real = Clock.make()
  /** How much was skipped, ns. */
  skipped = 0n

  unsafeCurrentTimeMillis(): number {
    return this.#real.unsafeCurrentTimeMillis()
  }

  unsafeCurrentTimeNanos(): bigint {
    return this.#real.unsafeCurrentTimeNanos() + this.skipped
  }

  readonly currentTimeMillis = Effect.sync(() => this.unsafeCurrentTimeMillis())
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return this.#real.sleep(duration)
  }
}

/** How a client ends whose server restarts and does not come back, and after how long, s; or closes, with `restarts` false. */
const ended = (restarts: boolean, options: Partial<ChatClient.ConnectOptions>) =>
  Effect.gen(function* () {
    const { port, server, shut } = yield* opened()
    const clock = new SkippingClock()
    const codes: Array<string> = []
    // What is waited for is skipped: the client says how long that would be.
    const pause = (wait: number) =>
      Effect.sync(() => {
        clock.skipped += BigInt(Math.round(wait * 1e6))
      })
    const client = yield* ChatClient.connect({ host, port, nickname: "ada", pause, ...options }).pipe(Effect.provide(TcpDial.layer), Effect.withClock(clock))
    const ending = yield* Effect.fork(
      Effect.either(
        Stream.runForEach(client.events, (event) =>
          Effect.sync(() => {
            if (event._tag === "Goodbye") codes.push(event.code)
          })
        )
      )
    )
    yield* Effect.zipRight(restarts ? server.restart("a new version") : server.close("lunch"), shut)
    const end = yield* Fiber.join(ending)
    return { codes, message: end._tag === "Left" ? end.left.message : undefined, seconds: Number(clock.skipped / 1_000_000_000n), port }
  })

const hello = (peer: Peer) => Effect.map(peer.line, (line): unknown => JSON.parse(line))

const welcome = `${JSON.stringify({
  _tag: "Welcome", seq: 1, at: 1, room: "lobby", you: { id: "m1", name: "ada" }, here: 1, members: [{ id: "m1", name: "ada" }], server: "fake",
  limits: { lineBytes: 100, nameGraphemes: 32, nameBytes: 128 }
})}\n`

describe("A client whose server says that it is started again", () => {
  it.scopedLive("tries for two minutes to come back, however short it tries after a loss, and then says so", () =>
    Effect.gen(function* () {
      const { codes, message, port, seconds } = yield* ended(true, { reconnect: 3000 })
      expect(codes).toEqual(["restarting"])
      expect(seconds).toBeGreaterThanOrEqual(115)
      expect(seconds).toBeLessThanOrEqual(121)
      expect(message).toBe(`Connection to 127.0.0.1:${port} lost: the server was restarting, and has not come back in time.`)
    })
  )

  it.scopedLive("tries for as long as it is told to, and not at all where it does not come back by itself, nor after a close", () =>
    Effect.gen(function* () {
      expect((yield* ended(true, { reconnect: 3000, afterRestart: 10_000 })).seconds).toBeLessThanOrEqual(11)
      expect(yield* ended(true, {})).toMatchObject({ codes: ["restarting"], message: undefined, seconds: 0 })
      expect(yield* ended(false, { reconnect: 3000 })).toMatchObject({ codes: ["closing"], message: undefined, seconds: 0 })
    })
  )

  it.scopedLive("tries another name where somebody was faster with its own", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const retry = () => "ada_2"
      const joining = yield* Effect.fork(ChatClient.connect({ host, port: server.port, nickname: "ada", reconnect: 20_000, retry }).pipe(Effect.provide(TcpDial.layer)))
      const first = yield* server.accept
      yield* first.send(welcome)
      yield* Fiber.join(joining)
      yield* first.send(`${JSON.stringify({ _tag: "Goodbye", at: 1, code: "restarting", reason: "a new version" })}\n`)
      yield* hello(first)
      const second = yield* server.accept
      expect(yield* hello(second)).toMatchObject({ nickname: "ada" })
      yield* second.send(`${JSON.stringify({ _tag: "Refused", at: 1, code: "name-taken", message: "The name ada is taken: choose another." })}\n`)
      expect(yield* hello(second)).toMatchObject({ nickname: "ada_2", returning: "restarted" })
    })
  )

  it.scopedLive("says in its hellos that it comes back after that, until it is in again", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer
      const joining = yield* Effect.fork(ChatClient.connect({ host, port: server.port, nickname: "ada", reconnect: 20_000 }).pipe(Effect.provide(TcpDial.layer)))
      const first = yield* server.accept
      expect(yield* hello(first)).not.toHaveProperty("returning")
      yield* first.send(welcome)
      yield* Fiber.join(joining)
      yield* first.send(`${JSON.stringify({ _tag: "Goodbye", at: 1, code: "restarting", reason: "a new version" })}\n`)
      const second = yield* server.accept
      expect(yield* hello(second)).toMatchObject({ nickname: "ada", returning: "restarted" })
      second.socket.resetAndDestroy()
      const third = yield* server.accept
      expect(yield* hello(third)).toMatchObject({ nickname: "ada", returning: "restarted" })
      yield* third.send(welcome)
      yield* third.end
      expect(yield* hello(yield* server.accept)).not.toHaveProperty("returning")
    })
  )
})
