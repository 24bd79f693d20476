import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { joinOrRefuse } from "../../../src/domain/command/join.ts"
import * as Text from "../../../src/domain/Text.ts"
import { decodeLine, encode } from "../../../src/domain/wire/Ndjson.ts"
import { native, NativeInterpreter } from "../../../src/server/dialect/native.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { anyString, inPieces } from "../../support/arbitraries.ts"
import { oneByOne, utf8 } from "../../support/bytes.ts"
import { named } from "../../support/chat.ts"
import { brief } from "../../support/heard.ts"
import { always } from "../../support/property.ts"

const interpreter = (lineBytes = 200) => new NativeInterpreter({ ...defaults, maxLine: lineBytes })

const heard = (text: string) => brief(interpreter().hear(utf8(text)))

describe("A native client's line", () => {
  it.each<readonly [string, ReadonlyArray<string>]>([
    [`{"_tag":"Hello","v":1,"nickname":" ann "}`, ["join ann"]],
    [`{"_tag":"Hello","v":1}`, ["refuse name-empty"]],
    [`{"_tag":"Hello","v":1,"nickname":"a:b"}`, ["refuse name-not-allowed"]],
    [`{"_tag":"Hello","v":1,"nickname":"${"a".repeat(33)}"}`, ["refuse name-too-long"]],
    [`{"_tag":"Hello","v":2,"nickname":"ann"}`, ["refuse unsupported-version"]],
    [`{"_tag":"Hello","v":1e999,"nickname":"ann"}`, ["refuse unsupported-version"]],
    [`{"_tag":"Say","text":" hi "}`, ["say  hi"]],
    [`{"_tag":"Say","text":"\\u001b[2J"}`, ["say [2J"]],
    [`{"_tag":"Say","text":"{quit}"}`, ["say {quit}"]],
    [`{"_tag":"Say","text":"a\\nb"}`, ["refuse text-line-break"]],
    [`{"_tag":"Say","text":" "}`, ["refuse text-empty"]],
    [`{"_tag":"Who"}`, ["who"]],
    [`{"_tag":"Who","after":"m7"}`, ["who m7"]],
    [`{"_tag":"Ping","ref":"p"}`, ["ping p"]],
    [`{"_tag":"Pong"}`, []],
    [`{"_tag":"Quit"}`, ["quit"]],
    [`{"_tag":"Quit","reason":"to\\nlunch "}`, ["quit to lunch"]],
    [`{"_tag":"Quit","reason":" "}`, ["quit"]],
    [`{"_tag":"Dance"}`, ["refuse unknown-command"]],
    [`{"_tag":"Say"}`, ["refuse bad-command"]],
    ["hello", ["refuse bad-line"]],
    ["", []],
    [" \t\r", []]
  ])("%s", (line, expected) => {
    expect(heard(`${line}\n`)).toEqual(expected)
  })

  it("asks for its name to be refused rather than changed when it is taken", () => {
    expect([...interpreter().hear(utf8(`{"_tag":"Hello","v":1,"nickname":"ann"}\n`))]).toEqual([
      { _tag: "Hello", join: { ...joinOrRefuse(named("ann")), spares: undefined }, password: undefined }
    ])
  })

  it("brings the room's password with its name", () => {
    expect(heard(`{"_tag":"Hello","v":1,"nickname":"ann","password":"sesame"}\n`)).toEqual(["join ann with sesame"])
  })

  it("has its mark sent back, whether it is taken or refused", () => {
    const hear = (text: string) => [...interpreter().hear(utf8(`${JSON.stringify({ _tag: "Say", text, ref: "7" })}\n`))]
    expect(hear("hi")).toMatchObject([{ command: { _tag: "Say", text: "hi", ref: "7" } }])
    expect(hear("a\nb")).toMatchObject([{ refusal: { code: "text-line-break", ref: "7" } }])
    expect(hear("")).toMatchObject([{ refusal: { code: "text-empty", ref: "7" } }])
    expect(hear("a\nb")).toMatchObject([{ refusal: { message: "A message is one line: send each line as a message of its own." } }])
  })

  it("may be bad without ending anything", () => {
    expect(heard(`x\n{"_tag":"Dance"}\n{"_tag":"Say","text":"hi"}\n`)).toEqual([
      "refuse bad-line",
      "refuse unknown-command",
      "say hi"
    ])
  })

  it("that is too long is refused once, and the next is heard", () => {
    const hears = interpreter(40)
    expect(brief(hears.hear(utf8("x".repeat(41))))).toEqual(["refuse line-too-long"])
    expect(brief(hears.hear(utf8("x".repeat(500))))).toEqual([])
    expect(brief(hears.hear(utf8(`\n{"_tag":"Ping"}\n`)))).toEqual(["ping"])
  })

  it("nested as deep as a line can be is refused like any other", () => {
    const hears = interpreter(16_384)
    const levels = 8000
    const line = `{"_tag":"Say","text":${"[".repeat(levels)}${"]".repeat(levels)}}\n`
    expect(brief(hears.hear(utf8(line)))).toEqual(["refuse bad-line"])
  })
})

describe("The end of a native client's input", () => {
  it("ends its last line", () => {
    const hears = interpreter()
    expect(brief(hears.hear(utf8(`{"_tag":"Ping"}\n{"_tag":"Say","text":"hi"}`)))).toEqual(["ping"])
    expect(brief(hears.end())).toEqual(["say hi"])
  })

  it("after a whole line is nothing", () => {
    const hears = interpreter()
    expect(brief(hears.hear(utf8(`{"_tag":"Ping"}\n`)))).toEqual(["ping"])
    expect([...hears.end()]).toEqual([])
  })

  it("in the middle of a line that was too long is nothing more", () => {
    const hears = interpreter(10)
    expect(brief(hears.hear(utf8("x".repeat(20))))).toEqual(["refuse line-too-long"])
    expect([...hears.end()]).toEqual([])
  })
})

describe("A native client", () => {
  it("is heard the same however its bytes are split", () => {
    const line = FastCheck.oneof(
      anyString(20).map((text) => encode({ _tag: "Say", text })),
      FastCheck.constant(`{"_tag":"Ping"}\n`),
      FastCheck.constant("x\n"),
      FastCheck.constant(`${"y".repeat(300)}\n`)
    )
    const stream = FastCheck.array(line, { maxLength: 6 }).map((lines) => utf8(lines.join("")))
    always(inPieces(stream), ({ pieces, whole }) => {
      const once = [...interpreter().hear(whole)]
      for (const split of [pieces, oneByOne(whole)]) {
        const hears = interpreter()
        expect(split.flatMap((piece) => [...hears.hear(piece)])).toEqual(once)
      }
    })
  })

  it("says nothing by its silence, and gets its own messages back", () => {
    const hears = interpreter()
    expect(brief(hears.hear(utf8(`{"_tag":"Say"`)))).toEqual([])
    expect(hears.patience).toBeUndefined()
    expect([...hears.silence()]).toEqual([])
    expect(hears.echo).toBe(true)
  })

  it("is told goodbye in its own dialect", () => {
    const goodbye = { _tag: "Goodbye", at: 1, code: "closing", reason: Text.clean("the end") } as const
    expect(native.open(defaults, false).goodbye(goodbye)).toBeUndefined()
    expect(decodeLine(utf8(native.encode(goodbye)))).toEqual(goodbye)
  })

  it("is told events as lines of JSON", () => {
    expect(native.encode({ _tag: "Pong", at: 5, ref: "p" })).toBe(`{"_tag":"Pong","at":5,"ref":"p"}\n`)
  })

  it("is told nothing that is only for people who type", () => {
    expect(native.encode({ _tag: "Lines", at: 5, lines: [Text.clean("/help")] })).toBe("")
  })
})
