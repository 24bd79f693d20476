import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { type Key, KeyDecoder, maxPasteBytes } from "../../src/client/terminal/keys.ts"
import { Refusal } from "../../src/domain/Refusal.ts"
import * as Nickname from "../../src/domain/Nickname.ts"
import * as Text from "../../src/domain/Text.ts"
import { LineSplitter, tooLong } from "../../src/domain/wire/Lines.ts"
import { decodeLine, readMessage } from "../../src/domain/wire/Ndjson.ts"
import { detect } from "../../src/server/door/detect.ts"
import type { Heard, Interpreter } from "../../src/server/dialect/Dialect.ts"
import { NativeInterpreter } from "../../src/server/dialect/native.ts"
import { PlainInterpreter } from "../../src/server/dialect/PlainInterpreter.ts"
import { TelnetFilter } from "../../src/server/dialect/telnet.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { anyString, inPieces } from "../support/arbitraries.ts"
import { oneByOne, show, utf8 } from "../support/bytes.ts"
import { corpus, isShort, nested, strings, unsafe } from "../support/hostile.ts"
import { always } from "../support/property.ts"

/** How long a line may be here: short, so that short inputs get there. */
const lineBytes = 48
const config = { ...defaults, maxLine: lineBytes }

/** Something that makes something of bytes as they come. */
interface Decoder {
  readonly push: (piece: Uint8Array) => unknown
  /** All that came of it; a value that is the same for the same input. */
  readonly outcome: () => unknown
}

const splitting = (maxBytes: number): Decoder => {
  const splitter = new LineSplitter(maxBytes)
  const lines: Array<string | typeof tooLong> = []
  return {
    push: (piece) => {
      for (const line of splitter.push(piece)) {
        if (line !== tooLong) expect(line.length).toBeLessThanOrEqual(maxBytes)
        lines.push(line === tooLong ? tooLong : Buffer.from(line).toString("latin1"))
      }
      expect(splitter.pending.buffer.byteLength).toBeLessThanOrEqual(maxBytes)
    },
    outcome: () => ({ lines, pending: [...splitter.pending], skipping: splitter.skipping })
  }
}

// What the rules of the plain dialect are about reads for: NUL between two parts of one read; Ctrl-U and Ctrl-W, which edit where each
// read brings one key; and a question of telnet's, which is answered once a read.
const ofReads: ReadonlyArray<number> = [0x00, 0x15, 0x17]
const interpretingPlain = (interpreter: Interpreter): Decoder => {
  const { outcome, push } = interpreting(interpreter, ({ _tag }) => _tag !== "Answer")
  return { push: (piece) => push(piece.filter((byte) => !ofReads.includes(byte))), outcome }
}

const interpreting = (interpreter: Interpreter, counts: (heard: Heard) => boolean = () => true): Decoder => {
  const heard: Array<Heard> = []
  return {
    push: (piece) => heard.push(...interpreter.hear(piece)),
    outcome: () => [...heard, ...interpreter.end()].filter(counts)
  }
}

const filtering = (): Decoder => {
  const filter = new TelnetFilter()
  const left: Array<Uint8Array> = []
  return {
    push: (piece) => left.push(Buffer.from(filter.filter(piece))),
    outcome: () => Buffer.concat(left).toString("latin1")
  }
}

// A connection's bytes are looked at again with every piece until they tell what they are.
const detecting = (): Decoder => {
  let seen = Buffer.alloc(0)
  let kind: ReturnType<typeof detect>
  return {
    push: (piece) => {
      if (kind !== undefined) return
      seen = Buffer.concat([seen, piece])
      kind = detect(seen)
      if (seen.length >= 512) expect(kind).toBeDefined()
    },
    outcome: () => kind
  }
}

// Text that came in several pieces is the same text.
const merged = (keys: ReadonlyArray<Key>): ReadonlyArray<Key> => {
  const together: Array<Key> = []
  for (const key of keys) {
    const last = together.at(-1)
    if (key._tag === "Text" && last?._tag === "Text") together.splice(-1, 1, { _tag: "Text", text: last.text + key.text })
    else together.push(key)
  }
  return together
}

// Each byte is a character: all controls, those of 8 bits too.
const typing = (): Decoder => {
  const decoder = new KeyDecoder()
  const keys: Array<Key> = []
  return {
    push: (piece) => {
      for (const key of decoder.push(Buffer.from(piece).toString("latin1"))) keys.push(key)
    },
    outcome: () => merged([...keys, ...decoder.flush()])
  }
}

const decoders: ReadonlyArray<readonly [string, () => Decoder]> = [
  ["the line splitter", () => splitting(lineBytes)],
  ["detection", detecting],
  ["the native interpreter", () => interpreting(new NativeInterpreter(config))],
  ["the plain interpreter", () => interpretingPlain(new PlainInterpreter(config, false))],
  ["the plain interpreter of one who was greeted", () => interpretingPlain(new PlainInterpreter({ ...config, echo: "on" }, true))],
  ["the telnet filter", filtering],
  ["the key decoder", typing]
]

const inReads = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size))

const outcomeOf = (decoder: Decoder, pieces: Iterable<Uint8Array>): unknown => {
  for (const piece of pieces) decoder.push(piece)
  return decoder.outcome()
}

const lines = [
  `{"_tag":"Hello","v":1,"nickname":"eve"}\n`,
  `{"_tag":"Say","text":"hi","ref":"7"}\n`,
  `{"_tag":"Whisper","to":"m1","text":"hi"}\n`,
  `{"_tag":"Who","after":"m100"}\n`,
  `{"_tag":"Quit","reason":"lunch"}\n`,
  `{"_tag":"Said","seq":1,"at":1,"room":"lobby","from":{"id":"m1","name":"eve"},"text":"hi"}\n`,
  `{"_tag":"Left","seq":1,"at":1,"room":"lobby","member":{"id":"m1","name":"eve"},"code":"quit"}\n`,
  `{"_tag":"Members","at":1,"here":1,"members":[{"id":"m1","name":"eve"}],"more":false}\n`,
  "eve\nhello 😀\n/nick eva\n/me waves\n/msg bob psst\n{quit}\n",
  "eve: hi\r\neve: hi again\r\n//slash\r\n",
  "\u001b[1;5C\u001bOA\u001b[200~one\ntwo\u001b[201~\u001b]0;x\u0007\u001b[<0;1;1M\r"
].map(utf8)

// What has a meaning of its own somewhere.
const tokens = [
  "\n", "\r", "\0", "\b", "\t", " ", `"`, "\\", "{", "}", "[", "]", ":", ",", "e999", "\\u001b", `"__proto__":`, `"_tag":`, "null",
  "{quit}", "/quit", "/nick ", "//", "@", "\u001b", "\u001b[", "\u001b]", "\u001bP", "\u001b\\", "\u001b[200~", "\u001b[201~", "\ufeff", "\u0085",
  "\u2028", "\u202e", "\u200d", "\u0301", "😀"
].map(utf8)
const bytesOfMeaning = [[0xff], [0xff, 0xfa], [0xff, 0xf0], [0xff, 0xfd, 1], [0x9b], [0xc0, 0x8a], [0xe2, 0x82], [0xf0, 0x9f], [0xed, 0xa0, 0x80], [0xfe, 1], [0x16, 3]].map((bytes) => Uint8Array.from(bytes))

const token = FastCheck.constantFrom(...tokens, ...bytesOfMeaning)
const noise = FastCheck.uint8Array({ maxLength: 80 })
const jumble = FastCheck.array(FastCheck.oneof({ weight: 3, arbitrary: token }, FastCheck.uint8Array({ maxLength: 4 })), { maxLength: 20 }).map((parts) =>
  Uint8Array.from(Buffer.concat(parts))
)

// A valid input, in which something is put in place of something else, a few times.
const mutated = FastCheck.tuple(
  FastCheck.constantFrom(...lines),
  FastCheck.array(FastCheck.tuple(FastCheck.nat(), FastCheck.nat({ max: 6 }), FastCheck.oneof(token, FastCheck.uint8Array({ maxLength: 3 }), FastCheck.constantFrom(...lines))), {
    minLength: 1,
    maxLength: 4
  })
).map(([line, changes]) =>
  changes.reduce((bytes, [place, cut, put]) => {
    const at = place % (bytes.length + 1)
    return Uint8Array.from(Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]))
  }, line)
)

const anything = FastCheck.oneof({ weight: 2, arbitrary: noise }, { weight: 3, arbitrary: jumble }, { weight: 4, arbitrary: mutated })

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Number.prototype]
const properties = () => prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String).sort())
const before = properties()

afterAll(() => {
  // Whatever was decoded in this file, every object is as it was.
  expect(properties()).toEqual(before)
})

describe("However the bytes are split, there comes the same of them, from", () => {
  describe.each(decoders)("%s:", (_, decoder) => {
    it("whatever they are", () => {
      always(inPieces(anything), ({ pieces, whole }) => {
        const expected = outcomeOf(decoder(), [whole])
        expect(outcomeOf(decoder(), pieces)).toEqual(expected)
        expect(outcomeOf(decoder(), oneByOne(whole))).toEqual(expected)
      }, 500)
    })

    it.each(corpus.filter(isShort))("$name, split at every byte", ({ bytes }) => {
      const expected = outcomeOf(decoder(), [bytes])
      for (let at = 1; at < bytes.length; at += 1) {
        expect(outcomeOf(decoder(), [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected)
      }
      expect(outcomeOf(decoder(), oneByOne(bytes))).toEqual(expected)
    })

    it.each(corpus.filter((sending) => !isShort(sending)))("the first of $name, in reads of 1000 bytes", ({ bytes }) => {
      const first = bytes.subarray(0, 20_000)
      expect(outcomeOf(decoder(), inReads(first, 1000))).toEqual(outcomeOf(decoder(), [first]))
    })
  })

  it("the key decoder, also where a character is cut in two", () => {
    const keys = (pieces: ReadonlyArray<string>) => {
      const decoder = new KeyDecoder()
      return merged([...pieces.flatMap((piece) => [...decoder.push(piece)]), ...decoder.flush()])
    }
    always(FastCheck.oneof(anyString(), anything.map(show)), (whole) => {
      expect(keys(whole.split(""))).toEqual(keys([whole]))
    }, 1000)
  })
})

const clientKinds = ["Hello", "Say", "Act", "Whisper", "Rename", "Enter", "Exit", "Rooms", "Topic", "Invite", "Lock", "Unlock", "Hide", "Show", "Remember", "Forget", "Search", "Moderate", "Who", "Ping", "Pong", "Quit"]
const serverKinds = [
  "Welcome", "Said", "Acted", "Whispered", "Renamed", "Notice", "Joined", "Left", "Presence", "Entered", "Exited", "TopicSet", "Moderated", "Removed", "Invited", "RoomList", "Past", "Found", "Members", "Refused", "Throttled", "Ping", "Pong", "Goodbye"
]

const expectMessage = (line: Uint8Array) => {
  const request = readMessage(line, Nickname.defaultLimits)
  if (request === undefined) return
  if (request instanceof Refusal) {
    expect(request.message.length).toBeLessThanOrEqual(300)
    expect(request.message).not.toBe("")
    return
  }
  expect(["Hello", "Command", "Sealed", "Question", "Quit"]).toContain(request._tag)
  const asked = request._tag === "Hello" ? request.join : request._tag === "Command" || request._tag === "Sealed" ? request.command : request._tag === "Question" ? request.question : request
  expect(request._tag === "Hello" ? ["Join"] : clientKinds).toContain(asked._tag)
  for (const made of [request, asked]) expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
}

const expectEvent = (line: Uint8Array) => {
  const event = decodeLine(line)
  if (event === undefined) return
  expect(serverKinds).toContain(event._tag)
  expect(Object.getPrototypeOf(event)).toBe(Object.prototype)
  for (const words of strings(event)) expect(words).not.toMatch(unsafe)
}

const withoutFeeds = anything.map((bytes) => bytes.filter((byte) => byte !== 0x0a))

// Objects of a known kind whose fields are nearly right.
const value = FastCheck.oneof(anyString(20), FastCheck.jsonValue(), FastCheck.double(), FastCheck.constantFrom("m1", 1, 1e308, { id: "m1", name: "eve" }))
const almost = FastCheck.tuple(
  FastCheck.constantFrom(...clientKinds, ...serverKinds, "Lines", "Help", "Asked", "Join", "Address", "__proto__", "constructor", "Dance"),
  FastCheck.dictionary(
    FastCheck.constantFrom(
      "v", "nickname", "text", "word", "deed", "target", "who", "name", "forMs", "until", "by", "now", "you", "role", "topic", "locked", "hidden", "rooms", "yours", "ref", "after", "reason", "to", "from", "member", "members", "seq", "at", "room", "here", "more", "code", "message", "lines",
      "__proto__", "constructor", "prototype", "hasOwnProperty"
    ),
    value
  )
).map(([_tag, fields]) => utf8(JSON.stringify({ ...fields, _tag })))

describe("A line of JSON", () => {
  it("of a client is a message or a refusal in few words, whatever it is", () => {
    always(FastCheck.oneof(withoutFeeds, almost), expectMessage, 3000)
  })

  it("of a server is an event that is safe to show, or nothing, whatever it is", () => {
    always(FastCheck.oneof(withoutFeeds, almost), expectEvent, 3000)
  })

  it.each(corpus)("of $name is decoded like any other", ({ bytes }) => {
    const splitter = new LineSplitter(2 * bytes.length + 1)
    for (const line of [bytes, ...splitter.push(bytes), splitter.pending]) {
      if (line === tooLong) continue
      expectMessage(line)
      expectEvent(line)
    }
  })

  it.each(nested(100_000))("nested a hundred thousand levels deep in %s is decoded like any other", (_, json) => {
    for (const line of [json, `{"_tag":${json}}`, `{"_tag":"Say","text":${json}}`, `{"_tag":"Ping","at":1,"x":${json}}`, json.slice(0, json.length / 2)]) {
      expectMessage(utf8(line))
      expectEvent(utf8(line))
    }
  })
})

describe("A string", () => {
  const raw = FastCheck.oneof(anyString(200), anything.map(show), anything.map((bytes) => Buffer.from(bytes).toString("latin1")))

  it("that is a text is safe to show, and otherwise there is a reason", () => {
    always(raw, (string) => {
      for (const text of [Text.clean(string), Text.lenient(string), Text.parse(string)]) {
        if (typeof text === "string") expect(text).not.toMatch(unsafe)
        else if (text !== undefined) expect(["text-empty", "text-line-break"]).toContain(text.code)
      }
    }, 2000)
  })

  it("that is a name is safe to show and no longer than a name, and otherwise there is a reason", () => {
    always(raw, (string) => {
      for (const name of [Nickname.lenient(string), Nickname.parse(string)]) {
        if (typeof name === "string") {
          expect(name).not.toMatch(unsafe)
          expect(name).not.toContain(":")
          expect(utf8(name).length).toBeLessThanOrEqual(Nickname.defaultLimits.nameBytes)
        } else if (name !== undefined) expect(["name-empty", "name-too-long", "name-not-allowed"]).toContain(name.code)
      }
    }, 2000)
  })
})

describe("A key", () => {
  it("that is text has no control in it, and a paste none but line feeds and tabs", () => {
    always(FastCheck.oneof(anyString(), anything.map((bytes) => Buffer.from(bytes).toString("latin1"))), (input) => {
      const decoder = new KeyDecoder()
      for (const key of [...decoder.push(input), ...decoder.flush()]) {
        if (key._tag === "Text") expect(key.text).not.toMatch(/\p{Cc}|\p{Cs}/u)
        if (key._tag === "Paste") expect(key.text).not.toMatch(/(?![\n\t])\p{Cc}|\p{Cs}/u)
      }
    }, 1000)
  })
})

const kilobytes = (unit: string | ReadonlyArray<number>, count: number): Uint8Array =>
  Buffer.alloc(count * 1024, typeof unit === "string" ? utf8(unit) : Uint8Array.from(unit))

const units: ReadonlyArray<readonly [string, string | ReadonlyArray<number>]> = [
  ["letters", "x"],
  ["characters of four bytes", "😀"],
  ["NUL", "\0"],
  ["backspaces", "a\b\b"],
  ["white space", " \t"],
  ["colons", "a: "],
  ["slashes", "/"],
  ["brackets", "["],
  ["objects", `{"a":`],
  ["quotation marks", `"`],
  ["backslashes", "\\"],
  ["digits", "9"],
  ["IAC", [0xff]],
  ["subnegotiations", [0xff, 0xfa]],
  ["continuations", [0x9b]],
  ["ESC", "\u001b"],
  ["CSI", "\u001b[1;"],
  ["OSC", "\u001b]52;c;"],
  ["pastes", "\u001b[200~x"],
  ["ends of pastes", "\u001b[201~"]
]

// Of these every line has an answer of its own: there are fewer of them in a megabyte of what people send.
const unitsOfLines: typeof units = [
  ["line feeds", "\n"],
  ["carriage returns", "\r"],
  ["short lines", "hi\n"],
  ["commands", "/msg a\n"],
  ["messages", `{"_tag":"Say","text":"hi"}\n`],
  ["wrong messages", `{"_tag":"Say","text":7}\n`]
]

const longLines = { ...defaults, maxLine: 2 * 1024 * 1024 }
type Reading = (bytes: Uint8Array) => void

const reads = (decoder: () => { readonly push: (piece: Uint8Array) => unknown; readonly end?: () => unknown }): Reading => (bytes) => {
  const { end, push } = decoder()
  for (const piece of inReads(bytes, 65_536)) push(piece)
  end?.()
}

// Everything that was heard is taken: what is not, is not made out either.
const listening = (interpreter: Interpreter) => ({ push: (piece: Uint8Array) => [...interpreter.hear(piece)], end: () => [...interpreter.end()] })

/** What is timed: each takes all of an input. A line may be as long as that, so that nothing is dropped. */
const readings: ReadonlyArray<readonly [string, Reading]> = [
  ["The line splitter", reads(() => ({ push: LineSplitter.prototype.push.bind(new LineSplitter(longLines.maxLine)) }))],
  ["Detection", reads(detecting)],
  ["The native interpreter", reads(() => listening(new NativeInterpreter(defaults)))],
  ["The native interpreter of long lines", reads(() => listening(new NativeInterpreter(longLines)))],
  ["The plain interpreter", reads(() => listening(new PlainInterpreter(defaults, true)))],
  ["The plain interpreter of long lines", reads(() => listening(new PlainInterpreter(longLines, true)))],
  ["The telnet filter", reads(() => ({ push: TelnetFilter.prototype.filter.bind(new TelnetFilter()) }))],
  ["The key decoder", (bytes) => new KeyDecoder().push(Buffer.from(bytes.subarray(0, bytes.length / 5)).toString("latin1"))],
  ["A client's line", (bytes) => readMessage(bytes, Nickname.defaultLimits)],
  ["A server's line", decodeLine],
  ["A text", (bytes) => [Text.clean(show(bytes)), Text.lenient(show(bytes)), Text.parse(show(bytes))]],
  ["A name", (bytes) => [Nickname.lenient(show(bytes)), Nickname.parse(show(bytes))]]
]

/** How long this process works on it, ms: what others do meanwhile is not counted. */
const workOf = (reading: Reading, bytes: Uint8Array): number => {
  const before = process.cpuUsage()
  reading(bytes)
  const { system, user } = process.cpuUsage(before)
  return (system + user) / 1000
}

describe("Ten times the input takes not much more than ten times the work:", () => {
  /** Below this a time says nothing, ms. */
  const floor = 150
  /** Ten and what a machine adds; what takes the square of its input would take a hundred. */
  const factor = 30

  const expectLinear = (what: string, reading: Reading, small: Uint8Array, large: Uint8Array) => {
    const once = workOf(reading, large)
    if (once <= floor) return
    const least = Math.min(...[1, 2, 3].map(() => workOf(reading, small)))
    expect(Math.min(once, workOf(reading, large)), what).toBeLessThanOrEqual(Math.max(floor, factor * least))
  }

  it.each(readings)("%s, up to a megabyte", (_, reading) => {
    for (const [what, unit] of units) expectLinear(what, reading, kilobytes(unit, 100), kilobytes(unit, 1000))
    for (const [what, unit] of unitsOfLines) expectLinear(what, reading, kilobytes(unit, 1), kilobytes(unit, 10))
  })
})

setFlagsFromString("--expose-gc")
const collect: unknown = runInNewContext("gc")

/** How many bytes are in use once what is not needed is gone. */
const inUse = (): number => {
  if (typeof collect !== "function") throw new Error("There is no way to collect garbage")
  // The second waits until what the first has found is given back, which another thread does.
  for (let n = 0; n < 2; n += 1) Reflect.apply(collect, undefined, [])
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

describe("Of 20 megabytes without an end there is held at most what one line, or one paste, may have:", () => {
  const mebibyte = 1024 * 1024
  const letters = kilobytes("x", 1024)
  const keys = (opening: string) => () => {
    const decoder = new KeyDecoder()
    decoder.push(opening)
    return { push: (piece: Uint8Array) => decoder.push(Buffer.from(piece).toString("latin1")) }
  }
  const heldBy: ReadonlyArray<readonly [string, number, () => { readonly push: (piece: Uint8Array) => unknown }]> = [
    ["the line splitter", mebibyte, () => ({ push: LineSplitter.prototype.push.bind(new LineSplitter(mebibyte)) })],
    ["the native interpreter", defaults.maxLine, () => listening(new NativeInterpreter(defaults))],
    ["the plain interpreter", defaults.maxLine, () => listening(new PlainInterpreter(defaults, true))],
    ["the telnet filter in a subnegotiation", 0, () => {
      const filter = new TelnetFilter()
      filter.filter(Uint8Array.of(0xff, 0xfa))
      return { push: (piece) => filter.filter(piece) }
    }],
    ["the key decoder in a paste", 2 * maxPasteBytes, keys("\u001b[200~")],
    ["the key decoder in an OSC, of two", 0, () => {
      const { push } = keys("\u001b]0;")()
      return { push: (piece) => push(piece.subarray(0, piece.length / 10)) }
    }]
  ]

  it.each(heldBy)("%s", (_, most, decoder) => {
    const { push } = decoder()
    push(letters)
    const used = inUse()
    for (let n = 1; n < 20; n += 1) push(letters)
    expect(inUse() - used).toBeLessThan(most + 2 * mebibyte)
    // It is still needed, so it has not been collected.
    push(letters)
  })

  it("a paste is no longer than it may be, and says so", () => {
    const decoder = new KeyDecoder()
    decoder.push("\u001b[200~")
    for (let n = 0; n < 3; n += 1) decoder.push(show(letters))
    const [key] = decoder.push("\u001b[201~")
    expect(key).toMatchObject({ _tag: "Paste", truncated: true })
    expect(key?._tag === "Paste" && utf8(key.text).length).toBe(maxPasteBytes)
  })
})
