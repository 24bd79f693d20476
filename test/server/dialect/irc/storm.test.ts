import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connect, eventually, type Peer } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

/** What one client was told: names and comings and goings, in order. */
interface Heard {
  readonly names: ReadonlyArray<string>
  readonly told: ReadonlyArray<string>
}

const isDone = (text: string): boolean => / 366 \S+ #lobby :/u.test(text)

const heard = (text: string): Heard => ({
  names: [...text.matchAll(/^:brusio 353 \S+ = #lobby :(.*)\r$/gmu)].flatMap(([, names = ""]) => names.split(" ")),
  told: [...text.matchAll(/^:(\S+?)!\S+ (?:JOIN|QUIT)/gmu)].map(([, nick = ""]) => nick)
})

const registered = (peer: Peer, nick: string, after = ""): Effect.Effect<void> => peer.send(`NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n${after}`)

const text = (peer: Peer): string => peer.unread.toString()

describe("A storm of clients over IRC", () => {
  it.scopedLive.each([3, 40, 300])("of %i: each sees its own coming once, and nobody is told twice or missed", (count) =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const watcher = yield* connect(port)
      yield* registered(watcher, "watcher", "JOIN #lobby\r\n")
      yield* eventually("the room is entered", () => isDone(text(watcher)))
      const nicks = Array.from({ length: count }, (_, n) => `n${n}`)
      const peers = yield* Effect.forEach(nicks, () => connect(port))
      yield* Effect.forEach(peers, (peer, n) => registered(peer, nicks[n] ?? "", "JOIN #lobby\r\n"), { concurrency: "unbounded" })
      const everybody = ["watcher", ...nicks].sort()
      const known = (peer: Peer) => {
        const { names, told } = heard(text(peer))
        return new Set([...names, ...told])
      }
      yield* eventually("everybody knows everybody", () => [watcher, ...peers].every((peer) => isDone(text(peer)) && known(peer).size === everybody.length))
      // All that was under way has come once an answer behind it has.
      yield* Effect.forEach([watcher, ...peers], (peer) => peer.send("PING end\r\n"))
      yield* eventually("an answer", () => [watcher, ...peers].every((peer) => text(peer).includes(":end\r\n")))
      expect(heard(text(watcher)).told.toSorted()).toEqual(everybody)
      for (const [n, peer] of peers.entries()) {
        const { names, told } = heard(text(peer))
        expect(told.filter((nick) => nick === nicks[n])).toEqual([nicks[n]])
        expect(new Set(told).size).toBe(told.length)
        expect([...new Set([...names, ...told])].sort()).toEqual(everybody)
        // Whoever is named as being there is not told of as coming afterwards.
        const after = heard(text(peer).slice(text(peer).indexOf(" 366 "))).told
        expect(after.filter((nick) => names.includes(nick))).toEqual([])
      }
    })
  )
})
