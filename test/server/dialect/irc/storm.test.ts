import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { connect, eventually, type Peer } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

/** What one client was told: whom its lists name, and who came, in order. */
interface Heard {
  /** The lists of names, in order: whom each names, and who was known by then, as far as it went. */
  readonly lists: ReadonlyArray<{ readonly names: ReadonlyArray<string>; readonly known: ReadonlySet<string> }>
  readonly told: ReadonlyArray<string>
  readonly known: ReadonlySet<string>
  /** Whoever was told of as coming who was known to be there, but for oneself, who is in the first list. */
  readonly twice: ReadonlyArray<string>
}

const heard = (text: string): Heard => {
  const lists: Array<Heard["lists"][number]> = []
  const told: Array<string> = []
  const twice: Array<string> = []
  let known: ReadonlySet<string> = new Set()
  let list: ReadonlyArray<string> = []
  for (const line of text.split("\r\n")) {
    const [, names] = /^:brusio 353 \S+ = #lobby :(.*)$/u.exec(line) ?? []
    const [, came] = /^:(\S+?)!\S+ (?:JOIN|QUIT)/u.exec(line) ?? []
    if (names !== undefined) list = [...list, ...names.split(" ")]
    if (came !== undefined) {
      if (known.has(came)) twice.push(came)
      told.push(came)
      known = new Set([...known, came])
    }
    if (line.startsWith(":brusio 366 ")) {
      lists.push({ names: list, known })
      known = new Set([...known, ...list])
      list = []
    }
  }
  return { lists, told, known, twice }
}

const isDone = (text: string): boolean => / 366 \S+ #lobby :/u.test(text)

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
      yield* Effect.forEach(peers, (peer, n) => registered(peer, nicks[n] ?? "", "JOIN #lobby\r\nMODE #lobby\r\nWHO #lobby\r\nNAMES #lobby\r\n"), { concurrency: "unbounded" })
      const everybody = ["watcher", ...nicks].sort()
      yield* eventually("everybody knows everybody", () => [watcher, ...peers].every((peer) => isDone(text(peer)) && heard(text(peer)).known.size === everybody.length))
      // All that was under way has come once an answer behind it has.
      yield* Effect.forEach([watcher, ...peers], (peer) => peer.send("PING end\r\n"))
      yield* eventually("an answer", () => [watcher, ...peers].every((peer) => text(peer).includes(":end\r\n")))
      expect(heard(text(watcher)).told.toSorted()).toEqual(everybody)
      for (const [n, peer] of peers.entries()) {
        const { known, lists: [first, ...others], told, twice } = heard(text(peer))
        expect(told.filter((nick) => nick === nicks[n])).toEqual([nicks[n]])
        expect(new Set(told).size).toBe(told.length)
        expect([...known].sort()).toEqual(everybody)
        // Whoever is named as being there is not told of as coming afterwards.
        expect(twice).toEqual([])
        expect(first?.names).toContain(nicks[n])
        // What it asks then is answered at its place among the comings: nobody is named before, nor left out who has come.
        expect(others.length).toBe(1)
        for (const { known, names } of others) expect(names.toSorted()).toEqual([...known].toSorted())
      }
    })
  )
})
