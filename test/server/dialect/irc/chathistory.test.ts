import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { says } from "../../../support/irc.ts"
import { connect } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

const history = { lines: 1000, bytes: 1_000_000, age: 3_600_000, allBytes: 1_000_000 }

const client = (port: number, nick: string, capabilities = "batch draft/chathistory", account?: string) =>
  Effect.gen(function* () {
    const peer = yield* connect(port)
    const register = account === undefined ? [] : [`REGISTER ${account} * :secret`]
    yield* says(peer, `CAP REQ :${capabilities}`, `NICK ${nick}`, `USER ${nick} 0 * :${nick}`, "CAP END", ...register)
    return peer
  })

/** The words of the messages in an answer; or the failure, without what it is of. */
const textsOf = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.flatMap((line) => {
    const failed = /^FAIL CHATHISTORY (.*)$/u.exec(line)?.[1]
    const said = /^@\S*batch=\S+ \S+ (?:PRIVMSG|TOPIC|TAGMSG|CHATHISTORY TARGETS) (.*)$/u.exec(line)?.[1]
    return failed ?? said?.replace(/^\S+ :/u, "") ?? []
  })

/** Somebody in a room in which 10 lines were said, with the ids of these. */
const told = (capabilities = "batch draft/chathistory message-tags server-time echo-message") =>
  Effect.gen(function* () {
    const { port } = yield* opened({ history })
    const ada = yield* client(port, "ada", capabilities)
    yield* says(ada, "JOIN #dev")
    const lines = yield* says(ada, ...Array.from({ length: 10 }, (_, n) => `PRIVMSG #dev :${n}`))
    const idOf = (n: number) => `msgid=${/[@;]msgid=([^; ]+)/u.exec(lines[n] ?? "")?.[1] ?? ""}`
    const asks = (words: string) => Effect.map(says(ada, `CHATHISTORY ${words}`), textsOf)
    return { ada, asks, idOf, lines, port }
  })

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => String(from + n))

describe("CHATHISTORY", () => {
  it.scopedLive("answers with what was said beside a message", () =>
    Effect.gen(function* () {
      const { asks, idOf } = yield* told()
      expect(yield* asks("LATEST #dev * 3")).toEqual(numbers(7, 9))
      expect(yield* asks("latest #DEV * 100000")).toEqual(numbers(0, 9))
      expect(yield* asks(`LATEST #dev ${idOf(4)} 20`)).toEqual(numbers(5, 9))
      expect(yield* asks(`LATEST #dev ${idOf(4)} 2`)).toEqual(numbers(8, 9))
      expect(yield* asks(`BEFORE #dev ${idOf(6)} 20`)).toEqual(numbers(0, 5))
      expect(yield* asks(`BEFORE #dev ${idOf(6)} 2`)).toEqual(numbers(4, 5))
      expect(yield* asks(`AFTER #dev ${idOf(3)} 20`)).toEqual(numbers(4, 9))
      expect(yield* asks(`AFTER #dev ${idOf(3)} 2`)).toEqual(numbers(4, 5))
      expect(yield* asks(`BETWEEN #dev ${idOf(0)} ${idOf(9)} 3`)).toEqual(numbers(1, 3))
      expect(yield* asks(`BETWEEN #dev ${idOf(9)} ${idOf(0)} 3`)).toEqual(numbers(6, 8))
      expect(yield* asks(`AROUND #dev ${idOf(7)} 1`)).toEqual(["7"])
      expect(yield* asks(`AROUND #dev ${idOf(7)} 4`)).toEqual(numbers(5, 8))
      expect(yield* asks("AFTER #dev timestamp=2001-01-01T00:00:00.000Z 2")).toEqual(numbers(0, 1))
      expect(yield* asks("BEFORE #dev timestamp=2001-01-01T00:00:00.000Z 2")).toEqual([])
      expect(yield* asks("BETWEEN #dev timestamp=2001-01-01T00:00:00Z timestamp=2200-01-01T00:00:00Z 20")).toEqual(numbers(0, 9))
    })
  )

  it.scopedLive("repeats a message as it was told, in a batch, which is in that of a labelled response", () =>
    Effect.gen(function* () {
      const { ada, lines } = yield* told("batch draft/chathistory message-tags server-time echo-message labeled-response")
      const tags = /^@(\S+) /u.exec(lines[9] ?? "")?.[1] ?? "none"
      const heard = (yield* says(ada, "CHATHISTORY LATEST #dev * 1")).map((line) => line.replace(/^@time=\S+ :brusio /u, ""))
      expect(heard).toEqual(["BATCH +history1 chathistory #dev", `@batch=history1;${tags} :ada!~u@brusio PRIVMSG #dev :9`, "BATCH -history1"])
      const labelled = yield* says(ada, "@label=x CHATHISTORY LATEST #dev * 1")
      expect(labelled.map((line) => line.replace(/;?time=[^; ]+/u, ""))).toEqual([
        "@label=x :brusio BATCH +1 labeled-response",
        "@batch=1 :brusio BATCH +history2 chathistory #dev",
        expect.stringMatching(/^@batch=history2;msgid=\S+ :ada!~u@brusio PRIVMSG #dev :9$/u),
        "@batch=1 :brusio BATCH -history2",
        "BATCH -1"
      ])
    })
  )

  it.scopedLive("says what is wrong", () =>
    Effect.gen(function* () {
      const { ada, asks, port } = yield* told()
      expect(yield* asks("LATEST #nowhere * 1")).toEqual(["INVALID_TARGET LATEST #nowhere :Messages could not be retrieved"])
      expect(yield* asks("LATEST nobody * 1")).toEqual(["INVALID_TARGET LATEST nobody :Messages could not be retrieved"])
      expect(yield* asks("LATEST #dev *")).toEqual(["NEED_MORE_PARAMS LATEST :Missing parameters"])
      expect(yield* asks("BETWEEN #dev msgid=1-1 1")).toEqual(["NEED_MORE_PARAMS BETWEEN :Missing parameters"])
      expect(yield* asks("TARGETS timestamp=2001-01-01T00:00:00Z")).toEqual(["NEED_MORE_PARAMS TARGETS :Missing parameters"])
      expect(yield* asks("BEFORE #dev * 1")).toEqual(["INVALID_MSGREFTYPE BEFORE * :Name a message by msgid=ID or timestamp=TIME"])
      expect(yield* asks("BEFORE #dev timestamp=noon 1")).toEqual(["INVALID_PARAMS BEFORE timestamp=noon :No message has this id, or there is no such time"])
      expect(yield* asks("AFTER #dev msgid=? 1")).toEqual(["INVALID_PARAMS AFTER msgid=? :No message has this id, or there is no such time"])
      expect(yield* asks("LATEST #dev * none")).toEqual(["INVALID_PARAMS LATEST none :How many messages is a number from 1 on"])
      expect(yield* asks("OLDEST #dev * 1")).toEqual(["UNKNOWN_COMMAND OLDEST :Unknown command"])
      expect((yield* says(ada, "CHATHISTORY")).at(-1)).toContain("461 ada CHATHISTORY :Not enough parameters")
      // Who is not in a room learns nothing of it.
      const bob = yield* client(port, "bob")
      expect(textsOf(yield* says(bob, "CHATHISTORY LATEST #dev * 1"))).toEqual(["INVALID_TARGET LATEST #dev :Messages could not be retrieved"])
    })
  )

  it.scopedLive("is not there where the server keeps nothing, and empty where a room does", () =>
    Effect.gen(function* () {
      const bare = yield* opened()
      const eve = yield* client(bare.port, "eve", "batch")
      expect(yield* says(eve, "CAP REQ :draft/chathistory", "CHATHISTORY LATEST #lobby * 1")).toEqual(["CAP eve NAK :draft/chathistory", "421 eve CHATHISTORY :Unknown command: this server keeps nothing of what is said"])
      const { port } = yield* opened({ history })
      const ada = yield* client(port, "ada")
      // A locked room keeps nothing.
      yield* says(ada, "JOIN #dev", "MODE #dev +i", "PRIVMSG #dev :psst")
      expect(yield* says(ada, "CHATHISTORY LATEST #dev * 1")).toEqual(["BATCH +history1 chathistory #dev", "BATCH -history1"])
    })
  )

  it.scopedLive("shows topics, and signals that are to be kept, only to who asks for them", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ history })
      const ada = yield* client(port, "ada", "batch draft/chathistory draft/event-playback message-tags")
      const bob = yield* client(port, "bob", "batch draft/chathistory message-tags")
      yield* says(ada, "JOIN #dev", "TOPIC #dev :work", "PRIVMSG #dev :hello", "@+draft/persist;+x=1 TAGMSG #dev", "@+typing=active TAGMSG #dev")
      yield* says(bob, "JOIN #dev")
      expect(textsOf(yield* says(ada, "CHATHISTORY LATEST #dev * 10"))).toEqual(["work", "hello", "#dev"])
      expect(textsOf(yield* says(bob, "CHATHISTORY LATEST #dev * 10"))).toEqual(["hello"])
    })
  )

  it.scopedLive("has what was said to one alone, for who has claimed a name and asked for it", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ history })
      const ada = yield* client(port, "ada", "batch draft/chathistory", "ada")
      const bob = yield* client(port, "bob", "batch", "bob")
      const eve = yield* client(port, "eve")
      yield* says(ada, "PRIVMSG bob :one")
      yield* says(bob, "PRIVMSG ada :two")
      yield* says(eve, "PRIVMSG ada :three")
      expect(textsOf(yield* says(ada, "CHATHISTORY LATEST BOB * 10"))).toEqual(["one", "two"])
      expect(textsOf(yield* says(ada, "CHATHISTORY LATEST eve * 10"))).toEqual(["three"])
      // Bob has not asked, eve has claimed no name.
      expect(textsOf(yield* says(bob, "CAP REQ :draft/chathistory", "CHATHISTORY LATEST ada * 10"))).toEqual([])
      expect(textsOf(yield* says(eve, "CHATHISTORY LATEST ada * 10"))).toEqual(["INVALID_TARGET LATEST ada :Messages could not be retrieved"])
      yield* says(ada, "PRIVMSG bob :four")
      expect(textsOf(yield* says(bob, "CHATHISTORY LATEST ada * 10"))).toEqual(["four"])
    })
  )

  it.scopedLive("names those with whom one has talked, and when last", () =>
    Effect.gen(function* () {
      const { port } = yield* opened({ history })
      const ada = yield* client(port, "ada", "batch draft/chathistory echo-message server-time", "ada")
      yield* client(port, "bob")
      const at = (lines: ReadonlyArray<string>) => /^@time=(\S+) /u.exec(lines.at(-1) ?? "")?.[1] ?? ""
      const [room, letter] = [at(yield* says(ada, "JOIN #dev", "PRIVMSG #dev :one")), at(yield* says(ada, "PRIVMSG bob :two"))]
      const targets = (from: string, to: string, limit = 10) => Effect.map(says(ada, `CHATHISTORY TARGETS timestamp=${from} timestamp=${to} ${limit}`), (lines) => lines.flatMap((line) => /CHATHISTORY TARGETS (.*)$/u.exec(line)?.[1] ?? []))
      const all = [`#dev ${room}`, `bob ${letter}`]
      expect(yield* targets("2001-01-01T00:00:00Z", "2200-01-01T00:00:00Z")).toEqual(all)
      expect(yield* targets("2001-01-01T00:00:00Z", "2200-01-01T00:00:00Z", 1)).toEqual(all.slice(0, 1))
      expect(yield* targets("2200-01-01T00:00:00Z", "2001-01-01T00:00:00Z", 1)).toEqual(all.slice(1))
      expect(yield* targets(letter, "2200-01-01T00:00:00Z")).toEqual([])
    })
  )
})

describe("What somebody says to itself", () => {
  it.scopedLive("is said once, and echoed beside that where it wants its words echoed", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const ada = yield* client(port, "ada", "labeled-response batch")
      expect(yield* says(ada, "PRIVMSG ada :one")).toEqual([":ada!~u@brusio PRIVMSG ada :one"])
      expect(yield* says(ada, "@label=x PRIVMSG ada :two")).toEqual([":ada!~u@brusio PRIVMSG ada :two", "@label=x :brusio ACK"])
      yield* says(ada, "CAP REQ :echo-message")
      expect(yield* says(ada, "PRIVMSG ada :three")).toEqual([":ada!~u@brusio PRIVMSG ada :three", ":ada!~u@brusio PRIVMSG ada :three"])
      expect(yield* says(ada, "@label=y PRIVMSG ada :four")).toEqual([":ada!~u@brusio PRIVMSG ada :four", "@label=y :ada!~u@brusio PRIVMSG ada :four"])
    })
  )
})
