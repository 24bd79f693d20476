import { describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { PlainInterpreter } from "../../../src/server/dialect/PlainInterpreter.ts"
import { canBecomeProtocolLine, protocolOfLine } from "../../../src/server/dialect/firstLines.ts"
import { binaryProtocol, canBecomeGamePing, isBinary, isGamePing } from "../../../src/server/dialect/signatures.ts"
import { detect, judge, type Kind, settle } from "../../../src/server/door/detect.ts"
import { defaults } from "../../../src/server/ServerConfig.ts"
import { inPieces } from "../../support/arbitraries.ts"
import { oneByOne, utf8 } from "../../support/bytes.ts"
import { brief } from "../../support/heard.ts"
import { corpus } from "../../support/hostile.ts"
import { always } from "../../support/property.ts"

const wait = undefined

describe("The first bytes of a connection", () => {
  it.each<readonly [string, Kind | undefined]>([
    ["", wait],

    ["{", wait],
    ["{ \t\r\n", wait],
    [`{"`, "native"],
    [`{"_tag":"Hello","v":1}\n`, "native"],
    [`{ "_tag"`, "native"],
    ["{}", "native"],
    ["{\n\n}", "native"],
    ["{quit}", "plain"],
    ["{o_o}", "plain"],
    ["{'a':1}", "plain"],
    ["{ quit }", "plain"],
    ["{{", "plain"],
    [` {"_tag":"Hello"}`, "plain"],
    [`{${" ".repeat(600)}`, "plain"],

    ["GET / HTTP/1.1\r\n", "http"],
    ["GET /", "http"],
    ["HEAD /x", "http"],
    ["POST /x", "http"],
    ["OPTIONS /", "http"],
    ["PATCH /", "http"],
    ["GET", wait],
    ["GET ", wait],
    ["G", wait],
    ["GET a life", "plain"],
    ["GETTY", "plain"],
    ["GET a life\n", "plain"],
    ["GETTY\n", "plain"],
    ["Nick Cave\n", "plain"],
    ["COPY", "plain"],
    ["LOCK", "plain"],
    ["M", "plain"],
    ["R", "plain"],
    ["L", "plain"],
    ["get / http", "plain"],
    ["Post /", "plain"],

    ["CAP LS 302\r\n", "irc"],
    ["CAP LS\n", "irc"],
    ["CAP REQ :sasl\r\n", "irc"],
    ["CAP LIST\r\n", "irc"],
    ["CAP END\r\n", "irc"],
    ["CAP DANCE\r\n", "irc"],
    ["NICK ann\r\n", "irc"],
    ["NICK ann\n", "irc"],
    ["NICK Zoë\r\n", "irc"],
    ["NICK à\r\n", "irc"],
    ["USER a b c :d\r\n", "irc"],
    ["USER a 0 * :Ann of the lobby\r\n", "irc"],
    ["PASS secret\r\n", "irc"],
    ["AUTHENTICATE PLAIN\r\n", "irc"],
    ["AUTHENTICATE me please\r\n", "plain"],
    ["PASS :ada:correct horse\r\n", "irc"],
    ["CAP LS\r\nNICK ann\r\n", "irc"],
    ["N", wait],
    ["NICK", wait],
    ["NICK ann", wait],
    ["NICK ann\r", wait],
    ["CAP LS 302", wait],
    ["USER a b", wait],
    ["PASS x", wait],
    ["AUTHENTICATE PLA", wait],
    ["NICK\n", "plain"],
    ["NICK \n", "plain"],
    ["NICK of time\n", "plain"],
    ["NICKY\n", "plain"],
    ["Nick Cave", "plain"],
    ["nick ann\r\n", "plain"],
    ["USER a b\r\n", "plain"],
    ["USER a b c d\r\n", "plain"],
    ["CAP off\r\n", "plain"],
    ["PASS the salt\r\n", "plain"],
    [`NICK ${"x".repeat(600)}`, "plain"],

    ["ann\n", "plain"],
    ["a", "plain"],
    ["\n", "plain"],
    ["\r\n", "plain"],
    ["\tann", "plain"],
    [" ", "plain"],
    ["/quit", "plain"],
    ["(quit)", "plain"],
    ["é", "plain"],
    ["李", "plain"],
    ["PUTIN\n", "plain"],
    ["Connie", "plain"]
  ])("%j are %s", (first, kind) => {
    expect(detect(utf8(first))).toBe(kind)
  })

  it.each<readonly [string, ReadonlyArray<number>, Kind | undefined]>([
    ["a TLS handshake", [0x16, 0x03, 0x01], "tls"],
    ["the start of one", [0x16], wait],
    ["what only starts like one", [0x16, 0x04], "unknown"],
    ["a Minecraft ping", [0x10, 0x00, 0xf7], "unknown"],
    ["an old Minecraft ping", [0xfe, 0x01], "unknown"],
    ["the start of an old Minecraft ping, or of UTF-16", [0xfe], wait],
    ["UTF-16, the high byte first", [0xfe, 0xff, 0x00, 0x61], "plain"],
    ["UTF-16, the low byte first", [0xff, 0xfe, 0x61, 0x00], "plain"],
    ["a NUL", [0x00], "unknown"],
    ["an arrow key", [0x1b, 0x5b, 0x41], "plain"],
    ["a backspace", [0x08], "plain"],
    ["a delete", [0x7f], "plain"],
    ["a telnet negotiation", [0xff, 0xfb, 0x1f], "plain"],
    ["letters that are no UTF-8", [0xe9, 0x0a], "plain"]
  ])("%s: %j are %s", (_, first, kind) => {
    expect(detect(Uint8Array.from(first))).toBe(kind)
  })

  it("are for no one here when the first is a control, but for keys that people press and what separates words and lines", () => {
    for (let first = 0; first < 0x20; first += 1) {
      const expected = [0x07, 0x08, 0x09, 0x0a, 0x0d, 0x1b].includes(first) ? "plain" : "unknown"
      expect(detect(Uint8Array.of(first, 0x61))).toBe(expected)
    }
  })
})

describe("However the first bytes are split", () => {
  const heads = ["", "{", "{ ", "{ \"", "GET ", "GET /", "NICK ", "USER a b c :", "PASS ", "CAP LS", "CAP ", "OPT", "\u0016\u0003"]
  const tails = ["a", " ", "\r", "\n", "\r\n", ":", "/", "\"", "}", "é", "à", "x".repeat(500), " ".repeat(505), "\0"]
  const first = FastCheck.oneof(
    FastCheck.tuple(FastCheck.constantFrom(...heads), FastCheck.array(FastCheck.constantFrom(...tails), { maxLength: 8 })).map(
      ([head, tail]) => utf8(head + tail.join(""))
    ),
    FastCheck.uint8Array({ maxLength: 12 })
  )

  it("they wait for an answer, and keep it once they have it", () => {
    always(first, (bytes) => {
      let decided: Kind | undefined
      for (let length = 0; length <= bytes.length; length += 1) {
        const kind = detect(bytes.subarray(0, length))
        if (decided !== undefined) expect(kind).toBe(decided)
        decided = kind
      }
    })
  })

  it("they are never waited for beyond 512 bytes", () => {
    always(first, (bytes) => {
      const long = new Uint8Array(512).fill(0x20)
      long.set(bytes.subarray(0, 512))
      expect(detect(long)).toBeDefined()
    })
  })
})

const bytesOf = (value: number): ReadonlyArray<number> => (value < 0x80 ? [value] : [0x80 + (value % 0x80), ...bytesOf(Math.floor(value / 0x80))])

/** The handshake of the game whose port this is. */
const ping = (host: string, version: number, port: number): Uint8Array => {
  const address = utf8(host)
  const body = [0, ...bytesOf(version), ...bytesOf(address.length), ...address, port >> 8, port & 0xff, 1]
  return Uint8Array.from([...bytesOf(body.length), ...body])
}

describe("The handshake of the game whose port this is", () => {
  const host = FastCheck.string({ minLength: 1, maxLength: 255, unit: FastCheck.constantFrom("a", "b", "z", "0", "9", "-", ".") })
  const version = FastCheck.oneof(FastCheck.constantFrom(4, 5, 47, 107, 340, 765, 2 ** 32 - 1), FastCheck.nat(16_383))

  it("is known by itself, of whatever host, version and port, also with the request that follows", () => {
    always(FastCheck.tuple(host, version, FastCheck.nat(65_535)), ([host, version, port]) => {
      const bytes = ping(host, version, port)
      expect(isGamePing(bytes)).toBe(true)
      expect(isGamePing(Uint8Array.from([...bytes, 1, 0]))).toBe(true)
    })
  })

  it.each([
    ["a name", "ann"],
    ["a name with a NUL after it", "A\0"],
    ["a name padded with NULs", `A${"\0".repeat(31)}`],
    ["a name and a message, each with a NUL after it", "A\0hello\0"],
    ["nothing", ""]
  ])("is not %s", (_, text) => {
    expect(isGamePing(utf8(text))).toBe(false)
  })
})

/** What the server makes of what one sends who stays and says nothing more. */
const outcome = (pieces: ReadonlyArray<Uint8Array>): ReadonlyArray<string> => {
  const whole = Buffer.concat(pieces)
  const kind = detect(whole) ?? settle(whole)
  if (kind !== "plain") return [kind]
  const interpreter = new PlainInterpreter(defaults, false)
  return pieces.flatMap((piece) => brief(interpreter.hear(piece)))
}

/** The same of one who ends what it sends; whoever is turned away is so in one word. */
const outcomeAtEnd = (pieces: ReadonlyArray<Uint8Array>): ReadonlyArray<string> => {
  const whole = Buffer.concat(pieces)
  const kind = judge(detect(whole) ?? settle(whole), pieces[0] ?? whole)
  if (kind !== "plain") return ["reject not-for-us"]
  const interpreter = new PlainInterpreter(defaults, false)
  return [...pieces.flatMap((piece) => brief(interpreter.hear(piece))), ...brief(interpreter.end())]
}

describe("The handshake of the game whose port this is, from whoever stays,", () => {
  const versions = [0, 4, 5, 47, 107, 340, 404, 498, 578, 754, 763, 765, 767, 768, 2 ** 32 - 1]
  const request = [1, 0]
  const hosts = Array.from({ length: 255 }, (_, n) => "play.chat-and-games.example.".repeat(10).slice(0, n + 1))

  // A line end is answered before what comes after it can be seen.
  const expected = (bytes: Uint8Array) => {
    if (detect(bytes) === "unknown") return ["unknown"]
    return bytes[0] === 0x0a || bytes[0] === 0x0d ? ["refuse name-empty", "reject not-for-us"] : ["reject not-for-us"]
  }

  it.each(versions)("of version %d is turned away at once, of whatever host, whole and byte by byte", (version) => {
    for (const host of hosts) {
      const bytes = ping(host, version, 25_565)
      const withRequest = Uint8Array.from([...bytes, ...request])
      for (const pieces of [[bytes], [withRequest], oneByOne(bytes), [bytes, Uint8Array.from(request)]]) {
        expect(outcome(pieces), `${host.length} letters`).toEqual(expected(bytes))
      }
    }
  })

  it("is turned away however it is split, also with a line feed in its port", () => {
    const handshake = FastCheck.tuple(
      FastCheck.constantFrom(...hosts),
      FastCheck.constantFrom(...versions),
      FastCheck.oneof(FastCheck.nat(65_535), FastCheck.constantFrom(0x0a0a, 0x0a00, 0x630a))
    ).map(([host, version, port]) => Uint8Array.from([...ping(host, version, port), ...request]))
    always(inPieces(handshake), ({ pieces, whole }) => {
      expect(outcome(pieces)).toEqual(expected(whole))
    }, 1000)
  })

  it("is waited for from its third byte up to where its lengths are told", () => {
    for (const version of versions) {
      for (const host of hosts) {
        const bytes = ping(host, version, 25_565)
        const told = bytes.findIndex((_, length) => isGamePing(bytes.subarray(0, length)))
        expect(told).toBeLessThanOrEqual(16)
        for (let length = 3; length < told; length += 1) expect(canBecomeGamePing(bytes.subarray(0, length))).toBe(true)
      }
    }
  })

  it.each(["", "a", "an", "ann", "A\0", "A\0hello\0", `A${"\0".repeat(31)}`, "an\0\0", "ann\0hi\0", "\r\n", "\n\n\n", "é\0", "éa\0\0"])(
    "is nothing that is waited for after %j",
    (text) => {
      expect(canBecomeGamePing(utf8(text))).toBe(false)
      expect(canBecomeGamePing(Buffer.from(text, "latin1"))).toBe(false)
    }
  )
})

describe("The first line of an HTTP request", () => {
  it.each([
    "GET / HTTP/1.1",
    "GET / HTTP/1.1\r",
    "GET http://example.com/ HTTP/1.1\r",
    "CONNECT example.com:443 HTTP/1.1\r",
    "OPTIONS * HTTP/1.0",
    "PROPFIND / HTTP/1.1",
    "VERSION-CONTROL /x HTTP/1.1",
    "RUBBISH /a b c HTTP/9.9",
    "GET  HTTP/1.1",
    "Get / HTTP/1.1",
    "patch /x HTTP/1.1",
    "M-SEARCH * HTTP/1.1",
    "query http://example.com/ HTTP/1.1",
    "GET /HTTP/1.1"
  ])("is known, whatever its method and target: %j", (line) => {
    expect(protocolOfLine(utf8(line))).toBe("http")
  })

  it.each([
    "",
    "\r",
    "ann",
    "GETTY",
    "GET a life",
    "Nick Cave",
    "get / http/1.1",
    "Ann HTTP/1.1",
    "Ada loves HTTP/1.1",
    "HTTP/1.1",
    "MOVE / HTTP/1",
    "MOVE / HTTP/1.1 ",
    "MOVE / HTTP/1.1\r\r",
    " GET / HTTP/1.1",
    "GET: / HTTP/1.1"
  ])("is not %j", (line) => {
    expect(protocolOfLine(utf8(line))).toBeUndefined()
  })

  it.each(["GET ", "GET h", "GET http://example.com/", "CONNECT example.com:443 ", "OPTIONS * H", "MOVE /a HTTP/1.", "LOCK /a HTTP/1.1\r"])(
    "is waited for after %j",
    (start) => {
      expect(canBecomeProtocolLine(utf8(start))).toBe(true)
    }
  )

  it.each(["M", "GETTY", "LOCK", "GET a life", "COPY this now", "GET a b", "RUBBISH /", "Nick Cave", "get /", `GET ${"x".repeat(508)}`])(
    "is not waited for after %j",
    (start) => {
      expect(canBecomeProtocolLine(utf8(start))).toBe(false)
    }
  )
})

describe("What is sent by programs that look for something else", () => {
  const others = corpus.filter(({ name }) => /^(?:http|minecraft|ssl2|mongodb)/u.test(name))

  it.each(others)("is no name, whole and byte by byte: $name", ({ bytes }) => {
    const heard = outcome([bytes])
    expect(heard.at(-1)).toMatch(/^(?:http|unknown|reject not-for-us)$/u)
    expect(heard.filter((what) => what !== "refuse name-empty")).toHaveLength(1)
    expect(outcome(oneByOne(bytes))).toEqual(heard)
  })

  it.each(corpus.filter(({ name }) => name.startsWith("text")))("is no name, however it is split: $name", ({ bytes }) => {
    const away = (pieces: ReadonlyArray<Uint8Array>) => {
      expect(outcomeAtEnd(pieces).filter((what) => what !== "refuse name-empty")).toEqual(["reject not-for-us"])
    }
    away([bytes])
    away(oneByOne(bytes))
    for (let at = 1; at < bytes.length; at += 1) away([bytes.subarray(0, at), bytes.subarray(at)])
  })

  it.each(corpus.filter(({ name }) => name.startsWith("binary")))("is no name when its controls come in the first read: $name", ({ bytes }) => {
    expect(outcomeAtEnd([bytes])).toEqual(["reject not-for-us"])
  })

  it.each([
    ["a name padded with NULs", "ann\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"],
    ["a name of one letter padded with NULs", `A${"\0".repeat(31)}`],
    ["a name and a message, each with a NUL after it", "ann\0hello everybody\0"],
    ["a name with what was left in a program's memory", "ann\0\u0001\u0080\u00ff\u007f\0\0\u00d4\u0007\u0001\0\0\u00ff"],
    ["a name in Latin-1", "Zo\u00eb\0hello\0\0\0\0\0\0\0"],
    ["a name in the code page of a console", "\u0082lise\u0001\0"],
    ["telnet's negotiation", "\u00ff\u00fb\u0018\u00ff\u00fd\u0003\u00ff\u00fd\u0001\u00ff\u00fb\0ann\r\0\n"]
  ])("is not %s", (_, latin1) => {
    expect(binaryProtocol(Buffer.from(latin1, "latin1"))).toBeUndefined()
  })
})

describe("First bytes that could have become more than one dialect, and did not in time", () => {
  it.each([
    ["the start of a TLS handshake", [0x16], "unknown"],
    ["the start of an object", [0x7b], "plain"],
    ["the start of an IRC command", [0x4e, 0x49], "plain"]
  ] as const)("%s", (_, bytes, kind) => {
    expect(settle(Uint8Array.from(bytes))).toBe(kind)
  })
})

describe("A first read", () => {
  const controls = [...Array.from({ length: 6 }, (_, n) => n + 1), 0x0b, 0x0c, ...Array.from({ length: 13 }, (_, n) => 0x0e + n), 0x1c, 0x1d, 0x1e, 0x1f]

  it("with a control before the end of a name is that of another protocol; with one after it, it is not", () => {
    for (let byte = 0; byte < 0x20; byte += 1) {
      expect(isBinary(Uint8Array.of(0x61, byte, 0x62)), `${byte}`).toBe(controls.includes(byte))
      expect(isBinary(Uint8Array.of(0x0a, 0x61, byte)), `${byte}`).toBe(controls.includes(byte))
      expect(isBinary(Uint8Array.of(0x61, 0x0a, byte)), `${byte}`).toBe(false)
    }
  })

  it("that has a NUL in its first line has no name that ends there", () => {
    expect(isBinary(Uint8Array.of(0x3c, 0x00, 0x4b, 0x0a, 0x04))).toBe(true)
  })

  it.each<readonly [string, ReadonlyArray<number>]>([
    ["telnet's negotiation", [0xff, 0xfd, 0x01, 0xff, 0xfb, 0x03, 0xff, 0xfa, 0x18, 0x01, 0xff, 0xf0]],
    ["keys", [0x61, 0x08, 0x62, 0x7f, 0x1b, 0x5b, 0x44, 0x0d]],
    ["a name and NULs", [0x61, 0x00, 0x00]],
    ["UTF-16", [0xff, 0xfe, 0x41, 0x00, 0x42, 0x01, 0x0a, 0x00]],
    ["UTF-16 the other way", [0xfe, 0xff, 0x01, 0x41]],
    ["UTF-8", [0xc3, 0xa9, 0x0a]]
  ])("of %s is none", (_, bytes) => {
    expect(isBinary(Uint8Array.from(bytes))).toBe(false)
  })

  it.each([
    ["an empty frame of STOMP", "CONNECT\n\n\0"],
    ["the same with CR LF", "HELP\r\n\r\n\0"],
    ["a cookie", `${"k3x7a".repeat(7)}q\0`],
    ["a cookie, padded", `${"0".repeat(37)}\0\0\0\0`],
    ["words of EBCDIC", "\u00d6\u00d7\u00c5\u00d5@@@@\u00c8\u00d6\u00e2\u00e3@@@@\0\0\0\0\u00c1@@@@@@@\0\0\0\0\0"],
    ["a television's commands", "POWR?   \rVOLM?   \r"],
    ["another's", "TVNM1   \rMNRD1   \rSWVN1   \r"],
    ["a monitor's commands", "init\noff all\non time\nsend\n"]
  ])("of a program is told, though its first line could be a name: %s", (_, text) => {
    const read = Buffer.from(text, "latin1")
    expect(detect(read)).toBe("plain")
    expect(judge("plain", read)).toBe("unknown")
  })

  it.each([
    ["a name and a message", "HELP\nhello\n"],
    ["a name, an empty line and a message", "HELP\n\nhello\n"],
    ["a name with its line feed and a NUL", "ADA\n\0"],
    ["a name padded with NULs", `ada${"\0".repeat(29)}`],
    ["the longest name there is, with a NUL", `${"a".repeat(32)}\0`],
    ["a name and a message between NULs", `ada\0${"a".repeat(36)}\0`],
    ["a name in a code page", "\u00c8\u00e2\u00e0\u00ed\0\0\0\0"],
    ["a name with an address", "\u00c8\u00e2\u00e0\u00ed@\u00e4\u00ee\u00ec\0"],
    ["names in capitals", "ADAM1\rEVE22\r"],
    ["a name with blanks behind it", "ADAM    \rEVEE    \r"],
    ["a name and a command", "init\noff we go\n"]
  ])("of somebody is none of a program: %s", (_, text) => {
    const read = Buffer.from(text, "latin1")
    expect(judge("plain", read)).toBe("plain")
  })

  it("does not change what is known already", () => {
    expect(judge("native", Uint8Array.of(1))).toBe("native")
    expect(judge("http", Uint8Array.of(1))).toBe("http")
    expect(judge("plain", Uint8Array.of(1))).toBe("unknown")
  })
})

describe("Somebody whose name only looks like another protocol", () => {
  const names = [
    "GET a life", "GETTY", "Nick Cave", "NICK of time", "USER a b", "User 7", "user one two", "Username", "PASS the salt", "Passepartout", "Pass", "LOGIN",
    "login", "the login page", "Hello", "HELO", "EHLO", "Helo there", "PUTIN", "POST office", "COPY that now", "Head of Sales", "OPTIONS", "CONNECT", "STOMP",
    "Stomp the yard", "SSH", "SIP", "sip of tea", "PING", "QUIT", "HELP", "CAP off", "Auth", "*1", "$4", "<3", "<34>", "42", "0033", "48 hours", "@rsync", "RFB",
    "PROXY", "Proxy server", "(2)", "( o )", "t3", "Ada loves HTTP/1.1", "http", "HTTP", "a1", "a001", "{o_o}", "fox", "Redis", "<xml>", "REPORT card", "PRI", "PRIVATE",
    "LO", "LO_SERVER", "gkrellm", "gkrellm user", "WWWOFFLE", "WWWOFFLE fan", "CONNECT01", "Connect01 v2",
    "mail from Ada", "Mail from: Ada", "set", "set theory", "set 1 2 3", "Add me 1 2", "Replace A 1", "J.R.", "Dr. Who 007", "a.b 42", "a.b 1 2", "3.14", "put it 2",
    "put", "ada:1", "10:4|", ">_<", ">ada", ">statistics", "GET SERVER", "GET SERVER INFO NOW", "Client string", "init", "#ST", "stats", "version", "ver", "666", "vp3",
    "show info", "get_info", "Subscribe", "serverstatus"
  ]

  it.each(names)("is a person: %j", (name) => {
    for (const line of [`${name}\n`, `${name}\r\n`]) {
      for (const pieces of [[utf8(line)], oneByOne(utf8(line))]) expect(outcomeAtEnd(pieces)).toEqual([expect.stringMatching(/^join /u)])
    }
    const silent = new PlainInterpreter(defaults, false)
    expect([...brief(silent.hear(utf8(name))), ...brief(silent.silence())]).toEqual([expect.stringMatching(/^join /u)])
  })

  it("says a first message too", () => {
    for (const lines of ["CONNECT\nhello: all\n", "user ann\nhello\n", "STOMP\nyes: we do\n", "*1\nhello\n", "Pass\npass auf!\n", "help\nhello\n"]) {
      const [, ...said] = outcomeAtEnd([utf8(lines)])
      expect(said).toEqual([expect.stringMatching(/^say /u)])
    }
  })
})

describe("A first line of another protocol", () => {
  it.each([
    "MAIL FROM:<ann@example.org>", "mail from: <ann@example.org>", "RCPT TO:<ann@example.org>",
    "set key 0 3600 5", "add a:b 1 0 12", "replace k 0 0 1", "append k 0 0 1", "prepend k 0 0 1",
    "servers.web-1.load 0.42 1700000000", "a.b -3 1700000000", "page.views:1|c", "load:-3|g", "response_time:320|ms|@0.1", "put sys.cpu 1700000000 42 host=web1",
    "GET SERVER INFO", "Client string for X version 1 and more", ">stats", ">version"
  ])("is nobody's name: %j", (line) => {
    for (const ended of [`${line}\n`, `${line}\r\n`]) {
      for (const pieces of [[utf8(ended)], oneByOne(utf8(ended))]) expect(outcomeAtEnd(pieces)).toEqual(["reject not-for-us"])
    }
  })
})

describe("What logs in elsewhere", () => {
  const secret = /sesame/u

  it.each([
    "USER ann\r\nPASS sesame\r\n", "user ann\r\npass sesame\r\n", "User ann\nPass sesame\n", "USER ann: PASS sesame\n", "PASS sesame\n", "pass sesame\r\n",
    "a001 LOGIN ann sesame\r\n", "A1 login ann sesame\r\n", "a LOGIN ann sesame\r\n", ". login ann sesame\r\n", "tag LOGIN ann sesame\r\n",
    "AUTH sesame\r\n", "AUTH PLAIN sesame\r\n", "AUTHINFO PASS sesame\r\n", "APOP ann sesame\r\n", "a1 AUTHENTICATE PLAIN sesame\r\n",
    "CAPA\r\nUSER ann\r\nPASS sesame\r\n", "a1 CAPABILITY\r\na2 LOGIN ann sesame\r\n", "FEAT\r\nSYST\r\nPASS sesame\r\n", "user ann\r\nnoop\r\npass sesame\r\n"
  ])("says its password to nobody: %j", (lines) => {
    for (const pieces of [[utf8(lines)], oneByOne(utf8(lines))]) {
      const heard = outcomeAtEnd(pieces)
      expect(heard.join("\n")).not.toMatch(secret)
      expect(heard.join("\n")).toContain("reject not-for-us")
    }
  })
})
