import { describe, expect, it } from "@effect/vitest"
import { Receiver, Sender } from "ws"
import { lobby } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import { decodeLine } from "../../../src/domain/wire/Ndjson.ts"
import type { Heard } from "../../../src/server/dialect/Dialect.ts"
import { bytesOf } from "../../../src/server/dialect/Dialect.ts"
import { native } from "../../../src/server/dialect/native.ts"
import { web } from "../../../src/server/dialect/web.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { brief } from "../../support/heard.ts"

const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10, more: 0 } as const

/** A client's frame: masked, as a server demands. */
const frame = (kind: keyof typeof opcode, data: string | Buffer, fin = true): Buffer =>
  Buffer.concat(Sender.frame(Buffer.from(data), { fin, opcode: opcode[kind], mask: true, readOnly: true, rsv1: false }))

const say = (text: string) => JSON.stringify({ _tag: "Say", text })

const open = (maxLine = defaults.maxLine) => web.open({ ...defaults, maxLine }, false)

/** What an interpreter hears, in however many reads the bytes come. */
const hear = (bytes: Buffer, size = bytes.length, maxLine?: number): ReadonlyArray<string> => {
  const interpreter = open(maxLine)
  const heard: Array<Heard> = []
  for (let start = 0; start < bytes.length; start += size) heard.push(...interpreter.hear(bytes.subarray(start, start + size)))
  return brief(heard)
}

/** The messages and the close code in what a server wrote. */
const written = (bytes: Uint8Array) => {
  const receiver = new Receiver({ isServer: false, maxPayload: 0, maxFragments: 0, maxBufferedChunks: 0 })
  const messages: Array<string> = []
  let code: number | undefined
  receiver.on("message", (data) => messages.push(data.toString()))
  receiver.on("conclude", (closed) => {
    code = closed
  })
  receiver.write(Buffer.from(bytes))
  return { messages, code }
}

describe("The web dialect", () => {
  const whole = Buffer.concat([
    frame("text", JSON.stringify({ _tag: "Hello", v: 1, nickname: "ada" })),
    frame("text", say("one")),
    frame("text", say("tw").slice(0, 10), false),
    frame("more", say("tw").slice(10)),
    frame("ping", "are you there"),
    frame("text", say("ü".repeat(200))),
    frame("close", Buffer.from([0x03, 0xe9]))
  ])
  const answer = Buffer.concat(Sender.frame(Buffer.from("are you there"), { fin: true, opcode: opcode.pong, mask: false, readOnly: true, rsv1: false }))
  const expected = ["join ada", "say one", "say tw", `answer ${answer.toString("latin1")}`, `say ${"ü".repeat(200)}`, "reject closed"]

  it("hears the same however the bytes are cut", () => {
    for (const size of [whole.length, 1, 2, 3, 7, 64, 1024]) expect(hear(Buffer.from(whole), size)).toEqual(expected)
  })

  it("hears nothing after the close", () => {
    expect(hear(Buffer.concat([frame("close", Buffer.from([0x03, 0xe8])), frame("text", say("late"))]))).toEqual(["reject closed"])
  })

  it("refuses what is no line, and goes on", () => {
    const bad = [frame("binary", say("binary")), frame("text", `${say("one")}\n${say("two")}`), frame("text", "no json"), frame("text", say("x".repeat(300)))]
    expect(hear(Buffer.concat([...bad, frame("text", say("good"))]), undefined, 256)).toEqual([
      "refuse bad-line",
      "refuse bad-line",
      "refuse bad-line",
      "refuse line-too-long",
      "say good"
    ])
  })

  it("counts what was said and not heard", () => {
    const interpreter = open()
    const unheard = Buffer.concat([frame("text", say("one")), frame("ping", ""), frame("text", JSON.stringify({ _tag: "Who" })), frame("text", say("two")), frame("text", say("half"), false)])
    Array.from(interpreter.hear(unheard.subarray(0, 5)))
    expect(interpreter.waiting([unheard.subarray(5, 30), unheard.subarray(30)])).toBe(2)
  })

  it("says nothing of a message whose end never comes", () => {
    const interpreter = open()
    expect([...interpreter.hear(frame("text", say("half"), false)), ...interpreter.end()]).toEqual([])
  })

  const goodbye = { _tag: "Goodbye", at: 1, code: "closing", reason: Text.clean("bye") } as const

  it.each([
    ["a message far too long", frame("text", "x".repeat(300)), 1009],
    ["a message without end", Buffer.concat([frame("text", "x".repeat(200), false), frame("more", "y".repeat(200))]), 1009],
    ["too many fragments", Buffer.concat([frame("text", "", false), ...Array.from({ length: 1100 }, () => frame("more", "", false))]), 1008],
    ["text that is not UTF-8", frame("text", Buffer.from([0xc3, 0x28])), 1007],
    ["a frame that is not masked", Buffer.from([0x81, 0x02, 0x68, 0x69]), 1002],
    ["what is no frame", Buffer.from("hello all\nhow are you\n"), 1002]
  ])("ends with %s", (_, bytes, code) => {
    const interpreter = open(64)
    expect(brief(interpreter.hear(bytes))).toEqual(["reject not-for-us"])
    // Nothing more is heard, whatever comes.
    expect(brief(interpreter.hear(frame("text", say("more"))))).toEqual([])
    expect(written(interpreter.goodbye(goodbye) ?? Buffer.of()).code).toBe(code)
  })

  it("says goodbye in words, and then in its own way", () => {
    const { code, messages } = written(open().goodbye(goodbye) ?? Buffer.of())
    expect(messages.map((message) => decodeLine(Buffer.from(message)))).toEqual([goodbye])
    expect(code).toBe(1001)
  })

  it("answers a close with a close, and no words", () => {
    const interpreter = open()
    Array.from(interpreter.hear(frame("close", Buffer.from([0x03, 0xe9]))))
    expect(written(interpreter.goodbye({ ...goodbye, code: "closed" }) ?? Buffer.of())).toEqual({ messages: [], code: 1000 })
  })

  it("frames a line of every length, without its line feed", () => {
    for (const length of [1, 100, 125, 126, 65_000, 70_000]) {
      const lines = native.encode({ _tag: "Notice", seq: 1, at: 1, room: lobby, text: Text.clean("x".repeat(length)) })
      expect(written(bytesOf(web, lines)).messages).toEqual([lines.slice(0, -1)])
    }
  })

  it("sends no frame where there is nothing to say", () => {
    expect(bytesOf(web, web.encode({ _tag: "Lines", at: 1, lines: [Text.clean("/help")] }))).toHaveLength(0)
  })
})
