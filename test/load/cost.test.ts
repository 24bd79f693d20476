import { describe, expect, it } from "@effect/vitest"
import { answer, apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { refusal } from "../../src/domain/command/refusal.ts"
import type { Reply } from "../../src/domain/Reply.ts"
import { mostGraphemes } from "../../src/domain/NameLimits.ts"
import type { Dialect } from "../../src/server/dialect/Dialect.ts"
import { native } from "../../src/server/dialect/native.ts"
import { plain } from "../../src/server/dialect/plain.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { utf8 } from "../support/bytes.ts"
import { settings } from "../support/chat.ts"
import { yardstick } from "../support/yardstick.ts"

/** A client alone in a room, and what becomes of each thing it sends, up to the bytes that it and others are sent. */
class Sender {
  readonly #interpreter
  #chat: Chat.Chat<undefined> = Chat.empty(settings)

  constructor(dialect: Dialect, maxName: number) {
    this.#interpreter = dialect.open({ ...defaults, maxName }, true)
  }

  sends(bytes: Uint8Array): void {
    for (const item of this.#interpreter.hear(bytes)) {
      if (item._tag === "Hello" || item._tag === "Command") {
        const command = item._tag === "Hello" ? item.join : item.command
        const { chat, told } = apply(this.#chat, { _tag: "Command", at: 1, client: 1, address: "here", command }, () => undefined)
        this.#chat = chat
        for (const { event } of told) this.#isTold(event)
      } else if (item._tag === "Question") this.#isTold(answer(this.#chat, { client: 1, address: "here" }, undefined, item.question))
      else if (item._tag === "Refuse") this.#isTold(refusal({ at: 1 }, item.refusal))
    }
  }

  #isTold(reply: Reply): void {
    for (const { encode } of [plain, native]) Buffer.from(encode(reply))
    this.#interpreter.told(reply, () => true)
  }
}

interface Case {
  readonly dialect: Dialect
  /** Whether the sender has come in before. */
  readonly isIn: boolean
  readonly line: string
  readonly maxName?: number
}

/** What one message costs: the least of several times, in halves of a millisecond as the yardstick has them. Measured again while that is more than `most`. */
const cost = ({ dialect, isIn, line, maxName = defaults.maxName }: Case, most: number, atFirst: number): number => {
  const bytes = utf8(line)
  let least = Infinity
  let half = atFirst
  for (let times = 0; times < 60 && least > most * half; times += 1) {
    const sender = new Sender(dialect, maxName)
    if (isIn) sender.sends(utf8(dialect === plain ? "bob\n" : `{"_tag":"Hello","v":1,"nickname":"bob"}\n`))
    const start = performance.now()
    sender.sends(bytes)
    least = Math.min(least, performance.now() - start)
    if (times > 0) half = Math.min(half, yardstick())
  }
  return least / half
}

/** What costs most: by normalising, by folding, by what it looks like, by its clusters, by what is taken out of it, by the words it makes. */
const worst: ReadonlyArray<readonly [string, string]> = [
  ["a ligature that NFKC makes 18 of", "\ufdfa"],
  ["18 times as much, word by word", "\ufdfa "],
  ["18 times as much, with colons", "\ufdfa: "],
  ["combining marks", "\u0301"],
  ["piles of marks out of order", "a\u0301\u0323\u0308\u0330"],
  ["three marks on one vowel", "\u1f82"],
  ["capitals of three letters", "\u0390"],
  ["a vowel sign of four parts", "\u0f77"],
  ["notes of three parts", "\u{1d160}"],
  ["full-width letters", "\uff41"],
  ["mathematical letters", "\u{1d482}"],
  ["letters in brackets", "\u2474"],
  ["Hangul jamo", "\u1112\u1161\u11ab"],
  ["letters like others", "\u0456"],
  ["signs like many letters", "\u2a0c"],
  ["flags", "🇮"],
  ["families", "👨\u200d"],
  ["hearts in colour", "❤\ufe0f"],
  ["flags of tags", "🏴\u{e0067}\u{e007f}"],
  ["skin tones", "🏽"],
  ["Tamil", "கா"],
  ["Devanagari", "क्"],
  ["sigmas", "\u03a3"],
  ["capital dotted i", "\u0130"],
  ["what is not seen", "\u00ad"],
  ["controls", "\u0001"],
  ["backspaces", "a\b"],
  ["quotation marks", '"'],
  ["backslashes", "\\"],
  ["one letter, word by word", "a "],
  ["one letter, with colons", "a: "],
  ["blanks of all kinds", "\u2003\u2800"],
  ["brackets", "["],
  ["full-width brackets", "\u3010"],
  ["arrows", "->"],
  ["colons of others", "\ua789"]
]

const json = (message: object): string => `${JSON.stringify(message)}\n`

/** All that a client can send, with `text` in each place of it. */
const messages = (text: string): ReadonlyArray<Case> => [
  ...["", "server ", "[[[server", "Bob has left the chat. "].map((start) => ({ dialect: plain, isIn: false, line: `${start}${text}\n` })),
  { dialect: plain, isIn: false, line: `bob: ${text}\n` },
  ...["", "/me ", "/msg ", "/msg @", '/msg "', "/nick ", "/nick [server", "/quit ", "/"].map((start) => ({ dialect: plain, isIn: true, line: `${start}${text}\n` })),
  ...["", "server", "["].map((start) => ({ dialect: native, isIn: false, line: json({ _tag: "Hello", v: 1, nickname: start + text }) })),
  ...[
    { _tag: "Say", text },
    { _tag: "Act", text },
    { _tag: "Whisper", to: text, text: "hi" },
    { _tag: "Whisper", to: "m1", text },
    { _tag: "Rename", nickname: text },
    { _tag: "Rename", nickname: `[${text}` },
    { _tag: "Say", text: "hi", ref: text },
    { _tag: "Who", after: text },
    { _tag: "Quit", reason: text },
    { _tag: text },
    { _tag: "Say", text: [text] },
    { _tag: "Say", text: "hi", ref: { text } },
    { _tag: "Say", text: "hi", [text]: 1 },
    text
  ].map((message) => ({ dialect: native, isIn: true, line: typeof message === "string" ? `${message}\n` : json(message) }))
]

const filled = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / utf8(unit).length))

/** How much more a message may cost: caches that others use meanwhile hit what is measured once more than the yardstick, which is repeated. */
const busy = 1.3

// A line of 16 KiB counts for 16 messages of the client's allowance: it may cost more, but not by far as much.
const allowed = (line: string): number => busy * (utf8(line).length > 4096 ? 2 : 1)

// A plain newcomer's name is looked at as a whole, as one word and with three lengths of number, once a connection: it may cost twice as much.
const allowedAt = ({ dialect, isIn, line }: Case): number => (dialect === plain && !isIn ? 2 : 1) * allowed(line)

const dear = (cases: ReadonlyArray<Case>, atMost = allowedAt): ReadonlyArray<string> => {
  const half = Math.min(...Array.from({ length: 10 }, yardstick))
  return cases
    .filter(({ line }) => utf8(line).length <= defaults.maxLine)
    .map((one) => ({ line: one.line, most: atMost(one), ratio: cost(one, atMost(one), half) }))
    .filter(({ most, ratio }) => ratio > most)
    .map(({ line, ratio }) => `${ratio.toFixed(2)} for ${utf8(line).length} bytes of ${line.slice(0, 60)}`)
}

describe("Half a millisecond is the most that one message costs, at which ten messages a second of a client leave room for others:", () => {
  it.each(worst)("%s", (_, unit) => {
    expect([128, 1190, 16_000].flatMap((bytes) => dear(messages(filled(unit, bytes))))).toEqual([])
  })

  it("the longest names that can be allowed", () => {
    const names = worst.map(([, unit]) => filled(unit, 600)).flatMap((name) => [
      { dialect: plain, isIn: false, maxName: mostGraphemes, line: `${name}\n` },
      { dialect: native, isIn: true, maxName: mostGraphemes, line: json({ _tag: "Rename", nickname: name }) },
      { dialect: plain, isIn: true, maxName: mostGraphemes, line: `/msg @${name}\n` }
    ])
    // There is twice as much of them.
    expect(dear(names, () => 4 * busy)).toEqual([])
  })

  const many = (count: number, of: (n: number) => string) => Array.from({ length: count }, (_, n) => of(n)).join()
  it.each<readonly [string, string]>([
    ["a wide array for a text", `{"_tag":"Say","text":[${"[],".repeat(5300)}0]}`],
    ["wide and deep", `{"_tag":"Say","text":[${many(260, () => "[".repeat(30) + "]".repeat(30))}]}`],
    ["an object of many fields for a text", `{"_tag":"Say","text":{${many(1500, (n) => `"a${n}":1`)}}}`],
    ["many fields that are not known", `{"_tag":"Say","text":"hi",${many(1500, (n) => `"a${n}":1`)}}`],
    ["many fields, and none that is needed", `{"_tag":"Say",${many(1500, (n) => `"a${n}":[]`)}}`],
    ["numbers", `{"_tag":"Say","text":[${many(4000, () => "1e9")}]}`],
    ["an array for a version", `{"_tag":"Hello","v":[${"[],".repeat(5300)}0],"password":[0]}`],
    ["a number of 16,000 digits", `{"_tag":"Hello","v":${"9".repeat(16_000)}}`],
    ["too deep", "[".repeat(16_000)],
    ["an array alone", `[${"1,".repeat(8000)}1]`],
    ["escaped ligatures", `{"_tag":"Say","text":"${"\\ufdfa".repeat(2700)}"}`],
    ["halves of surrogate pairs", `{"_tag":"Say","text":"${"\\ud83d".repeat(2700)}"}`]
  ])("JSON: %s", (_, line) => {
    expect(dear([{ dialect: native, isIn: true, line: `${line}\n` }])).toEqual([])
  })
})
