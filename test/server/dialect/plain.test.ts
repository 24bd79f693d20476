import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import type { Event } from "../../../src/domain/Event.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import type { LeaveCode } from "../../../src/domain/LeaveCode.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { invisible } from "../../../src/domain/invisible.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import { greeting, maxLineBytes, plain } from "../../../src/server/dialect/plain.ts"
import { anyString, nickname, text } from "../../support/arbitraries.ts"
import { utf8 } from "../../support/bytes.ts"
import { settings } from "../../support/chat.ts"
import { always } from "../../support/property.ts"

const member = (name: string) => ({ id: MemberId.make("m1"), name: Nickname.Nickname.make(name) })
const inRoom = { seq: 1, at: 0, room: lobby }

const said = (text: string, name = "ann"): string =>
  plain.encode({ _tag: "Said", ...inRoom, from: member(name), text: Text.clean(text) })

const left = (code: LeaveCode, reason?: string): string =>
  plain.encode({
    _tag: "Left",
    ...inRoom,
    member: member("ann"),
    code,
    reason: reason === undefined ? undefined : Text.clean(reason)
  })

const goodbye = (code: LeaveCode, reason: string): string =>
  plain.encode({ _tag: "Goodbye", at: 0, code, reason: Text.clean(reason) })

const welcome = (name: string, asked?: string): Event => ({
  _tag: "Welcome",
  ...inRoom,
  you: member(name),
  asked: asked === undefined ? undefined : Nickname.Nickname.make(asked),
  here: 1,
  members: [member(name)],
  ...settings
})

const linesOf = (encoded: string): ReadonlyArray<string> => {
  expect(encoded.endsWith("\n")).toBe(true)
  return encoded.slice(0, -1).split("\n")
}

const expectLines = (encoded: string) => {
  expect(encoded).not.toContain("\r")
  for (const line of linesOf(encoded)) expect(utf8(`${line}\n`).length).toBeLessThanOrEqual(maxLineBytes)
}

describe("A plain client", () => {
  it("is asked for its name with the word Welcome", () => {
    expect(greeting).toMatch(/^Welcome .*name.*\n$/u)
  })

  it.each<readonly [string, string, string]>([
    ["a message", said("hi there"), "ann: hi there\n"],
    ["its welcome", plain.encode(welcome("ann")), "Welcome ann! To leave, type {quit}.\n"],
    [
      "its welcome, and then that it got another name",
      plain.encode(welcome("ann_2", "ann")),
      "Welcome ann_2! To leave, type {quit}.\nThe name ann is taken: you are ann_2.\n"
    ],
    ["who joins", plain.encode({ _tag: "Joined", ...inRoom, member: member("bob") }), "bob has joined the chat!\n"],
    ["who leaves", left("quit"), "ann has left the chat.\n"],
    ["who leaves with words", left("quit", "to lunch"), "ann has left the chat. (to lunch)\n"],
    ["who is lost", left("lost", "connection lost"), "ann has left the chat. (connection lost)\n"],
    ["who is gone without words", left("too-slow"), "ann has left the chat. (too-slow)\n"],
    [
      "who is here",
      plain.encode({ _tag: "Members", at: 0, here: 2, members: [member("ann"), member("bob")], more: false }),
      "Here: ann, bob (2)\n"
    ],
    [
      "what was refused",
      plain.encode({ _tag: "Refused", at: 0, code: "name-empty", message: Text.clean("Please type a name:") }),
      "Please type a name:\n"
    ],
    [
      "that a password is wanted, as a question",
      plain.encode({ _tag: "Refused", at: 0, code: "password-required", message: Text.clean("This room needs a password.") }),
      "Password:\n"
    ],
    ["the help, line by line", plain.encode({ _tag: "Lines", at: 0, lines: [Text.clean("/help"), Text.clean("/who")] }), "/help\n/who\n"],
    ["that it has left", goodbye("quit", "you have left"), "Goodbye!\n"],
    ["that the server closes", goodbye("closing", "maintenance"), "The server is closing: maintenance.\n"],
    ["that the server closes, in the words of its reason", goodbye("closing", "Back at 5!"), "The server is closing: Back at 5!\n"],
    ["why it is disconnected", goodbye("too-slow", "too slow"), "You have been disconnected: too slow.\n"],
    ["nothing of a ping", plain.encode({ _tag: "Ping", at: 0 }), ""],
    ["nothing of a pong", plain.encode({ _tag: "Pong", at: 0 }), ""]
  ])("is told %s", (_, encoded, expected) => {
    expect(encoded).toBe(expected)
  })
})

// A letter and more marks than fit in a line: one character to its reader.
const tower = `a${"\u0323".repeat(2000)}`

/** The text again, from lines that each bear the name. */
const rejoined = (encoded: string, name: string) =>
  linesOf(encoded).map((line) => {
    expect(line.startsWith(`${name}: `)).toBe(true)
    return line.slice(name.length + 2)
  })

describe("A message", () => {
  const long = FastCheck.oneof(
    text(200),
    FastCheck.tuple(text(60), FastCheck.integer({ min: 1, max: 400 })).map(([piece, times]) =>
      Text.clean(piece.repeat(times).slice(0, 16_384))
    ),
    FastCheck.tuple(text(20), text(20)).map(([before, after]) => Text.clean(before + tower + after))
  )

  it("is lines of at most 960 bytes that each bear the name, with nothing lost", () => {
    always(FastCheck.tuple(nickname, long), ([name, words]) => {
      const encoded = said(words, name)
      expectLines(encoded)
      expect(rejoined(encoded, name).join("")).toBe(words.replace(new RegExp(`[${invisible}]{9,}`, "gu"), " "))
    }, 150)
  })

  it.each([
    ["spaces", " "],
    ["tabs", "\t"],
    ["no-break spaces", "\u00a0"],
    ["ideographic spaces", "\u3000"],
    ["blank braille patterns", "\u2800"],
    ["Hangul fillers between spaces", " \u3164"],
    ["spaces of all kinds by turns", " \u2003\u2800\u3164\u200b"],
    ["blanks among hieroglyphs", "\u{13441}"]
  ])("does not go on as somebody else's line where it is padded with %s to the width of a screen", (_, blank) => {
    const padded = (count: number) => Array.from(blank.repeat(count)).slice(0, count).join("")
    expect(said(`x${padded(73)}Bob: I approve the deploy`)).toBe("ann: x Bob: I approve the deploy\n")
    expect(left("quit", `bye${padded(60)}Bob: I approve`)).toBe("ann has left the chat. (bye Bob: I approve)\n")
    expect(said(`${padded(9)}x`)).toBe("ann:  x\n")
    expect(said(`x${padded(8)}y`)).toBe(`ann: ${Text.clean(`x${padded(8)}y`)}\n`)
  })

  it("is cut between characters as a reader counts them", () => {
    const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" })
    const ends = (words: string) => Array.from(graphemes.segment(words), ({ index, segment }) => index + segment.length)
    const family = "👨\u200d👩\u200d👧"
    for (const unit of ["x", "é", "e\u0301", "한", "😀", family, "🇮🇹", `x${family}`]) {
      const words = unit.repeat(800)
      const whole = new Set(ends(words))
      let at = 0
      for (const part of rejoined(said(words), "ann")) expect(whole.has((at += part.length))).toBe(true)
      expect(at).toBe(words.length)
    }
  })

  it("of one character too big for a line is cut all the same, and stays well-formed", () => {
    const whole = plain.encode({ _tag: "Said", ...inRoom, from: member("ann"), text: Text.Text.make(tower) })
    const parts = rejoined(whole, "ann")
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.join("")).toBe(tower)
    expect(parts.every((part) => part.isWellFormed())).toBe(true)
    expectLines(whole)
  })

  it("of somebody whose name alone fills a line is said all the same", () => {
    const name = "😀".repeat(256)
    const text = said("hi", name)
    expect(text.split("\n").filter((line) => line !== "").map((line) => line.slice(`${name}: `.length)).join("")).toBe("hi")
  })

  it("fills its lines", () => {
    const room = maxLineBytes - utf8("ann: \n").length
    expect(rejoined(said("x".repeat(room)), "ann")).toEqual(["x".repeat(room)])
    expect(rejoined(said("x".repeat(room + 1)), "ann")).toEqual(["x".repeat(room), "x"])
    expect(rejoined(said("é".repeat(room)), "ann")).toHaveLength(2)
  })

  it("of nothing is a line too", () => {
    expect(said("")).toBe("ann: \n")
  })
})

describe("Whatever a plain client is told", () => {
  const longest = "😀".repeat(32)
  const words = "words and more ".repeat(1000)

  it.each<readonly [string, () => string]>([
    ["a message from the longest name", () => said(words, longest)],
    ["a welcome under the longest name", () => plain.encode(welcome(longest, longest))],
    ["that somebody has left with many words", () => left("quit", words)],
    ["that the server closes for a long reason", () => goodbye("closing", words)],
    [
      "the longest refusal",
      () => plain.encode({ _tag: "Refused", at: 0, code: "bad-command", message: Text.clean("한".repeat(300)) })
    ],
    [
      "who of a hundred with long names is here",
      () => plain.encode({ _tag: "Members", at: 0, here: 100, members: Array.from({ length: 100 }, () => member(longest)), more: false })
    ]
  ])("comes in lines of at most 960 bytes: %s", (_, encode) => {
    expectLines(encode())
  })

  it("is lines that end with a line feed alone, whatever is in it", () => {
    always(anyString(), (raw) => {
      for (const encoded of [said(raw), left("quit", raw), goodbye("closing", raw)]) {
        expect(encoded).not.toContain("\r")
        expect(linesOf(encoded)).toHaveLength(1)
      }
    })
  })
})
