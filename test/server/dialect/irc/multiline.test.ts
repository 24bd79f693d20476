import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import { lenient } from "../../../../src/domain/Text.ts"
import { Multiline, mostBytes, mostLines } from "../../../../src/server/dialect/irc/Multiline.ts"
import { ircClient, says } from "../../../support/irc.ts"
import { connect } from "../../../support/Peer.ts"
import { opened } from "../../../support/room.ts"

const history = { lines: 1000, bytes: 1_000_000, age: 3_600_000, allBytes: 1_000_000 }
const capabilities = "batch message-tags draft/multiline"

const without = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map((line) => line.replace(/;?(?:time|msgid)=[^; ]+/gu, "").replace(/^@(?:;|(?= ) )/u, (start) => (start === "@;" ? "@" : "")))

/** Ada, who sends messages of several lines, and Bob, who has these capabilities, in a room. */
const two = (ofBob: string, ofAda = capabilities, config: Parameters<typeof opened>[0] = {}) =>
  Effect.gen(function* () {
    const { port } = yield* opened(config)
    const ada = yield* ircClient(port, "ada", ofAda)
    yield* says(ada, "JOIN #dev")
    const bob = yield* ircClient(port, "bob", ofBob)
    yield* says(bob, "JOIN #dev")
    yield* says(ada)
    return { ada, bob, port }
  })

const poem = ["BATCH +1 draft/multiline #dev", "@batch=1 PRIVMSG #dev :", "@batch=1 PRIVMSG #dev :roses are", "@batch=1;draft/multiline-concat PRIVMSG #dev : red", "@batch=1 PRIVMSG #dev :  violets are blue", "BATCH -1"]

describe("A message of several lines", () => {
  it.scopedLive("is one batch for who knows of that, and its lines for all others", () =>
    Effect.gen(function* () {
      const { ada, bob, port } = yield* two("batch message-tags server-time draft/multiline")
      const old = yield* ircClient(port, "old", "message-tags")
      yield* says(old, "JOIN #dev")
      yield* says(bob)
      yield* says(ada)
      expect(yield* says(ada, ...poem)).toEqual([])
      const heard = yield* says(bob)
      const id = /lines\w+/u.exec(heard[0] ?? "")?.[0] ?? ""
      expect(heard[0]).toMatch(/^@time=\S+;msgid=\S+ :ada!~u@brusio BATCH \+lines\w+ draft\/multiline #dev$/u)
      expect(heard.slice(1)).toEqual([
        `@batch=${id} :ada!~u@brusio PRIVMSG #dev :`,
        `@batch=${id} :ada!~u@brusio PRIVMSG #dev :roses are`,
        `@batch=${id};draft/multiline-concat :ada!~u@brusio PRIVMSG #dev : red`,
        `@batch=${id} :ada!~u@brusio PRIVMSG #dev :  violets are blue`,
        `BATCH -${id}`
      ])
      const [, msgid] = /msgid=(\S+)/u.exec(heard[0] ?? "") ?? []
      expect(yield* says(old)).toEqual([`@msgid=${msgid ?? ""} :ada!~u@brusio PRIVMSG #dev :roses are`, ":ada!~u@brusio PRIVMSG #dev : red", ":ada!~u@brusio PRIVMSG #dev :  violets are blue"])
    })
  )

  it.scopedLive("is a line each for people with other programs, without the empty ones, and with what was cut in one piece", () =>
    Effect.gen(function* () {
      const { port } = yield* opened()
      const plain = yield* connect(port)
      yield* plain.send("eve\n")
      expect(yield* plain.line).toMatch(/^Welcome eve!/u)
      const ada = yield* ircClient(port, "ada", capabilities)
      yield* says(ada, "JOIN #lobby", ...poem.map((line) => line.replaceAll("#dev", "#lobby")))
      expect([yield* plain.line, yield* plain.line, yield* plain.line].map((line) => line.trimEnd())).toEqual(["ada has joined the chat!", "ada: roses are red", "ada:   violets are blue"])
    })
  )

  it.scopedLive("can be said to one alone, is answered with its label, and told back where that is wanted", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* two(capabilities, `${capabilities} labeled-response echo-message`)
      const whisper = ["@label=x;+mood=fine BATCH +a draft/multiline bob", "@batch=a NOTICE bob :one", "@batch=a NOTICE bob :two", "BATCH -a"]
      const heard = without(yield* says(ada, ...whisper))
      const id = /lines\w+/u.exec(heard[0] ?? "")?.[0] ?? ""
      expect(heard).toEqual([`@label=x;+mood=fine :ada!~u@brusio BATCH +${id} draft/multiline bob`, `@batch=${id} :ada!~u@brusio NOTICE bob :one`, `@batch=${id} :ada!~u@brusio NOTICE bob :two`, `BATCH -${id}`])
      expect(without(yield* says(bob))).toEqual([`@+mood=fine :ada!~u@brusio BATCH +${id} draft/multiline bob`, ...heard.slice(1)])
      yield* says(ada, "CAP REQ :-echo-message")
      expect(yield* says(ada, ...whisper)).toEqual(["@label=x :brusio ACK"])
      expect(yield* says(ada, "@label=y BATCH +a draft/multiline nobody", "@batch=a PRIVMSG nobody :one", "@label=z PING 1", "BATCH -a")).toEqual([
        "@label=z :brusio PONG brusio :1",
        "@label=y :brusio 401 ada nobody :No such nick/channel"
      ])
    })
  )

  it.scopedLive("is not said where a line of it is refused, and its author is told that once", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* two("", `${capabilities} labeled-response`)
      const begun = "@label=x BATCH +1 draft/multiline #dev"
      const fails = (...lines: ReadonlyArray<string>) => Effect.map(says(ada, begun, ...lines, "@batch=1 PRIVMSG #dev :last", "BATCH -1"), (heard) => heard.map((line) => line.replace(/ :[^:]*$/u, "")))
      const failed = (words: string) => [`@label=x :brusio FAIL BATCH ${words}`]
      expect(yield* fails("@batch=1 PRIVMSG #dev :hi", "@batch=1;draft/multiline-concat PRIVMSG #dev :")).toEqual(failed("MULTILINE_INVALID"))
      expect(yield* fails("@batch=1;draft/multiline-concat PRIVMSG #dev :first")).toEqual(failed("MULTILINE_INVALID"))
      expect(yield* fails("@batch=1 PRIVMSG #dev :hi", "@batch=1 NOTICE #dev :hi")).toEqual(failed("MULTILINE_INVALID"))
      expect(yield* fails("@batch=1 PING :hi")).toEqual(failed("MULTILINE_INVALID"))
      expect(yield* fails("@batch=1 PRIVMSG #dev :\u0001ACTION waves\u0001")).toEqual(failed("MULTILINE_INVALID"))
      expect(yield* fails("@batch=1 PRIVMSG #other :hi")).toEqual(failed("MULTILINE_INVALID_TARGET #dev #other"))
      expect(yield* fails(...Array.from({ length: mostLines + 3 }, () => "@batch=1 PRIVMSG #dev :hi"))).toEqual(failed(`MULTILINE_MAX_LINES ${mostLines}`))
      expect(yield* fails(...Array.from({ length: 11 }, () => `@batch=1 PRIVMSG #dev :${"x".repeat(400)}`))).toEqual(failed(`MULTILINE_MAX_BYTES ${mostBytes}`))
      expect(yield* fails(`@batch=1 PRIVMSG #dev :${"x".repeat(600)}`)).toEqual(["@label=x :brusio 417 ada"])
      expect(yield* fails(`@batch=1 PRIVMSG #dev :${"x".repeat(20_000)}`)).toEqual(["@label=x :brusio 417 ada"])
      // It is told at once, and not when the message has ended.
      expect((yield* says(ada, begun, "@batch=1 PING :hi")).map((line) => line.replace(/ :[^:]*$/u, ""))).toEqual(failed("MULTILINE_INVALID"))
      expect(yield* says(ada, "@batch=1 PRIVMSG #dev :last", "BATCH -1")).toEqual([])
      expect(yield* says(bob)).toEqual([])
    })
  )

  it.scopedLive("costs what its lines would cost one by one, and is told as a whole", () =>
    Effect.gen(function* () {
      const rateLimit = { perSecond: 100, burst: 30 }
      const { ada, bob } = yield* two("", capabilities, { rateLimit })
      const start = performance.now()
      const [messages, lines] = [5, mostLines]
      yield* ada.send(Array.from({ length: messages }, () => ["BATCH +1 draft/multiline #dev", ...Array.from({ length: lines }, (_, n) => `@batch=1 PRIVMSG #dev :${n}`), "BATCH -1", ""].join("\r\n")).join(""))
      for (let n = 0; n < messages * lines; n += 1) expect((yield* bob.line).trimEnd()).toBe(`:ada!~u@brusio PRIVMSG #dev :${n % lines}`)
      // What the last lines cost is due behind them.
      expect(performance.now() - start).toBeGreaterThan((((messages - 1) * lines - rateLimit.burst) * 1000) / rateLimit.perSecond - 50)
    })
  )

  it.scopedLive("needs lines, a target that can be told several, and to have been begun", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* two("")
      const codes = (...lines: ReadonlyArray<string>) => Effect.map(says(ada, ...lines), (heard) => heard.map((line) => line.replace(/ :.*$/u, "")))
      const invalid = "FAIL BATCH MULTILINE_INVALID"
      expect(yield* codes("BATCH +1 draft/multiline #dev", "BATCH -1")).toEqual([invalid])
      expect(yield* codes("BATCH +1 draft/multiline #dev", "@batch=1 PRIVMSG #dev :", "@batch=1 PRIVMSG #dev :\u0002\u0002", "BATCH -1")).toEqual([invalid])
      expect(yield* codes("BATCH +1 draft/multiline @#dev", "@batch=1 PRIVMSG @#dev :hi", "BATCH -1")).toEqual(["FAIL BATCH MULTILINE_INVALID_TARGET @#dev @#dev"])
      expect(yield* codes("BATCH +1 draft/multiline #dev", "@batch=2 PRIVMSG #dev :hi", "BATCH +2 draft/multiline #dev", "BATCH -2", "BATCH -1")).toEqual([invalid, invalid, invalid, invalid])
      expect(yield* codes("BATCH +1 netsplit #dev", "BATCH +1 draft/multiline", "BATCH 1", "BATCH +")).toEqual([invalid, invalid, invalid, invalid])
      expect(yield* codes("BATCH +1 draft/multiline #nowhere", "@batch=1 PRIVMSG #nowhere :hi", "BATCH -1")).toEqual(["403 ada #nowhere"])
      yield* says(ada, "CAP REQ :-draft/multiline")
      expect(yield* codes("BATCH +1 draft/multiline #dev")).toEqual(["421 ada BATCH"])
      expect(yield* says(bob)).toEqual([])
    })
  )

  it.scopedLive("a long line of somebody else is told in one piece, too", () =>
    Effect.gen(function* () {
      const { bob, port } = yield* two(capabilities)
      const eve = yield* connect(port)
      yield* eve.send(`{"_tag":"Hello","v":1,"nickname":"eve"}\n`)
      expect(yield* eve.line).toContain("Welcome")
      yield* says(bob, "JOIN #lobby")
      const words = "à la carte ".repeat(90).trimEnd()
      yield* eve.send(`${JSON.stringify({ _tag: "Say", text: words })}\n`)
      const lines: Array<string> = []
      while (lines.at(-1)?.includes(" BATCH -") !== true) lines.push((yield* bob.line).replace(/\r?\n?$/u, ""))
      expect(lines.every((line) => Buffer.byteLength(line.replace(/^@\S+ /u, "")) <= 510)).toBe(true)
      expect(lines.slice(2, -1).every((line) => line.includes(";draft/multiline-concat "))).toBe(true)
      expect(lines.slice(1, -1).map((line) => line.replace(/^.* PRIVMSG #lobby :/u, "")).join("")).toBe(words)
    })
  )

  it.scopedLive("is told again as a whole, counts as one there, and is taken back as a whole", () =>
    Effect.gen(function* () {
      const { ada, bob } = yield* two(`${capabilities} draft/chathistory draft/message-redaction`, `${capabilities} draft/message-redaction`, { history })
      yield* says(ada, "PRIVMSG #dev :before", ...poem, "PRIVMSG #dev :after")
      yield* says(bob)
      const told = yield* says(bob, "CHATHISTORY LATEST #dev * 2")
      const id = /lines\w+/u.exec(told[1] ?? "")?.[0] ?? ""
      expect(without(told)).toEqual([
        "BATCH +history1 chathistory #dev",
        `@batch=history1 :ada!~u@brusio BATCH +${id} draft/multiline #dev`,
        `@batch=${id} :ada!~u@brusio PRIVMSG #dev :`,
        `@batch=${id} :ada!~u@brusio PRIVMSG #dev :roses are`,
        `@batch=${id};draft/multiline-concat :ada!~u@brusio PRIVMSG #dev : red`,
        `@batch=${id} :ada!~u@brusio PRIVMSG #dev :  violets are blue`,
        `@batch=history1 :brusio BATCH -${id}`,
        "@batch=history1 :ada!~u@brusio PRIVMSG #dev :after",
        "BATCH -history1"
      ])
      const [, msgid = ""] = /msgid=(\S+)/u.exec(told[1] ?? "") ?? []
      yield* says(ada, `REDACT #dev ${msgid}`)
      expect(yield* says(bob)).toEqual([`:ada!~u@brusio REDACT #dev ${msgid}`])
      expect(without(yield* says(bob, "CHATHISTORY LATEST #dev * 2")).map((line) => line.replace(/^.*:/u, ""))).toEqual(["BATCH +history2 chathistory #dev", "before", "after", "BATCH -history2"])
    })
  )
})

describe("The lines of a message", () => {
  it("are what was sent, cut where it was cut", () => {
    const text = fc.stringMatching(/^[a-z \u00e0]{0,6}$/u)
    const property = fc.property(fc.array(fc.record({ text, isMore: fc.boolean() }), { minLength: 1, maxLength: mostLines }), (pieces) => {
      const multiline = new Multiline("1", "#dev", undefined, undefined)
      const sent: Array<string> = []
      for (const piece of pieces) {
        if (multiline.take({ command: "PRIVMSG", target: "#dev", ...piece }) !== undefined) return
        sent.push(`${piece.isMore ? (sent.pop() ?? "") : ""}${piece.text}`)
      }
      const lines = multiline.lines(lenient)
      const shown = lines.flatMap(({ blanks = 0, text }) => [...Array.from({ length: blanks }, () => ""), text.slice()])
      expect(shown).toEqual(sent.map((line) => line.trimEnd()).slice(0, shown.length))
      expect(sent.slice(shown.length).every((line) => line.trim() === "")).toBe(true)
      for (const { cuts = [], text } of lines) expect(cuts.every((cut, index) => cut > (cuts[index - 1] ?? 0) && cut < text.length)).toBe(true)
    })
    fc.assert(property, { numRuns: 2000 })
  })
})
