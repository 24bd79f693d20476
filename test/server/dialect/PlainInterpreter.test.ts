import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { joinAnyway } from "../../../src/domain/command/join.ts"
import type { Goodbye } from "../../../src/domain/Event.ts"
import { MemberId } from "../../../src/domain/Member.ts"
import type { LeaveCode } from "../../../src/domain/LeaveCode.ts"
import * as Nickname from "../../../src/domain/Nickname.ts"
import { lobby } from "../../../src/domain/RoomName.ts"
import * as Text from "../../../src/domain/Text.ts"
import type { Heard } from "../../../src/server/dialect/Dialect.ts"
import { plain } from "../../../src/server/dialect/plain.ts"
import { PlainInterpreter } from "../../../src/server/dialect/PlainInterpreter.ts"
import { defaults, type ServerOptions } from "../../../src/server/ServerConfig.ts"
import { anyString, inPieces } from "../../support/arbitraries.ts"
import { latin1, oneByOne, show, utf8 } from "../../support/bytes.ts"
import { named, settings } from "../../support/chat.ts"
import { brief } from "../../support/heard.ts"
import { corpus } from "../../support/hostile.ts"
import { always } from "../../support/property.ts"

const { chunkSilence, detectWithin, greetAfter, nameSilence, typedSilence } = defaults

/** A plain client, in whose tests a read is a string or some bytes. */
class Client {
  readonly interpreter: PlainInterpreter

  constructor({ greeted = false, ...config }: Partial<ServerOptions> & { readonly greeted?: boolean } = {}) {
    this.interpreter = new PlainInterpreter({ ...defaults, ...config }, greeted)
  }

  reads(...all: ReadonlyArray<string | Uint8Array>): ReadonlyArray<string> {
    return all.flatMap((read) => brief(this.interpreter.hear(typeof read === "string" ? utf8(read) : read)))
  }

  /** What one read and the silence after it come to; nothing when the silence means nothing. */
  readsAndRests(read: string | Uint8Array): ReadonlyArray<string> {
    return [...this.reads(read), ...this.rests()]
  }

  rests(): ReadonlyArray<string> {
    return this.patience === undefined ? [] : brief(this.interpreter.silence())
  }

  ends(): ReadonlyArray<string> {
    return brief(this.interpreter.end())
  }

  get patience() {
    return this.interpreter.patience
  }

  goodbye(code: LeaveCode): string {
    const goodbye: Goodbye = { _tag: "Goodbye", at: 0, code, reason: Text.clean("the end") }
    const words = this.interpreter.goodbye(goodbye)
    return words === undefined ? plain.encode(goodbye) : show(words)
  }

  /** It is let in, under this name. */
  isIn(name: string): void {
    const you = { id: MemberId.make("m1"), name: named(name) }
    this.interpreter.told({ _tag: "Welcome", seq: 1, at: 0, room: lobby, you, here: 1, members: [you], ...settings })
  }

  /** It is told that a password is needed, or that it was wrong. */
  isRefused(code: "password-required" | "password-wrong"): void {
    this.interpreter.told({ _tag: "Refused", at: 0, code, message: Text.clean("No.") })
  }
}

const lineSender = (config: Partial<ServerOptions> & { readonly greeted?: boolean } = {}) => {
  const client = new Client(config)
  client.reads("ann\n")
  return client
}

const chunkSender = (config: Partial<ServerOptions> & { readonly greeted?: boolean } = {}) => {
  const client = new Client(config)
  client.readsAndRests("ann")
  return client
}

describe("A line feed", () => {
  it("ends a name and each message, and no silence does after it", () => {
    const client = new Client()
    expect(client.reads("ann\nhi", " all\nbye\n")).toEqual(["join ann", "say hi all", "say bye"])
    client.reads("and")
    expect(client.patience).toBeUndefined()
  })

  it("may have a carriage return before it, which is dropped", () => {
    expect(new Client().reads("ann\r\nhi\r\n")).toEqual(["join ann", "say hi"])
    expect(new Client().reads("ann\r\0\nhi\r", "\n")).toEqual(["join ann", "say hi"])
  })

  it("alone says nothing", () => {
    expect(lineSender().reads("\n", "  \n", "\r\n")).toEqual([])
  })

  it("makes the same of what is sent, however it is split", () => {
    // Without what means something else where keys come one by one, or in one read: Ctrl-U, Ctrl-W, and NUL.
    const words = FastCheck.oneof(
      FastCheck.constantFrom("ann", "ann: hi", "{quit}", " ", "a\bb", "é😀한", "\u001b[A", "\u001b[1;5", "3         ada", "x".repeat(50)),
      anyString(12).map((text) => text.replaceAll(/[\0\u0015\u0017]/gu, ""))
    )
    const line = FastCheck.tuple(words, FastCheck.constantFrom("\n", "\r", "\r\n")).map((parts) => parts.join(""))
    const stream = FastCheck.array(line, { maxLength: 8 }).map((lines) => utf8(lines.join("")))
    always(inPieces(stream), ({ pieces, whole }) => {
      const once = new Client({ maxLine: 40 }).reads(whole)
      expect(new Client({ maxLine: 40 }).reads(...pieces)).toEqual(once)
      expect(new Client({ maxLine: 40 }).reads(...oneByOne(whole))).toEqual(once)
    })
  })
})

describe("A silence", () => {
  it("ends a name that was sent without a line feed, and then each message", () => {
    const client = new Client()
    expect(client.reads("ann")).toEqual([])
    expect(client.patience).toBe(nameSilence)
    expect(client.rests()).toEqual(["join ann"])
    expect(client.patience).toBeUndefined()
    expect(client.reads("hi", " all")).toEqual([])
    expect(client.patience).toBe(chunkSilence)
    expect(client.rests()).toEqual(["say hi all"])
  })

  it("means nothing before anything was sent", () => {
    expect(new Client().patience).toBeUndefined()
    expect(chunkSender().patience).toBeUndefined()
  })

  it("does not end a line sender's message, but where that is a quit word", () => {
    for (const word of ["{quit}", "(quit)", "/quit", " {quit} ", "{Quit}", "{quit}\0\0"]) {
      const client = lineSender()
      expect(client.reads(word)).toEqual([])
      expect(client.patience).toBe(chunkSilence)
      expect(client.rests()).toEqual(["quit"])
    }
    const client = lineSender()
    client.reads("{quit")
    expect(client.patience).toBeUndefined()
    client.reads("} now")
    expect(client.patience).toBeUndefined()
    expect(client.reads("\n")).toEqual(["say {quit} now"])
  })

  it("does not part what a chunk sender ended with a line feed itself", () => {
    const client = chunkSender()
    expect(client.readsAndRests("one\ntwo")).toEqual(["say one", "say two"])
  })

  it("never cuts inside a character", () => {
    for (const character of ["é", "한", "😀"]) {
      const bytes = utf8(character)
      for (let at = 1; at < bytes.length; at += 1) {
        const client = chunkSender()
        expect(client.readsAndRests(Uint8Array.from([0x61, ...bytes.subarray(0, at)]))).toEqual([])
        expect(client.patience).toBe(detectWithin)
        expect(client.readsAndRests(bytes.subarray(at))).toEqual([`say a${character}`])
      }
    }
  })

  it("never cuts inside a character of a name", () => {
    const client = new Client()
    const [first, second] = utf8("é")
    expect(client.readsAndRests(Uint8Array.of(0x5a, 0x6f, first!))).toEqual([])
    expect(client.patience).toBe(detectWithin)
    expect(client.readsAndRests(Uint8Array.of(second!))).toEqual(["join Zoé"])
  })

  it("waits for the rest of a name's only character", () => {
    const client = new Client()
    const bytes = utf8("😀")
    expect(client.readsAndRests(bytes.subarray(0, 3))).toEqual([])
    expect(client.patience).toBe(detectWithin)
    expect(client.reads(bytes.subarray(3))).toEqual([])
    expect(client.rests()).toEqual(["join 😀"])
  })

  it("ends what is never completed when it lasts for another second: then it is no UTF-8", () => {
    const client = new Client()
    expect(client.readsAndRests(latin1("José"))).toEqual([])
    expect(client.rests()).toEqual(["join José"])
    expect(client.readsAndRests(latin1("olé"))).toEqual([])
    expect(client.patience).toBe(detectWithin)
    expect(client.rests()).toEqual(["say olé"])
    expect(client.patience).toBeUndefined()
  })

  it("never cuts inside the sequence of a key", () => {
    for (const [first, second] of [["hel\u001b", "[Dlo"], ["hel\u001b[1", ";5Dlo"], ["hel\u001bO", "Plo"]] as const) {
      const client = chunkSender()
      expect(client.readsAndRests(first)).toEqual([])
      expect(client.readsAndRests(second)).toEqual(["say hello"])
    }
  })
})

describe("A person whose every key is sent at once", () => {
  const keys = (text: string) => oneByOne(utf8(text))

  it("ends the name and the messages with a line feed alone", () => {
    const client = new Client()
    client.reads(...keys("an"))
    expect(client.patience).toBeUndefined()
    expect(client.reads(...keys("n\r\n"))).toEqual(["join ann"])
    client.reads(...keys("hi"))
    expect(client.patience).toBeUndefined()
    expect(client.reads(...keys(" all\r\n"))).toEqual(["say hi all"])
  })

  it("may think about a quit word without having said it", () => {
    const client = new Client()
    client.reads(...keys("ann\n{quit}"))
    expect(client.patience).toBeUndefined()
    expect(client.reads(...keys("\n"))).toEqual(["quit"])
  })

  it("has two seconds for a second key, after which the first is a name", () => {
    const client = new Client()
    client.reads("a")
    expect(client.patience).toBe(typedSilence)
    expect(client.rests()).toEqual(["join a"])
    expect(client.readsAndRests("hi")).toEqual(["say hi"])
  })

  it("may press keys of more than one byte, and type ahead", () => {
    for (const reads of [["a", "\u001b[D", "n"], ["a", "é", "n"], ["a", "n", "né"]]) {
      const client = new Client()
      client.reads(...reads)
      expect(client.patience).toBeUndefined()
    }
  })

  it("may edit the line, also with Ctrl-U and Ctrl-W", () => {
    expect(new Client().reads(...keys("tom\bm\r"))).toEqual(["join tom"])
    expect(new Client().reads(...keys("tom\u0015ann\r"))).toEqual(["join ann"])
    const client = new Client()
    client.reads(...keys("ann\r"))
    expect(client.reads(...keys("wrong\u0015right\r"))).toEqual(["say right"])
    expect(client.reads(...keys("one twoo\u0017two\r"))).toEqual(["say one two"])
  })

  it("may be slow at the second key of a name: then no message ends before a line end either, once two keys have come", () => {
    const client = new Client()
    expect(client.readsAndRests("a")).toEqual(["join a"])
    client.reads("h")
    expect(client.patience).toBe(typedSilence)
    client.reads("i")
    expect(client.patience).toBeUndefined()
    expect(client.reads("\r")).toEqual(["say hi"])
  })

  it("is not typing when one read brings more", () => {
    const client = new Client()
    client.reads("a", "nn")
    expect(client.patience).toBe(nameSilence)
    const other = new Client()
    other.reads("an", "n")
    expect(other.patience).toBe(nameSilence)
  })
})

describe("A line end", () => {
  it.each(["\n", "\r", "\r\n", "\r\0"])("%j ends one line, line by line, in one read, and key by key", (end) => {
    expect(new Client().reads(`ann${end}`, `one${end}two${end}`)).toEqual(["join ann", "say one", "say two"])
    expect(new Client().reads(`ann${end}one${end}two${end}`)).toEqual(["join ann", "say one", "say two"])
    expect(new Client().reads(...oneByOne(utf8(`ann${end}one${end}${end}two${end}`)))).toEqual(["join ann", "say one", "say two"])
  })

  it("that is a carriage return ends its line at once, and what comes of it later is no line", () => {
    for (const rest of ["\n", "\0"]) {
      const client = new Client()
      expect(client.reads("ann\r")).toEqual(["join ann"])
      client.isRefused("password-required")
      expect(client.reads(rest, "sesame\r", rest)).toEqual(["join ann with sesame"])
    }
  })
})

describe("Telnet", () => {
  const bytes = (...all: ReadonlyArray<number | string>) => Uint8Array.from(all.flatMap((one) => (typeof one === "string" ? [...utf8(one)] : [one])))
  const [IAC, EC, EL, AYT, IP, DO, WILL] = [255, 247, 248, 246, 244, 253, 251]
  const negotiation = bytes(IAC, WILL, 31, IAC, WILL, 32, IAC, DO, 1, IAC, DO, 3)
  const question = "answer Welcome to brusio, a chat room. Type your name and press Enter:\r\n"

  it("alone is silence: the greeting comes all the same, once", () => {
    for (const reads of [[negotiation], oneByOne(negotiation), [bytes(IAC, 254, 34)], [bytes(IAC)]]) {
      const client = new Client()
      expect(client.reads(...reads)).toEqual([])
      expect(client.patience).toBe(greetAfter)
      expect(client.rests().map((line) => line.replace("\r", ""))).toEqual([question.replace("\r", "")])
      expect(client.patience).toBeUndefined()
    }
    const client = new Client()
    client.reads(negotiation)
    expect(client.rests()).toEqual([question])
    expect(client.reads(bytes(IAC, WILL, 24))).toEqual([])
    expect(client.patience).toBeUndefined()
    expect(client.reads("ann\r\n", "hi\r\n")).toEqual(["join ann", "say hi"])
  })

  it("alone is not greeted twice", () => {
    const client = new Client({ greeted: true })
    client.reads(negotiation)
    expect(client.patience).toBeUndefined()
  })

  it("ends a line with a line end, and no silence does", () => {
    const client = new Client()
    client.reads(negotiation, "an")
    expect(client.patience).toBeUndefined()
    expect(client.reads("n\r\n", "{quit}")).toEqual(["join ann"])
    expect(client.patience).toBeUndefined()
  })

  it("is answered where a client waits for it", () => {
    const client = lineSender()
    expect(client.reads(bytes(IAC, IP, IAC, DO, 6))).toEqual(["answer \u00ff\u00fc\u0006"])
    expect(client.reads(bytes(IAC, AYT))).toEqual(["answer Yes, brusio is here.\r\n"])
    expect(client.reads("still here\r\n")).toEqual(["say still here"])
  })

  it("erases a character and a line", () => {
    expect(lineSender().reads(bytes("hol", IAC, EC, IAC, EC, "i\n"))).toEqual(["say hi"])
    expect(lineSender().reads(bytes("rubbish", IAC, EL, "hi\n"))).toEqual(["say hi"])
  })
})

describe("The dialect of a client", () => {
  const byKey = { ...plain, name: "by key" }
  const dialectAfter = (...reads: ReadonlyArray<string | Uint8Array>) => {
    const interpreter = new PlainInterpreter(defaults, false, { telnet: byKey, among: () => byKey })
    for (const read of reads) Array.from(interpreter.hear(typeof read === "string" ? utf8(read) : read))
    return interpreter.dialect?.name
  }

  it("is that of telnet for telnet, and for those whose keys come one by one", () => {
    expect(dialectAfter(Uint8Array.of(255, 251, 31), "ann\r\n")).toBe("by key")
    expect(dialectAfter(...oneByOne(utf8("ann\r")))).toBe("by key")
    expect(dialectAfter("a", "\r\n")).toBe("by key")
    expect(dialectAfter("\u001b[A", "a")).toBe("by key")
    expect(dialectAfter("ö", "l", "\r\0")).toBe("by key")
  })

  it("is the plain one for all others", () => {
    expect(dialectAfter("ann\r\n", "a\r\n", "b\r\n")).toBeUndefined()
    expect(dialectAfter("\n", "\n", "ann\n")).toBeUndefined()
    expect(dialectAfter("ann")).toBeUndefined()
    expect(dialectAfter(Uint8Array.of(255, 65), "nn\n")).toBeUndefined()
  })
})

describe("An encoding", () => {
  const both = (encoding: "utf16le" | "utf16be", text: string) => {
    const bytes = Buffer.from(text, "utf16le")
    return encoding === "utf16le" ? bytes : bytes.swap16()
  }

  it("that is not UTF-8 is Windows-1252, line by line", () => {
    expect(new Client().reads(latin1("Jürgen\n"), latin1("Grüße aus Köln\n"), "Grüße\n")).toEqual(["join Jürgen", "say Grüße aus Köln", "say Grüße"])
    expect(lineSender().reads(Uint8Array.of(0x93, 0x68, 0x69, 0x94, 0x20, 0x96, 0x20, 0x80, 0x35, 10))).toEqual(["say “hi” – €5"])
    expect(chunkSender().readsAndRests(latin1("Grüße aus Köln"))).toEqual(["say Grüße aus Köln"])
  })

  it.each(["utf16le", "utf16be"] as const)("%s is told by its mark, however it is split", (encoding) => {
    const sent = both(encoding, "\ufeffann\r\nGrüße 😀\r\n你好\n")
    const expected = ["join ann", "say Grüße 😀", "say 你好"]
    expect(new Client().reads(sent)).toEqual(expected)
    expect(new Client().reads(...oneByOne(sent))).toEqual(expected)
    always(inPieces(FastCheck.constant(sent)), ({ pieces }) => {
      expect(new Client().reads(...pieces)).toEqual(expected)
    })
  })

  it("is UTF-16 without a mark where NULs stand at every second byte", () => {
    expect(new Client().reads(both("utf16le", "ann\r\n"), both("utf16le", "hi all\r\n"))).toEqual(["join ann", "say hi all"])
    const client = new Client()
    expect(client.readsAndRests(both("utf16le", "ann"))).toEqual(["join ann"])
    expect(client.readsAndRests(both("utf16le", "hi all"))).toEqual(["say hi all"])
  })
})

describe("NULs", () => {
  it("end a message between two parts of at least two bytes in one read", () => {
    const client = new Client()
    expect(client.readsAndRests("hal\0")).toEqual(["join hal"])
    expect(client.readsAndRests("hello\0")).toEqual(["say hello"])
    expect(client.readsAndRests("one\0two\0\0three\0")).toEqual(["say one", "say two", "say three"])
    expect(new Client().readsAndRests("hal\0hello\0")).toEqual(["join hal", "say hello"])
  })

  it("are taken out elsewhere", () => {
    expect(chunkSender().readsAndRests("o\0n\0e\0two\0x")).toEqual(["say onetwox"])
    expect(lineSender().reads("one\0two", "\n")).toEqual(["say onetwo"])
    expect(lineSender().reads("one\0two\nand\0three\n")).toEqual(["say onetwo", "say andthree"])
  })
})

describe("A frame", () => {
  it("is taken off a name and off all messages of one whose name has one", () => {
    const client = new Client()
    expect(client.readsAndRests("3         ada")).toEqual(["join ada"])
    expect(client.readsAndRests("10        hello room")).toEqual(["say hello room"])
    expect(client.readsAndRests("3         one3         two")).toEqual(["say one", "say two"])
  })

  it("may come before its payload", () => {
    const client = new Client()
    expect(client.readsAndRests("4".padEnd(64))).toEqual([])
    expect(client.readsAndRests("cleo")).toEqual(["join cleo"])
    expect(client.readsAndRests("5".padEnd(64))).toEqual([])
    expect(client.readsAndRests("hello")).toEqual(["say hello"])
  })

  it("is words like others from one who sent a name", () => {
    expect(chunkSender().readsAndRests("3         ada")).toEqual(["say 3         ada"])
    expect(lineSender().reads("3         ada\n")).toEqual(["say 3         ada"])
  })
})

describe("What is taken out", () => {
  it.each([
    ["a backspace with the character before it", "anm\bn", "ann"],
    ["a delete with the character before it", "anm\u007fn", "ann"],
    ["as many characters as there are backspaces", "bob\b\b\bann", "ann"],
    ["a backspace that has nothing before it", "\b\b\bann", "ann"],
    ["a backspace with a whole character of four bytes", "ann😀\b", "ann"],
    ["NULs that fill up a name", `ann${"\0".repeat(29)}`, "ann"],
    ["NULs between letters", "a\0n\0n\0", "ann"],
    ["other controls", "a\u0007n\u001bn", "ann"],
    ["an arrow", "a\u001b[Cnn", "ann"],
    ["the marks of a paste", "\u001b[200~ann\u001b[201~", "ann"],
    ["the header of a frame", "3         ann", "ann"],
    ["white space around it", " \tann  ", "ann"],
    ["a carriage return", "ann\r", "ann"],
    ["a colon", "ann:", "ann"]
  ])("of a name is %s", (_, sent, name) => {
    expect(new Client().reads(`${sent}\n`)).toEqual([`join ${name}`])
    expect(new Client().readsAndRests(sent)).toEqual([`join ${name}`])
  })

  it.each([
    ["a backspace with the character before it", "hu\bi", "hi"],
    ["NULs", "hi\0\0\0", "hi"],
    ["colours", "\u001b[31mhi\u001b[0m", "hi"],
    ["F1, Delete and an arrow with Ctrl", "\u001bOPh\u001b[3~i\u001b[1;5D", "hi"],
    ["a title", "\u001b]0;title\u0007hi", "hi"],
    ["an escape alone", "h\u001bi", "hi"],
    ["Ctrl-U and Ctrl-W, which the terminal has obeyed already", "h\u0015i\u0017", "hi"],
    ["bidi overrides", "h\u202ei", "hi"],
    ["white space at the end", "hi \t ", "hi"],
    ["nothing of white space before it", "  hi", "  hi"],
    ["no tab within", "h\ti", "h\ti"]
  ])("of a message is %s", (_, sent, text) => {
    expect(lineSender().reads(`${sent}\n`)).toEqual([`say ${text}`])
    expect(chunkSender().readsAndRests(sent)).toEqual([`say ${text}`])
  })

  it("are telnet's own sequences, also where a read ends in one", () => {
    const [IAC, WILL, SB, SE] = [255, 251, 250, 240]
    const bytes = Uint8Array.from([IAC, WILL, 31, ...utf8("an"), IAC, SB, 31, 0, 10, IAC, SE, ...utf8("n\n")])
    expect(new Client().reads(bytes)).toEqual(["join ann"])
    for (let at = 1; at < bytes.length; at += 1) {
      expect(new Client().reads(bytes.subarray(0, at), bytes.subarray(at))).toEqual(["join ann"])
    }
  })

})

describe("A name", () => {
  it("and a first message come at once as NAME: text", () => {
    expect(new Client().reads("ann: hi all\n")).toEqual(["join ann", "say hi all"])
    expect(new Client().readsAndRests("ann: hi all")).toEqual(["join ann", "say hi all"])
    expect(new Client().reads("ann: so: it is\n")).toEqual(["join ann", "say so: it is"])
  })

  it.each([
    ["ann: ", ["join ann"]],
    ["ann:", ["join ann"]],
    ["ann:hi", ["join annhi"]],
    ["Nick Cave: hi", ["join Nick Cave hi"]],
    ["exit", ["join exit"]],
    ["bye", ["join bye"]]
  ])("is what is sent first: %s", (sent, expected) => {
    expect(new Client().reads(`${sent}\n`)).toEqual(expected)
  })

  it("is cut when it is too long, and asks for a number when it is taken", () => {
    const join = joinAnyway(named("a".repeat(32)), Nickname.limited(defaults.maxName))
    expect(join.spares).toBeDefined()
    expect([...new Client().interpreter.hear(utf8(`${"a".repeat(50)}\n`))]).toEqual([{ _tag: "Hello", join, password: undefined }])
  })

  it.each(["", "   ", "\0\0", ":", "\u200b", "\u001b"])("of which nothing is left is asked for again: %j", (sent) => {
    expect(new Client().reads(`${sent}\n`, "ann\n", "hi\n")).toEqual(["refuse name-empty", "join ann", "say hi"])
  })

  it("is asked for again also where a silence ends it", () => {
    const client = new Client()
    expect(client.readsAndRests("\u200b")).toEqual(["refuse name-empty"])
    expect(client.readsAndRests("ann")).toEqual(["join ann"])
    expect(client.readsAndRests("hi")).toEqual(["say hi"])
  })

  it("before a message is taken off, once", () => {
    expect(lineSender().reads("ann: hi\n")).toEqual(["say hi"])
    expect(lineSender().reads("ann: ann: hi\n")).toEqual(["say ann: hi"])
    expect(chunkSender().readsAndRests("ann: hi")).toEqual(["say hi"])
  })

  it("before a message is taken off whether it is the one asked for or the one it got", () => {
    const client = lineSender()
    client.isIn("ann_2")
    expect(client.reads("ann: hi\n", "ann_2: hi\n")).toEqual(["say hi", "say hi"])
  })

  it("before a message is taken off also once it is another one", () => {
    const client = lineSender()
    client.isIn("ann")
    const member = { id: MemberId.make("m1"), name: named("anna") }
    client.interpreter.told({ _tag: "Renamed", seq: 2, at: 0, room: lobby, member, was: named("ann") })
    expect(client.reads("anna: hi\n")).toEqual(["say hi"])
  })

  it.each(["bob: hi", "ann:hi", "ANN: hi", " ann: hi", "annie: hi"])("is not what stands before %j", (message) => {
    expect(lineSender().reads(`${message}\n`)).toEqual([`say ${message}`])
  })

  it("before a message with nothing after it says nothing", () => {
    expect(lineSender().reads("ann: \n")).toEqual([])
  })
})

describe("A quit word", () => {
  const words = ["{quit}", "(quit)", "/quit", "{Quit}", "{QUIT}", "(Quit)", "/QUIT"]

  it.each(words)("%s leaves, in place of a name and in place of a message", (word) => {
    expect(new Client().reads(`${word}\n`)).toEqual(["quit"])
    expect(new Client().readsAndRests(word)).toEqual(["quit"])
    expect(lineSender().reads(`${word}\n`)).toEqual(["quit"])
    expect(chunkSender().readsAndRests(word)).toEqual(["quit"])
    expect(chunkSender().readsAndRests(` ${word}\0`)).toEqual(["quit"])
  })

  it.each(["exit", "bye", "quit", "{ quit }", "say {quit}", "{quit}{quit}"])("is not %s", (word) => {
    expect(lineSender().reads(`${word}\n`)).toEqual([`say ${word}`])
    expect(chunkSender().readsAndRests(word)).toEqual([`say ${word}`])
  })

  it.each(words)("%s comes back to a chunk sender, without a line feed", (word) => {
    const client = chunkSender()
    client.readsAndRests(` ${word} `)
    expect(client.goodbye("quit")).toBe(word)
  })

  it("is answered to a line sender with a line", () => {
    const client = lineSender()
    client.reads("{quit}\n")
    expect(client.goodbye("quit")).toBe("Goodbye!\n")
  })

  it("does not come back to a chunk sender that goes for another reason", () => {
    expect(chunkSender().goodbye("closing")).toBe("The server is closing: the end.\n")
    expect(chunkSender().goodbye("too-slow")).toBe("You have been disconnected: the end.\n")
    const client = chunkSender()
    client.readsAndRests("{quit}")
    expect(client.goodbye("closing")).toBe("The server is closing: the end.\n")
  })

  it("is not needed to be told goodbye before there is a name", () => {
    expect(new Client().goodbye("closing")).toBe("The server is closing: the end.\n")
  })
})

describe("A command that is typed", () => {
  it.each([
    ["/who", ["who"]],
    ["/help", ["help"]],
    ["/HELP ", ["help"]],
    ["/me  waves both hands", ["act waves both hands"]],
    ["/me", ["refuse text-empty"]],
    ["/msg Ann B. are you there", ["address Ann B. are you there"]],
    ["/msg", ["refuse text-empty"]],
    ["/nick Ann B.", ["rename Ann B."]],
    ["/nick", ["refuse name-empty"]],
    ["/nick a:b", ["refuse name-not-allowed"]],
    ["/quit gone fishing", ["quit gone fishing"]],
    ["/dance", ["refuse unknown-command"]],
    ["/ who", ["refuse unknown-command"]],
    ["//who is here?", ["say /who is here?"]],
    [" /who", ["say  /who"]],
    ["and /or", ["say and /or"]]
  ])("%j asks for %j", (line, heard) => {
    const client = new Client()
    expect(client.reads("bob\n")).toEqual(["join bob"])
    expect(client.reads(`${line}\n`)).toEqual(heard)
  })

  it("is one also from a program that puts the name in front", () => {
    const client = new Client()
    client.reads("bob\n")
    expect(client.reads("bob: /who\n")).toEqual(["who"])
  })

  it.each([
    ["bob: (quit)\n", ["join bob", "quit"]],
    ["bob: /me waves\n", ["join bob", "act waves"]],
    ["bob: //x\n", ["join bob", "say /x"]]
  ])("is one also behind the name of the first line: %j", (line, heard) => {
    expect(new Client().reads(line)).toEqual(heard)
  })

  it("is a name as long as none was given", () => {
    expect(new Client().reads("/who\n")).toEqual(["join who"])
  })
})

describe("The end of the input", () => {
  it("ends what is pending", () => {
    const client = lineSender()
    client.reads("hi")
    expect(client.ends()).toEqual(["say hi"])
    const nameless = new Client()
    nameless.reads("ann: hi")
    expect(nameless.ends()).toEqual(["join ann", "say hi"])
    const quitting = lineSender()
    quitting.reads("{quit}")
    expect(quitting.ends()).toEqual(["quit"])
  })

  it("ends also a character that is not whole", () => {
    const client = lineSender()
    client.reads(Uint8Array.of(0x61, 0xf0, 0x9f))
    expect(client.ends()).toEqual(["say að\u0178"])
  })

  it("is nothing by itself when nothing is pending", () => {
    expect(new Client().ends()).toEqual([])
    expect(lineSender().ends()).toEqual([])
    expect(chunkSender().ends()).toEqual([])
  })
})

describe("A line that is too long", () => {
  it("is refused once, and the next is heard", () => {
    const client = lineSender({ maxLine: 10 })
    expect(client.reads("x".repeat(11), "x".repeat(50), "\nhi\n")).toEqual(["refuse line-too-long", "say hi"])
  })

  it("is no name: its sender is turned away, and whatever follows is no name either", () => {
    const client = new Client({ maxLine: 10 })
    expect(client.reads("x".repeat(11), "x\nann\n")).toEqual(["reject not-for-us"])
    expect(client.goodbye("not-for-us")).toContain("too long")
  })

  it("ends with a silence when a chunk sender sent it", () => {
    const client = chunkSender({ maxLine: 10 })
    expect(client.reads("x".repeat(11), "x".repeat(5))).toEqual(["refuse line-too-long"])
    expect(client.patience).toBe(chunkSilence)
    expect(client.rests()).toEqual([])
    expect(client.readsAndRests("hi")).toEqual(["say hi"])
  })
})

describe("A client's own messages", () => {
  const echoes = (echo: ServerOptions["echo"], greeted: boolean) => ({
    line: lineSender({ echo, greeted }).interpreter.echo,
    chunk: chunkSender({ echo, greeted }).interpreter.echo
  })

  it("come back, when it is left to the server, to a chunk sender that waited for the greeting alone", () => {
    expect(echoes("auto", false)).toEqual({ line: false, chunk: false })
    expect(echoes("auto", true)).toEqual({ line: false, chunk: true })
  })

  it("come back to all or to none when the server is told so", () => {
    for (const greeted of [true, false]) {
      expect(echoes("on", greeted)).toEqual({ line: true, chunk: true })
      expect(echoes("off", greeted)).toEqual({ line: false, chunk: false })
    }
  })
})

describe("Whatever is sent", () => {
  it("comes to one name at most that is a name, and to texts that are safe to show", () => {
    const bytes = FastCheck.oneof(anyString(20).map(utf8), FastCheck.uint8Array({ maxLength: 20 }))
    const happenings = FastCheck.array(FastCheck.oneof(bytes, FastCheck.constant("silence" as const)), { maxLength: 12 })
    always(happenings, (all) => {
      const { interpreter } = new Client({ maxLine: 64 })
      const heard = all.flatMap((what): ReadonlyArray<Heard> => {
        if (what !== "silence") return [...interpreter.hear(what)]
        return interpreter.patience === undefined ? [] : [...interpreter.silence()]
      })
      let names = 0
      for (const item of [...heard, ...interpreter.end()]) {
        if (item._tag === "Hello") {
          names += 1
          const { name } = item.join.name
          expect(Nickname.parse(name)).toBe(name)
        }
        if (item._tag !== "Command") continue
        expect(item.command._tag).not.toBe("Join")
        if (item.command._tag === "Say") {
          expect(names).toBe(1)
          expect(Text.parse(item.command.text)).toBe(item.command.text)
        }
      }
      expect(names).toBeLessThanOrEqual(1)
    })
  })
})

describe("A room's password", () => {
  /** What is heard, one by one, and what its client is told after each. */
  const hears = (client: Client, read: string, ...told: ReadonlyArray<() => void>): ReadonlyArray<string> => {
    const answers = [...told]
    return Array.from(client.interpreter.hear(utf8(read)), (heard) => {
      answers.shift()?.()
      return brief([heard]).join("")
    })
  }

  it("is the next line once it was asked for, and lets in under the same name", () => {
    const client = new Client()
    expect(hears(client, "ann\nsesame\n", () => { client.isRefused("password-required") })).toEqual(["join ann", "join ann with sesame"])
    client.isIn("ann")
    expect(client.reads("sesame\n")).toEqual(["say sesame"])
  })

  it("is asked for again until it is right", () => {
    const client = new Client()
    hears(client, "ann\n", () => { client.isRefused("password-required") })
    expect(hears(client, "one\n", () => { client.isRefused("password-wrong") })).toEqual(["join ann with one"])
    expect(hears(client, "two\n", () => { client.isIn("ann") })).toEqual(["join ann with two"])
    expect(client.reads("hi\n")).toEqual(["say hi"])
  })

  it("comes before what was said together with the name, which is said once that is let in", () => {
    const client = new Client()
    expect(hears(client, "ann: hi all\n", () => { client.isRefused("password-required") })).toEqual(["join ann"])
    expect(hears(client, "one\n", () => { client.isRefused("password-wrong") })).toEqual(["join ann with one"])
    expect(hears(client, "two\n", () => { client.isIn("ann") })).toEqual(["join ann with two", "say hi all"])
    expect(client.reads("bye\n")).toEqual(["say bye"])
  })

  it("may have its sender's name before it, and ends with a silence where a message does", () => {
    const client = new Client()
    client.reads("ann")
    expect(client.rests()).toEqual(["join ann"])
    client.isRefused("password-required")
    expect(client.readsAndRests("ann: sesame")).toEqual(["join ann with sesame"])
  })

  it("is none that is a quit word", () => {
    const client = new Client()
    hears(client, "ann\n", () => { client.isRefused("password-required") })
    expect(client.reads("{quit}\n")).toEqual(["quit"])
  })
})

describe("The ping of a game", () => {
  const handshake = corpus.find(({ name }) => name === "minecraft ping long host")?.bytes ?? utf8("")

  it("is no name, however it is split", () => {
    expect(handshake.length).toBeGreaterThan(0)
    for (let at = 1; at < handshake.length; at += 1) {
      const client = new Client()
      const heard = client.reads(handshake.subarray(0, at), handshake.subarray(at))
      expect([...heard, ...client.rests(), ...client.ends()]).toEqual(["reject not-for-us"])
    }
  })

  it("is told the same as any other protocol that nobody knows", () => {
    const client = new Client()
    client.reads(...oneByOne(handshake))
    expect(client.goodbye("not-for-us")).toBe("This is a chat room for brusio, nc and telnet.\n")
    expect(client.goodbye("closing")).toBe("")
  })

  it("has a second for its rest, where a name has less", () => {
    for (const length of [3, 4]) {
      const client = new Client()
      client.reads(handshake.subarray(0, length))
      expect(client.patience).toBe(detectWithin)
    }
    const client = new Client()
    client.reads("A\0")
    expect(client.patience).toBe(nameSilence)
  })

  it("is a message like any other from one who has a name", () => {
    expect(lineSender().reads(handshake, "\n")[0]).toMatch(/^say /u)
  })
})

describe("A request of HTTP", () => {
  const rest = "Host: example.com\r\n\r\n"

  it.each(["GET http://example.com/ HTTP/1.1", "CONNECT example.com:443 HTTP/1.1", "OPTIONS * HTTP/1.1", "RUBBISH / HTTP/1.0"])("is no name: %s", (line) => {
    for (const reads of [[`${line}\r\n${rest}`], [`${line}\n${rest}`], [`${line}\r\n`, rest], oneByOne(utf8(`${line}\r\n${rest}`))]) {
      const client = new Client()
      expect([...client.reads(...reads), ...client.ends()]).toEqual(["reject not-for-us"])
      expect(client.goodbye("not-for-us")).toMatch(/^HTTP\/1\.1 400 /u)
    }
    expect(new Client().readsAndRests(line)).toEqual(["reject not-for-us"])
  })

  it("is none either after empty lines, each of which is answered as it comes", () => {
    const client = new Client()
    expect(client.reads("\r\n\r\nGET / HTTP/1.1\r\n", rest)).toEqual(["refuse name-empty", "refuse name-empty", "reject not-for-us"])
  })

  it("has a second for the rest of its first line, where a name has less", () => {
    const client = new Client()
    client.reads("GET http://exa")
    expect(client.patience).toBe(detectWithin)
    expect(client.reads("mple.com/ HTTP/1.1\r\n")).toEqual(["reject not-for-us"])
    const ann = new Client()
    expect(ann.readsAndRests("GET a life")).toEqual(["join GET a life"])
  })

  it.each(["GET a life", "GETTY", "MOVE", "LOCK", "COPY that now", "Nick Cave"])("is waited for by nobody who is called %j", (name) => {
    const client = new Client()
    client.reads(name)
    expect(client.patience).toBe(nameSilence)
  })

  it("is a message like any other from one who has a name", () => {
    expect(lineSender().reads("GET / HTTP/1.1\r\n")).toEqual(["say GET / HTTP/1.1"])
  })
})

describe("A Hello object in the plain dialect", () => {
  const hello = `{"_tag":"Hello","v":1,"nickname":"nat","password":"sesame"}`

  it.each([hello, ` ${hello}`, `{ "v": 1, "password": "sesame", "_tag" : "Hello" }`, `{"_tag":"Hello","password":"sesame"`])("is never said, and is no name: %s", (line) => {
    expect(lineSender().reads(`${line}\n`)).toEqual(["refuse bad-line"])
    expect(lineSender().reads(`ann: ${line}\n`)).toEqual(["refuse bad-line"])
    expect(chunkSender().readsAndRests(line)).toEqual(["refuse bad-line"])
    expect(new Client().reads(`\n${line}\n`, "ann\n")).toEqual(["refuse name-empty", "refuse bad-line", "join ann"])
    expect(new Client().reads(`ann: ${line}\n`)).toEqual(["join ann", "refuse bad-line"])
  })

  it("is not what merely speaks of one", () => {
    expect(lineSender().reads(`send {"_tag":"Hello"} first\n`)).toEqual([`say send {"_tag":"Hello"} first`])
    expect(lineSender().reads(`{"_tag":"Quit"}\n`)).toEqual([`say {"_tag":"Quit"}`])
  })
})
