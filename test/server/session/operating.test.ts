import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { connect, type Peer } from "../../support/Peer.ts"
import { opened } from "../../support/room.ts"

const operator = { name: Redacted.make("root"), secret: Redacted.make("sesame") }

/** The lines of a client of IRC up to the answer to a question behind all that it has asked. */
const answers = (peer: Peer, ask: string) =>
  Effect.gen(function* () {
    yield* peer.send(`${ask}\r\nPING end\r\n`)
    const lines: Array<string> = []
    for (;;) {
      const line = (yield* peer.line).replace(/\r$/u, "")
      if (line.endsWith(":end")) return lines
      lines.push(line)
    }
  })

const somebody = (port: number, nick: string, address?: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port, address)
    yield* answers(peer, `NICK ${nick}\r\nUSER ${nick} 0 * :${nick}`)
    return peer
  })

const codes = (lines: ReadonlyArray<string>) => lines.map((line) => line.split(" ")[1])

describe("An operator of the server", () => {
  it.scopedLive("is who says the name and the secret, and nobody who says another", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ operator })
      const ada = yield* somebody(port, "ada")
      expect(codes(yield* answers(ada, "OPER root nonsense\r\nOPER somebody sesame\r\nOPER root"))).toEqual(["464", "464", "461"])
      expect(yield* answers(ada, "OPER root sesame")).toEqual([":brusio 381 ada :You are now an IRC operator", ":ada MODE ada :+o"])
      expect(yield* answers(ada, "MODE ada\r\nMODE ada -o\r\nMODE ada")).toEqual([":brusio 221 ada +o", ":ada MODE ada :-o", ":brusio 221 ada +"])
      expect(codes(yield* answers(ada, "WALLOPS :hello"))).toEqual(["481"])
    })
  )

  it.scopedLive("is nobody where the server knows none", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      expect(codes(yield* answers(yield* somebody(port, "ada"), "OPER root sesame\r\nKILL ada\r\nWALLOPS :hello"))).toEqual(["464", "481", "481"])
    })
  )

  it.scopedLive("is not looked at after too many wrong secrets from an address", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ operator })
      const eve = yield* somebody(port, "eve")
      yield* answers(eve, "OPER root 1\r\nOPER root 2\r\nOPER root 3\r\nOPER root 4")
      expect(codes(yield* answers(eve, "OPER root sesame"))).toEqual(["464"])
      expect(codes(yield* answers(yield* somebody(port, "ada", "127.0.0.3"), "OPER root sesame"))).toEqual(["381", "MODE"])
    })
  )

  it.scopedLive("sends anybody away, speaks to those who listen, and rules every room that it is in", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ operator })
      const ada = yield* somebody(port, "ada")
      const bob = yield* somebody(port, "bob")
      const eve = yield* somebody(port, "eve")
      yield* answers(bob, "MODE bob +w\r\nJOIN #dev")
      yield* answers(eve, "JOIN #dev")
      expect(codes(yield* answers(ada, "JOIN #dev\r\nOPER root sesame"))).toEqual(["#dev", "353", "366", "381", "MODE"].map((code) => (code === "#dev" ? "JOIN" : code)))
      expect(yield* answers(ada, "MODE #dev +m")).toEqual([":ada!~u@brusio MODE #dev +m"])
      yield* answers(bob, "")
      yield* answers(eve, "")
      expect(yield* answers(ada, "WALLOPS :hello all\r\nKILL eve :enough")).toContain(":ada!~u@brusio WALLOPS :hello all")
      expect(yield* answers(bob, "")).toEqual([":ada!~u@brusio WALLOPS :hello all", ":eve!~u@brusio QUIT :removed: enough"])
      const last = yield* eve.rest
      expect(last).not.toContain("WALLOPS")
      expect(last).toContain("ERROR :Closing Link")
    })
  )
})
