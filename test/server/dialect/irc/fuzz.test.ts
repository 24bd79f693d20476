import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { offered } from "../../../../src/server/dialect/irc/Capabilities.ts"
import { parse } from "../../../../src/server/dialect/irc/message.ts"
import { anyString, inPieces } from "../../../support/arbitraries.ts"
import { utf8 } from "../../../support/bytes.ts"
import { IrcRoom } from "../../../support/IrcRoom.ts"
import { always } from "../../../support/property.ts"

/** How long a line may be without its tags, and how long these, in bytes: with the line end, and with the `@` and the blank. */
const longestLine = 512
const longestTags = 8191

/** The form of each line that a client is told. */
const wellFormed = /^(?:@[^\s\0]+ )?(?::[^\s\0]+ (?:\d{3}|[A-Z]+)(?: [^\r\n\0]*)?|(?:ERROR|PING) :[^\r\n\0]*|AUTHENTICATE \+)$/u

/** Fails for what no client of IRC may be told. */
const checkTold = (said: string): void => {
  if (said === "") return
  expect(said.endsWith("\r\n")).toBe(true)
  const batches = new Set<string>()
  for (const line of said.slice(0, -2).split("\r\n")) {
    if (!wellFormed.test(line)) expect(line).toMatch(wellFormed)
    const [, tags = "", rest = line] = /^(@\S+ )?(.*)$/su.exec(line) ?? []
    if (Buffer.byteLength(rest) + 2 > longestLine || Buffer.byteLength(tags) > longestTags) expect.fail(`too long: ${line}`)
    // No batch is left open, and none is named that is not open.
    const [, sign = "", id = ""] = / BATCH ([+-])(\S+)/u.exec(rest.replace(/ :.*$/su, "")) ?? []
    const of = /^@(?:\S*;)?batch=([^; ]+)/u.exec(tags)?.[1]
    if (of !== undefined) expect(batches).toContain(of)
    if (sign === "+") batches.add(id)
    if (sign === "-") expect(batches.delete(id)).toBe(true)
  }
  expect([...batches]).toEqual([])
}

const capabilities = [...offered({ history: { lines: 1, bytes: 1, age: 1, allBytes: 1 } }).keys()]
const nick = FastCheck.constantFrom("ada", "bob", "eve", "ADA", "zoë", "x".repeat(32), "x".repeat(33), "1", "*", "")
const room = FastCheck.constantFrom("#dev", "#lobby", "#DEV", "#other", "#", "#é", `#${"r".repeat(64)}`, "&dev", "#a,#b")
const target = FastCheck.oneof(nick, room, FastCheck.constantFrom("ada,bob,#dev", "@#dev", "+#dev", "*", "a*", "?", "0"))
const word = FastCheck.constantFrom(
  "+o", "-o", "+v", "+b", "-b", "+m", "+klnt", "-k", "+beI", "+l", "+s", "+i", "+B", "=", "+z", "*!*@*", "m:eve", "a:ada", "$", "10", "0", "-1", "99999999999", "%tcuihsnfdlaor,152", "%", "o", "+", "-", "C", "L", "S",
  "LS", "LIST", "REQ", "END", "302", "PLAIN", "EXTERNAL", "AGFkYQB3b3Jkcw==", "YQ", "LATEST", "BEFORE", "AROUND", "BETWEEN", "TARGETS", "timestamp=2026-01-01T00:00:00.000Z", "msgid=abc-1", "GET", "SET", "SUB", "UNSUB", "SUBS", "SYNC", "CLEAR", "color", "avatar",
  "draft/multiline", "+1", "-1", "+2", "<5", ">1", "C>1", "T<9", ":", "ada", "secret"
)
const trailing = FastCheck.oneof(
  anyString(40),
  FastCheck.constantFrom("hello", "\u0001ACTION waves\u0001", "\u0001VERSION\u0001", "\u0001DCC SEND\u0001", "\u000304,05colours\u000f", "é".repeat(200), "x".repeat(480), "👩‍👩‍👧‍👦".repeat(15), " ", "")
)
const param = FastCheck.oneof({ weight: 3, arbitrary: target }, { weight: 4, arbitrary: word }, { weight: 1, arbitrary: anyString(8) })
const name = FastCheck.constantFrom(
  "ADMIN", "AUTHENTICATE", "AWAY", "BATCH", "CAP", "CHATHISTORY", "HELP", "INFO", "INVITE", "ISON", "JOIN", "KICK", "KILL", "LINKS", "LIST", "LUSERS", "MARKREAD", "METADATA", "MODE", "MONITOR", "MOTD", "NAMES", "NICK", "NOTICE", "OPER",
  "PART", "PASS", "PING", "PONG", "PRIVMSG", "QUIT", "REDACT", "REGISTER", "SETNAME", "STATS", "TAGMSG", "TIME", "TOPIC", "USER", "USERHOST", "VERIFY", "VERSION", "WALLOPS", "WHO", "WHOIS", "WHOWAS", "WATCH", "privmsg", "42", "__proto__", "constructor"
)
const tags = FastCheck.oneof(
  { weight: 4, arbitrary: FastCheck.constant("") },
  { weight: 3, arbitrary: FastCheck.constantFrom("@label=1 ", "@batch=1 ", "@batch=1;draft/multiline-concat ", "@+typing=active ", "@label=2;+draft/reply=x;+a=\\:\\s\\\\ ", "@;;= ", `@label=${"l".repeat(65)} `, `@+x=${"\\:".repeat(1000)} `, `@+x=${"y".repeat(4080)} `) },
  { weight: 1, arbitrary: anyString(20).map((raw) => `@${raw} `) }
)
const end = FastCheck.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r", "")

/** A command with parameters that may mean something, or nothing. */
const command = FastCheck.tuple(tags, name, FastCheck.array(param, { maxLength: 4 }), FastCheck.option(trailing, { nil: undefined }), end).map(
  ([tags, name, params, last, end]) => `${tags}${[name, ...params, ...(last === undefined ? [] : [`:${last}`])].join(" ")}${end}`
)
const likely = FastCheck.oneof(
  FastCheck.tuple(room, trailing).map(([room, text]) => `PRIVMSG ${room} :${text}\r\n`),
  room.map((room) => `JOIN ${room}\r\n`),
  FastCheck.subarray(capabilities).map((some) => `CAP REQ :${some.join(" ")}\r\n`),
  nick.map((nick) => `NICK ${nick}\r\n`),
  FastCheck.array(FastCheck.tuple(FastCheck.boolean(), trailing), { maxLength: 5 }).map((lines) =>
    ["BATCH +1 draft/multiline #dev", ...lines.map(([more, text]) => `@batch=1${more ? ";draft/multiline-concat" : ""} PRIVMSG #dev :${text.replace(/[\r\n]/gu, "")}`), "BATCH -1", ""].join("\r\n")
  ),
  FastCheck.constantFrom("CHATHISTORY LATEST #dev * 50\r\n", "@label=3 CHATHISTORY LATEST #dev * 50\r\n", "@label=4 NAMES #dev\r\n", "MODE #dev +mb-n *!*@*\r\n", "WHO #dev %tcuihsnfdlaor,1\r\n")
)
const garbage = FastCheck.uint8Array({ maxLength: 30 })
const long = FastCheck.constantFrom(utf8("x".repeat(5000)), utf8(`PRIVMSG #dev :${"x".repeat(600)}\r\n`))
const bytes = FastCheck.array(FastCheck.oneof({ weight: 6, arbitrary: command.map(utf8) }, { weight: 6, arbitrary: likely.map(utf8) }, { weight: 1, arbitrary: garbage }, { weight: 1, arbitrary: long }), { maxLength: 10 }).map((all) => Buffer.concat(all))

/** How a client begins: not at all, in part, or so that it has come in, with some capabilities. */
const beginning = FastCheck.tuple(nick, FastCheck.subarray(capabilities), FastCheck.integer({ min: 0, max: 12 })).map(([nick, some, steps]) =>
  utf8([`CAP REQ :${some.join(" ")}`, `NICK ${nick}`, `USER ${nick} 0 * :${nick}`, "CAP END", "JOIN #dev", ""].slice(0, steps === 0 ? 0 : steps < 4 ? steps : 5).concat("").join("\r\n"))
)
const visits = FastCheck.array(FastCheck.record({ who: FastCheck.nat(2), sends: inPieces(bytes) }), { maxLength: 6 })

describe("Whatever clients of IRC send, in whatever state, cut anywhere,", () => {
  it("each is told only lines that are well-formed and short enough, and nothing fails", () => {
    always(
      FastCheck.record({ begins: FastCheck.array(beginning, { minLength: 3, maxLength: 3 }), visits }),
      ({ begins, visits }) => {
        const room = new IrcRoom(begins.length)
        begins.forEach((bytes, who) => { room.hear(who, bytes) })
        for (const { sends, who } of visits) for (const piece of sends.pieces) room.hear(who, piece)
        for (const { said } of room.guests) checkTold(said)
      },
      3000
    )
  })

  it("the same comes of it as of the same bytes in one piece", () => {
    always(
      FastCheck.record({ begins: beginning, sends: inPieces(bytes) }),
      ({ begins, sends }) => {
        const [whole, cut] = [new IrcRoom(1), new IrcRoom(1)]
        for (const room of [whole, cut]) room.hear(0, begins)
        whole.hear(0, sends.whole)
        for (const piece of sends.pieces) cut.hear(0, piece)
        expect(cut.guests[0]?.said).toEqual(whole.guests[0]?.said)
      },
      1000
    )
  })
})

describe("The parser of messages", () => {
  it("makes something of any line, and nothing that has a line end in it", () => {
    always(
      FastCheck.oneof(garbage, command.map(utf8)),
      (line) => {
        const message = parse(line)
        if (message === undefined) return
        expect(message.command).not.toMatch(/[ ]|[a-z]/u)
      },
      5000
    )
  })
})
