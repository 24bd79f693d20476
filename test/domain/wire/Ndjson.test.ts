import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { joinOrRefuse } from "../../../src/domain/command/join.ts"
import type { Request } from "../../../src/domain/command/index.ts"
import { Refusal } from "../../../src/domain/Refusal.ts"
import type { Event } from "../../../src/domain/Event.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import { defaultLimits } from "../../../src/domain/NameLimits.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import { ClientMessage, decodeLine, encode, readMessage } from "../../../src/domain/wire/Ndjson.ts"
import { anyString, nickname, text } from "../../support/arbitraries.ts"
import { utf8 } from "../../support/bytes.ts"
import { named, say } from "../../support/chat.ts"
import { always } from "../../support/property.ts"

const heard = (line: string) => readMessage(utf8(line), defaultLimits)

const outcome = (line: string) => {
  const request = heard(line)
  return request instanceof Refusal ? request.code : request
}

const decode = Schema.decodeUnknownSync(Schema.parseJson(ClientMessage))

const saying = (text: string, ref?: string): Request => ({ _tag: "Command", command: say(text, ref) })
const entering = (name: string, password?: string): Request => ({ _tag: "Hello", join: joinOrRefuse(named(name)), password })

const deep = (levels: number): ReadonlyArray<readonly [string, string]> => [
  ["arrays", `${"[".repeat(levels)}${"]".repeat(levels)}`],
  ["objects", `${`{"a":`.repeat(levels)}1${"}".repeat(levels)}`]
]

describe("A client's line", () => {
  it.each<readonly [string, ClientMessage, Request | string | undefined]>([
    [`{"_tag":"Hello","v":1,"nickname":"ann"}`, { _tag: "Hello", v: 1, nickname: "ann" }, entering("ann")],
    [`{"_tag":"Hello","v":1,"nickname":"ann","password":"x"}`, { _tag: "Hello", v: 1, nickname: "ann", password: "x" }, entering("ann", "x")],
    [`{"_tag":"Hello","v":1}`, { _tag: "Hello", v: 1 }, "name-empty"],
    [`{"v":2,"_tag":"Hello"}`, { _tag: "Hello", v: 2 }, "unsupported-version"],
    [`{"_tag":"Say","text":"hi"}`, { _tag: "Say", text: "hi" }, saying("hi")],
    [`{"_tag":"Say","text":"hi","ref":"7"}`, { _tag: "Say", text: "hi", ref: "7" }, saying("hi", "7")],
    [`{"_tag":"Say","text":""}`, { _tag: "Say", text: "" }, "text-empty"],
    [`{"_tag":"Who"}`, { _tag: "Who" }, { _tag: "Question", question: { _tag: "Who" } }],
    [
      `{"_tag":"Who","after":"m100"}`,
      { _tag: "Who", after: MemberId.make("m100") },
      { _tag: "Question", question: { _tag: "Who", after: MemberId.make("m100") } }
    ],
    [`{"_tag":"Ping"}`, { _tag: "Ping" }, { _tag: "Question", question: { _tag: "Ping" } }],
    [`{"_tag":"Ping","ref":"p"}`, { _tag: "Ping", ref: "p" }, { _tag: "Question", question: { _tag: "Ping", ref: "p" } }],
    [`{"_tag":"Pong"}`, { _tag: "Pong" }, undefined],
    [`{"_tag":"Quit"}`, { _tag: "Quit" }, { _tag: "Quit", reason: undefined }],
    [`{"_tag":"Quit","reason":"lunch"}`, { _tag: "Quit", reason: "lunch" }, { _tag: "Quit", reason: Text.clean("lunch") }],
    [` \t{ "_tag" : "Pong" } \r`, { _tag: "Pong" }, undefined],
    [`{"_tag":"Say","text":"\\u001b\\ud83d\\ude00"}`, { _tag: "Say", text: "\u001b😀" }, saying("😀")],
    [`{"_tag":"Hello","v":1e999}`, { _tag: "Hello", v: Infinity }, "unsupported-version"],
    [`{"_tag":"Hello","v":-1.5e-7}`, { _tag: "Hello", v: -1.5e-7 }, "unsupported-version"]
  ])("%s is a message", (line, message, request) => {
    expect(decode(line)).toEqual(message)
    expect(outcome(line)).toEqual(request)
  })

  it.each([
    ["", "bad-line"],
    ["hello", "bad-line"],
    ["{", "bad-line"],
    [`{"_tag":"Say","text":"hi"`, "bad-line"],
    [`{"_tag":"Say","text":"hi"}{"_tag":"Pong"}`, "bad-line"],
    ["{'_tag':'Pong'}", "bad-line"],
    ["{}", "bad-line"],
    ["[]", "bad-line"],
    ["null", "bad-line"],
    ["1e999", "bad-line"],
    [`"Say"`, "bad-line"],
    [`["Say"]`, "bad-line"],
    [`{"tag":"Pong"}`, "bad-line"],
    [`{"_tag":null}`, "bad-line"],
    [`{"_tag":["Pong"]}`, "bad-line"],
    [`{"__proto__":{"_tag":"Pong"}}`, "bad-line"],
    [`{"_tag":"Dance"}`, "unknown-command"],
    [`{"_tag":""}`, "unknown-command"],
    [`{"_tag":"say","text":"hi"}`, "unknown-command"],
    [`{"_tag":"Said"}`, "unknown-command"],
    [`{"_tag":"__proto__"}`, "unknown-command"],
    [`{"_tag":"constructor"}`, "unknown-command"],
    [`{"_tag":"toString"}`, "unknown-command"],
    [`{"_tag":"Say"}`, "bad-command"],
    [`{"_tag":"Say","text":null}`, "bad-command"],
    [`{"_tag":"Say","text":5}`, "bad-command"],
    [`{"_tag":"Say","__proto__":{"text":"hi"}}`, "bad-command"],
    [`{"_tag":"Say","text":"hi","ref":7}`, "bad-command"],
    [`{"_tag":"Hello"}`, "bad-command"],
    [`{"_tag":"Hello","v":"1"}`, "bad-command"],
    [`{"_tag":"Hello","v":1,"nickname":null}`, "bad-command"],
    [`{"_tag":"Who","after":""}`, "bad-command"],
    [`{"_tag":"Who","after":5}`, "bad-command"],
    [`{"_tag":"Quit","reason":{}}`, "bad-command"]
  ])("%s is refused: %s", (line, code) => {
    expect(outcome(line)).toBe(code)
  })

  it("may have a mark of 64 bytes, and not of more", () => {
    const say = (ref: string) => outcome(JSON.stringify({ _tag: "Say", text: "hi", ref }))
    expect(say("é".repeat(32))).toEqual(saying("hi", "é".repeat(32)))
    expect(say("x".repeat(65))).toBe("bad-command")
    expect(say("é".repeat(33))).toBe("bad-command")
    expect(outcome(JSON.stringify({ _tag: "Ping", ref: "x".repeat(65) }))).toBe("bad-command")
  })

  it("may have fields that nobody knows, which are left out", () => {
    expect(heard(`{"_tag":"Say","text":"hi","colour":"red","__proto__":{"x":1}}`)).toEqual(saying("hi"))
  })

  it("counts with the last of two fields of one name", () => {
    expect(heard(`{"_tag":"Pong","_tag":"Say","text":"a","text":"b"}`)).toEqual(saying("b"))
  })

  it("changes no object's prototype", () => {
    heard(`{"_tag":"Say","text":"hi","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`)
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false)
  })

  it("that is no UTF-8 is heard with replacement characters, or refused", () => {
    const line = utf8(`{"_tag":"Say","text":"?"}`).map((byte) => (byte === 0x3f ? 0xff : byte))
    expect(readMessage(line, defaultLimits)).toEqual(saying("\ufffd"))
    expect(readMessage(Uint8Array.of(0xc3, 0x28, 0xff), defaultLimits)).toMatchObject({ code: "bad-line" })
  })

  it.each(deep(10_000))("nested ten thousand levels deep in %s is a message or a refusal like any other", (_, nested) => {
    expect(outcome(nested)).toBe("bad-line")
    expect(outcome(`{"_tag":"Pong","x":${nested}}`)).toBe("bad-line")
    expect(outcome(`{"_tag":"Say","text":${nested}}`)).toBe("bad-line")
    expect(outcome(`{"_tag":${nested}}`)).toBe("bad-line")
  })

  it("is refused in few words, however long it is", () => {
    for (const line of [`{"_tag":"${"x".repeat(9000)}"}`, `{"_tag":"Say","text":[${"1,".repeat(9000)}1]}`]) {
      const refusal = heard(line)
      expect(refusal instanceof Refusal && refusal.message.length).toBeLessThanOrEqual(300)
    }
  })

  it("is a message or a refusal, whatever its bytes are", () => {
    const line = FastCheck.oneof(
      FastCheck.uint8Array({ maxLength: 60 }),
      FastCheck.json().map(utf8),
      FastCheck.tuple(FastCheck.constantFrom("Hello", "Say", "Who", "Ping", "Pong", "Quit", "Dance"), FastCheck.dictionary(
        FastCheck.constantFrom("v", "nickname", "text", "ref", "after", "reason", "__proto__"),
        FastCheck.oneof(anyString(), FastCheck.jsonValue())
      )).map(([_tag, fields]) => utf8(JSON.stringify({ ...fields, _tag })))
    )
    always(line, (bytes) => {
      const request = readMessage(bytes, defaultLimits)
      expect(request === undefined || request instanceof Refusal || ["Enter", "Command", "Question", "Quit"].includes(request._tag)).toBe(true)
    }, 1000)
  })
})

const member = FastCheck.record({ id: FastCheck.nat().map((n) => MemberId.make(`m${n}`)), name: nickname })
const safe = text(20)
const ref = FastCheck.option(safe, { nil: undefined })
const inRoom = { seq: FastCheck.nat(), at: FastCheck.nat(), room: FastCheck.constant(lobby) }
const tag = <Tag extends string>(name: Tag) => FastCheck.constant(name)
const code = FastCheck.constantFrom("quit" as const, "lost" as const, "closing" as const)

const events: FastCheck.Arbitrary<Event> = FastCheck.oneof(
  FastCheck.record({
    _tag: tag("Welcome"),
    ...inRoom,
    you: member,
    asked: FastCheck.option(nickname, { nil: undefined }),
    here: FastCheck.nat(),
    members: FastCheck.array(member, { maxLength: 3 }),
    server: safe,
    limits: FastCheck.record({ lineBytes: FastCheck.nat(), nameGraphemes: FastCheck.nat(), nameBytes: FastCheck.nat() })
  }),
  FastCheck.record({ _tag: tag("Said"), ...inRoom, from: member, text: safe, ref }),
  FastCheck.record({ _tag: tag("Joined"), ...inRoom, member }),
  FastCheck.record({ _tag: tag("Left"), ...inRoom, member, code, reason: FastCheck.option(safe, { nil: undefined }) }),
  FastCheck.record({
    _tag: tag("Members"),
    at: FastCheck.nat(),
    here: FastCheck.nat(),
    members: FastCheck.array(member, { maxLength: 3 }),
    more: FastCheck.boolean()
  }),
  FastCheck.record({
    _tag: tag("Refused"),
    at: FastCheck.nat(),
    code: FastCheck.constantFrom("bad-line" as const, "name-taken" as const),
    message: safe,
    ref
  }),
  FastCheck.record({ _tag: tag("Ping"), at: FastCheck.nat() }),
  FastCheck.record({ _tag: tag("Pong"), at: FastCheck.nat(), ref }),
  FastCheck.record({ _tag: tag("Goodbye"), at: FastCheck.nat(), code, reason: safe })
)

describe("A server's line", () => {
  it("is read as the event that was written", () => {
    always(events, (event) => {
      expect(decodeLine(utf8(encode(event)))).toEqual(event)
    }, 500)
  })

  it("is one line, whatever is in it", () => {
    always(FastCheck.oneof(events, anyString().map((text): ClientMessage => ({ _tag: "Say", text }))), (message) => {
      const line = encode(message)
      expect(line.indexOf("\n")).toBe(line.length - 1)
      expect(line).not.toContain("\r")
      expect(line.startsWith("{")).toBe(true)
    })
  })

  it("is read although it has fields that are not known", () => {
    expect(decodeLine(utf8(`{"_tag":"Ping","at":5,"colour":"red","x":{"y":[1]},"__proto__":{"z":1}}`))).toEqual({
      _tag: "Ping",
      at: 5
    })
  })

  it.each([
    ["an unknown kind", `{"_tag":"Danced","at":1}`],
    ["a client's kind", `{"_tag":"Say","text":"hi"}`],
    ["no kind", `{"at":1}`],
    ["a missing field", `{"_tag":"Ping"}`],
    ["a wrong field", `{"_tag":"Ping","at":"now"}`],
    ["a name that is nothing once it is safe", `{"_tag":"Joined","seq":1,"at":1,"room":"lobby","member":{"id":"m1","name":"\\u001b"}}`],
    ["no JSON", "Welcome to brusio"],
    ["nothing", ""],
    ["null", "null"],
    ["an array", "[]"]
  ])("is ignored when it is %s", (_, line) => {
    expect(decodeLine(utf8(line))).toBeUndefined()
  })

  it("counts also when its code is one that a newer server made up", () => {
    const goodbye = { _tag: "Goodbye", at: 1, code: "bored", reason: "x" }
    expect(decodeLine(utf8(JSON.stringify(goodbye)))).toEqual({ ...goodbye, code: "other" })
    const refused = { _tag: "Refused", at: 1, code: "too-funny", message: "no", ref: "7" }
    expect(decodeLine(utf8(JSON.stringify(refused)))).toEqual({ ...refused, code: "other" })
  })

  it.each(deep(10_000))("nested ten thousand levels deep in %s is ignored or read like any other", (_, nested) => {
    expect(decodeLine(utf8(nested))).toBeUndefined()
    expect(decodeLine(utf8(`{"_tag":"Ping","at":${nested}}`))).toBeUndefined()
    expect([undefined, { _tag: "Ping", at: 1 }]).toContainEqual(decodeLine(utf8(`{"_tag":"Ping","at":1,"x":${nested}}`)))
  })

  it("never throws, whatever its bytes are", () => {
    always(FastCheck.oneof(FastCheck.uint8Array({ maxLength: 60 }), FastCheck.json().map(utf8)), (bytes) => {
      expect(decodeLine(bytes)).toBeUndefined()
    }, 500)
  })

  it("has nothing in it that steers a terminal, whoever wrote it", () => {
    const said = FastCheck.tuple(anyString(), anyString(), anyString(), anyString())
    always(said, ([id, name, words, ref]) => {
      const event = decodeLine(
        utf8(JSON.stringify({ _tag: "Said", seq: 1, at: 1, room: "lobby", from: { id, name }, text: words, ref }))
      )
      if (event?._tag !== "Said") return
      for (const string of [event.from.id, event.from.name, event.text, event.ref ?? ""]) {
        expect(string).toBe(Text.clean(string))
      }
    }, 500)
  })
})
