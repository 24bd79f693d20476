import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { ircClient, says } from "../../../support/irc.ts"
import type { Peer } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

/** How much clients may say here: little, so that a flood of few lines waits. An address may say far more. */
const rateLimit = { perSecond: 100, burst: 30 }
const config = { rateLimit, addressRateLimit: 1_000_000, addressRateBurst: 1_000_000, connectRateLimit: 1000, connectRateBurst: 1000 }

/** How many bytes of an answer count for one message. */
const answerBytes = 4096

/** Somebody, in a room with many whose names in full are long, and with many masks. */
const crowded = Effect.gen(function* () {
  const { port } = yield* opened(config)
  const flooder = yield* ircClient(port, "flooder", "userhost-in-names")
  const masks = Array.from({ length: 100 }, (_, n) => `guest${n}*!*${"x".repeat(60)}*@*`)
  yield* says(flooder, "JOIN #crowd", ...Array.from({ length: 20 }, (_, n) => `MODE #crowd +bbbbb ${masks.slice(5 * n, 5 * n + 5).join(" ")}`))
  yield* Effect.forEach(
    Array.from({ length: 60 }, (_, n) => n),
    (n) => Effect.flatMap(ircClient(port, `guest-of-the-flooder-${n}`), (peer) => says(peer, `SETNAME :${"very long name ".repeat(9)}`, "JOIN #crowd", `JOIN #room${n}`, `TOPIC #room${n} :${"about nothing at all ".repeat(15)}`)),
    { concurrency: 10, discard: true }
  )
  const others = [yield* ircClient(port, "ada"), yield* ircClient(port, "bob")] as const
  for (const peer of others) yield* says(peer, "JOIN #calm")
  yield* says(flooder)
  return { flooder, others, port }
})

/** Reads up to the answer to the ping behind a flood: how many bytes came; and when the next ping is answered, as some of the flood is paid for only then. */
const flooded = (peer: Peer) =>
  Effect.gen(function* () {
    let bytes = 0
    for (;;) {
      const line = yield* peer.line
      if (line.includes("PONG brusio :over")) {
        yield* says(peer)
        return { bytes, at: performance.now() }
      }
      // What a client is told that has to wait.
      if (!line.includes(" NOTICE ")) bytes += Buffer.byteLength(line)
    }
  })

/** Floods of questions, and how many messages each line of them counts for at least. */
const floods: ReadonlyArray<readonly [title: string, line: string, lines: number, least: number]> = [
  ["the list of bans", "MODE #crowd b", 80, 2],
  ["who is in a room", "WHO #crowd", 50, 2],
  ["whoever there is", "WHO *", 50, 2],
  ["the rooms", "LIST", 40, 4],
  ["the names of all rooms", "NAMES", 120, 1],
  ["many people to be watched for", `MONITOR + ${Array.from({ length: 60 }, (_, n) => `no${n}`).join(",")}`, 5, 60],
  ["who somebody is", "WHOIS guest-of-the-flooder-1", 200, 1]
]

describe("A flood of questions costs what the answers cost, and nobody else waits for it:", () => {
  for (const [title, line, lines, least] of floods) {
    it.scopedLive(title, () =>
      Effect.gen(function* () {
        const { flooder, others: [ada, bob] } = yield* crowded
        const start = performance.now()
        yield* flooder.send(`${`${line}\r\n`.repeat(lines)}PING :over\r\n`)
        const flood = yield* Effect.fork(flooded(flooder))
        for (let n = 0; n < 5; n += 1) {
          yield* says(ada, `PRIVMSG #calm :${n}`)
          expect(yield* says(bob)).toEqual([`:ada!~u@brusio PRIVMSG #calm :${n}`])
        }
        expect(yield* Fiber.poll(flood)).toMatchObject({ _tag: "None" })
        const { at, bytes } = yield* Fiber.join(flood)
        const cost = Math.max(lines * least, bytes / answerBytes)
        expect(bytes / answerBytes).toBeGreaterThanOrEqual(least > 1 && !line.startsWith("MONITOR") ? lines * (least - 1) : 0)
        expect(at - start).toBeGreaterThan(((cost - rateLimit.burst) * 1000) / rateLimit.perSecond - 50)
      })
    )
  }
})
