import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ircClient, says } from "../../../support/irc.ts"
import type { Peer } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

const history = { lines: 1000, bytes: 1_000_000, age: 3_600_000, allBytes: 1_000_000 }
const capabilities = "batch message-tags echo-message draft/message-redaction draft/chathistory draft/multiline"

/** Three who have claimed their names, and the words with which the first has said something to the second. */
const three = Effect.gen(function* () {
  const { port } = yield* opened({ history })
  const client = (nick: string, some = capabilities) => Effect.tap(ircClient(port, nick, some), (peer) => says(peer, `REGISTER ${nick} * :words`))
  const ada = yield* client("ada")
  const bob = yield* client("bob")
  const eve = yield* client("eve")
  return { ada, bob, eve, port, client }
})

const idOf = (lines: ReadonlyArray<string>): string => /msgid=([^; ]+)/u.exec(lines[0] ?? "")?.[1] ?? ""
const codes = (peer: Peer, line: string) => Effect.map(says(peer, line), (lines) => lines.map((each) => each.replace(/ :.*$/u, "")))

describe("What was said to one alone", () => {
  it.scopedLive("can be taken back by its author, and both are told", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* three
      const id = idOf(yield* says(ada, "PRIVMSG bob :oh no"))
      yield* says(bob)
      expect(yield* says(ada, `REDACT bob ${id} :a slip`)).toEqual([`:ada!~u@brusio REDACT bob ${id} :a slip`])
      expect(yield* says(bob)).toEqual([`:ada!~u@brusio REDACT bob ${id} :a slip`])
      expect(yield* says(bob, "CHATHISTORY LATEST ada * 10")).toHaveLength(2)
      expect(yield* says(ada, "CHATHISTORY LATEST bob * 10")).toHaveLength(2)
      expect(yield* codes(ada, `REDACT bob ${id}`)).toEqual([`FAIL REDACT UNKNOWN_MSGID bob ${id}`])
    })
  )

  it.scopedLive("is taken back as a whole where it has several lines", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* three
      const id = idOf(yield* says(ada, "BATCH +1 draft/multiline bob", "@batch=1 PRIVMSG bob :one", "@batch=1 PRIVMSG bob :two", "BATCH -1"))
      yield* says(bob)
      yield* says(ada, `REDACT bob ${id}`)
      expect(yield* says(bob)).toEqual([`:ada!~u@brusio REDACT bob ${id}`])
      expect(yield* says(bob, "CHATHISTORY LATEST ada * 10")).toHaveLength(2)
    })
  )

  it.scopedLive("can be taken back by nobody else, and not as what somebody else was told", () =>
    Effect.gen(function* () {
      const { ada, bob, eve } = yield* three
      const id = idOf(yield* says(ada, "PRIVMSG bob :hello"))
      yield* says(bob)
      expect(yield* codes(bob, `REDACT ada ${id}`)).toEqual([`FAIL REDACT REDACT_FORBIDDEN ada ${id}`])
      expect(yield* codes(eve, `REDACT bob ${id}`)).toEqual([`FAIL REDACT UNKNOWN_MSGID bob ${id}`])
      expect(yield* codes(ada, `REDACT eve ${id}`)).toEqual([`FAIL REDACT UNKNOWN_MSGID eve ${id}`])
      expect(yield* codes(ada, `REDACT nobody ${id}`)).toEqual(["FAIL REDACT INVALID_TARGET nobody"])
      expect(yield* says(bob, "CHATHISTORY LATEST ada * 10")).toHaveLength(3)
      expect(yield* says(ada)).toEqual([])
    })
  )

  it.scopedLive("is kept for nobody who has claimed no name: then it cannot be taken back", () =>
    Effect.gen(function* () {
      const { port } = yield* three
      const kim = yield* ircClient(port, "kim", capabilities)
      yield* ircClient(port, "zoe", capabilities)
      const id = idOf(yield* says(kim, "PRIVMSG zoe :hello"))
      expect(yield* codes(kim, `REDACT zoe ${id}`)).toEqual([`FAIL REDACT UNKNOWN_MSGID zoe ${id}`])
    })
  )
})
