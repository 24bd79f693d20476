import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Console from "../../src/server/operator/Console.ts"
import * as Server from "../../src/server/Server.ts"
import * as PortDoor from "../../src/server/door/recognise.ts"
import { EndOfInput } from "../../src/net/Errors.ts"
import { silence } from "../../src/net/Inbox.ts"
import { pair } from "../../src/net/pair.ts"
import type { Read } from "../../src/net/Connection.ts"
import { FallingClock } from "../support/FallingClock.ts"
import { connect } from "../support/Peer.ts"
import { member, next, open, opened, tell } from "../support/room.ts"

const setBack = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.withClock(effect, new FallingClock())

describe("Where the system's clock is set back again and again", () => {
  it.scopedLive("what a client is told bears a time that never goes back, to the goodbye", () =>
    setBack(
      Effect.gen(function* () {
        const { close, port, server } = yield* opened({ keepalive: 1, keepaliveEvery: 10 })
        const ada = yield* member(port, "ada")
        const bob = yield* member(port, "bob")
        const came = yield* next(ada, "Joined")
        const pinged = yield* next(ada, "Ping")
        expect(pinged.at).toBeGreaterThanOrEqual(came.at)
        yield* server.kick("bob")
        expect((yield* next(bob, "Goodbye")).at).toBeGreaterThanOrEqual(came.at)
        yield* tell(ada, { _tag: "Ping" })
        const answered = yield* next(ada, "Pong")
        expect(answered.at).toBeGreaterThanOrEqual(came.at)
        yield* close("the end")
        expect((yield* next(ada, "Goodbye")).at).toBeGreaterThanOrEqual(answered.at)
      })
    )
  )

  it.effect("the bytes after the first are not waited for longer than the time for that", () =>
    setBack(
      Effect.gen(function* () {
        const { recognise } = yield* PortDoor.PortDoor
        const patiences: Array<number | undefined> = []
        // "U" and "US" can still become a name or the first line of a mail client.
        const reads: Array<Read> = [Buffer.from("U"), Buffer.from("S"), silence]
        const read = (patience?: number) =>
          Effect.sync(() => {
            patiences.push(patience)
            return reads.shift() ?? new EndOfInput()
          })
        const [ours] = pair(65_536, () => undefined)
        const recognised = yield* recognise(Object.assign(ours, { read }))
        expect(recognised).toMatchObject({ dialect: { name: "plain" } })
        expect(patiences).toHaveLength(3)
        for (const patience of patiences.slice(1)) expect(patience).toBeLessThanOrEqual(200)
      })
    ).pipe(Effect.provide(PortDoor.layer), Effect.provide(Server.core({ detectWithin: 200 })))
  )

  it.scopedLive("the header of a proxy is not waited for longer than the time for that", () =>
    setBack(
      Effect.gen(function* () {
        const { port } = yield* opened({ trustProxy: ["127.0.0.1"], proxyHeaderWithin: 100 })
        const peer = yield* connect(port)
        yield* peer.send("PROXY ")
        expect(yield* peer.closed).toBe("end")
      })
    )
  )

  it.scopedLive("the uptime is how long the server is up", () =>
    setBack(
      Effect.gen(function* () {
        const shown = yield* Queue.unbounded<string>()
        const output = Console.ConsoleOutput.of({ write: () => undefined, status: (line) => Queue.unsafeOffer(shown, line) })
        const { context } = yield* open(
          Server.port.pipe(
            Layer.provideMerge(Console.layer(Console.formats.plain)),
            Layer.provideMerge(Server.core({ port: 0 })),
            Layer.provideMerge(Layer.succeed(Console.ConsoleOutput, output))
          )
        )
        yield* Context.get(context, Console.Console).open("here", [])
        expect(yield* Queue.take(shown)).toMatch(/ up 0:00:0\d /u)
      })
    )
  )
})
