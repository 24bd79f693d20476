import * as Regex from "effect/RegExp"
import type { Protocol } from "./foreign.ts"
import { latin1, longestHead } from "./signatures.ts"

// The signatures of protocols whose first bytes are text: mail, the web, telephony, databases and whatever else asks at
// any port. The texts here are latin1: a character for each byte, from the start of a line on, with the line ends.

/** How to tell a protocol by its first text, and whether a text can still become one of it. */
interface Signature {
  readonly protocol: Protocol
  readonly isIn: (text: string) => boolean
  readonly canBegin: (text: string) => boolean
}

/** A literal, or a character class with its quantifier, if any: what {@link prefix} can match in part. */
type Atom = string | RegExp

const end: ReadonlyArray<Atom> = [/\r?/u, "\n"]
const word = /[^ \r\n]+/u

/**
 * The signature of a text that begins with these atoms. A text that ends within
 * them can still become one once it has the first `sure` atoms, each character of
 * a literal being one: nobody is waited for whose name merely has the same first letter.
 */
const prefix = (protocol: Protocol, atoms: ReadonlyArray<Atom>, { anyCase = false, sure = 2 } = {}): Signature => {
  const sources = atoms.flatMap((atom) => (typeof atom === "string" ? Array.from(atom, Regex.escape) : [atom.source]))
  const flags = anyCase ? "iu" : "u"
  const isIn = new RegExp(`^${sources.join("")}`, flags)
  const rest = sources.slice(sure)
  const begun = new RegExp(`^${sources.slice(0, sure).join("")}${rest.map((source) => `(?:${source}`).join("")}${")?".repeat(rest.length)}$`, flags)
  return { protocol, isIn: (text) => isIn.test(text), canBegin: (text) => begun.test(text) }
}

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
// Recognised by more than the method: names begin with the same letters, and nobody with such a name is to wait.
const otherMethods = [
  "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH",
  "REGISTER", "INVITE", "SUBSCRIBE", "NOTIFY", "DESCRIBE", "ANNOUNCE", "SETUP", "TEARDOWN"
]
const allMethods: ReadonlySet<string> = new Set([...methods, ...otherMethods])
const versions = ["HTTP/", "SIP/", "RTSP/"]

// A request line: a method, which is a token of RFC 9110, a target, and a version. A method with small letters needs a
// target that can be no word of a sentence: "Ada loves HTTP/1.1" is somebody's name.
const requestLine = /^[!#$%&'*+.^_`|~\dA-Z-]+ (?:[^\n]* )?(HTTP|SIP|RTSP)\/\d\.\d\r?\n/u
const requestOfTarget = /^[!#$%&'*+.^_`|~\dA-Za-z-]+ (?:\*|\/[^ \n]*|[A-Za-z][A-Za-z\d+.-]*:[^ \n]*) (HTTP|SIP|RTSP)\/\d\.\d\r?\n/u
const versionIn = (text: string): string | undefined => (requestLine.exec(text) ?? requestOfTarget.exec(text))?.[1]

const request = (protocol: Protocol, ofVersion: (version: string) => boolean): Signature => ({
  protocol,
  isIn: (text) => {
    const version = versionIn(text)
    return version !== undefined && ofVersion(version)
  },
  // It begins with a known method and a target, and so far nothing contradicts.
  canBegin: (text) => {
    if (text.includes("\n")) return false
    const [method = "", target, version = "", ...more] = text.split(" ")
    if (!allMethods.has(method) || target === undefined || more.length > 0) return false
    return versions.some((name) => name.startsWith(version.slice(0, name.length)))
  }
})

const irc = /^(?:CAP [A-Z]+\b[^\n]*|CAP (?:ls|req|list|end)\b[^\n]*|NICK [^ \r\n]+|USER [^ \r\n]+ [^ \r\n]+ [^ \r\n]+ :[^\n]*|PASS (?:[^ \r\n]+|:[^\r\n]+)|AUTHENTICATE [A-Z][A-Z\d-]*)\r?\n/u
const ircWords = ["CAP ", "NICK ", "USER ", "PASS ", "AUTHENTICATE "]

/** What is told before a line has ended, or by more than one line: its first line alone is a name. It is waited for from its first byte on. */
const early: ReadonlyArray<Signature> = [
  ...methods.map((method) => prefix("http", [`${method} /`], { sure: 1 })),
  prefix("http", ["PRI * HTTP/"], { sure: 1 }),
  // IRC is recognised by a whole command, so a line that starts like one is undecided up to its end.
  {
    protocol: "irc",
    isIn: (text) => irc.test(text),
    canBegin: (text) => !text.includes("\n") && ircWords.some((start) => start.startsWith(text) || text.startsWith(start))
  },
  prefix("unknown", ["SSH-2.0-"], { sure: 1 }),
  // A login of mail or file transfer, in any case: a password must not be said in a room.
  prefix("unknown", ["user ", word, ...end, "pass "], { anyCase: true, sure: 1 }),
  // Redis: the number of strings in a command, and the length of the first.
  prefix("unknown", ["*", /\d+/u, ...end, "$", /\d/u], { sure: 1 }),
  // STOMP: a frame, and its first header.
  ...["STOMP", "CONNECT"].map((frame) => prefix("unknown", [frame, ...end, /[a-z]/u, /[a-z-]*/u, ":", word], { sure: 1 }))
]

/** What is told by a line in the place of a name, once that line has ended. */
const ofLine: ReadonlyArray<Signature> = [
  request("http", (version) => version === "HTTP"),
  request("unknown", (version) => version !== "HTTP"),
  ...[...methods, ...otherMethods].map((method) => prefix("http", [`${method} `, /[a-z]+/u, "://"], { sure: method.length + 1 })),
  prefix("http", ["HTTP/1.", /\d/u, " ", /\d/u]),
  ...["TCP4", "TCP6", "UNKNOWN"].map((family) => prefix("proxy", [`PROXY ${family}`])),

  prefix("unknown", ["pass ", word, ...end], { anyCase: true }),
  prefix("unknown", ["user ", word, " pass ", word], { anyCase: true }),
  prefix("unknown", [/[a-z]*/u, /\d+/u, " login ", word], { anyCase: true, sure: 3 }),
  prefix("unknown", [/[a-z.]/u, " login ", word, " ", word], { anyCase: true, sure: 3 }),
  prefix("unknown", [word, " LOGIN ", word, " ", word], { sure: 3 }),
  prefix("unknown", [/[a-z]*/u, /\d+/u, " authenticate ", word], { anyCase: true, sure: 3 }),
  prefix("unknown", ["authinfo ", word, " ", word], { anyCase: true }),
  prefix("unknown", ["USER ", word, ...end]),
  prefix("unknown", ["AUTH ", word, /[ \r\n]/u]),
  prefix("unknown", ["APOP ", word, " ", word]),

  ...["EHLO ", "HELO ", "LHLO "].map((greeting) => prefix("unknown", [greeting, word])),
  // NATS.
  prefix("unknown", ["CONNECT {", /["}]/u]),
  // The length of a packet of git, in hexadecimal digits.
  prefix("unknown", [/[\da-f]/u, /[\da-f]/u, /[\da-f]/u, /[\da-f]/u, "git-"], { sure: 5 }),
  // Syslog: its priority, and its version or a month; the length may come before it.
  prefix("unknown", ["<", /\d+/u, ">1 "]),
  prefix("unknown", ["<", /\d+/u, ">", /[A-Z]/u, /[a-z]/u, /[a-z]/u, " ", /[ \d]/u, /\d/u, " "]),
  prefix("unknown", [/\d+/u, " <", /\d+/u, ">1 "], { sure: 3 }),
  // IRC asks for encryption with this word alone; DICT says who asks.
  prefix("unknown", ["STARTTLS", ...end], { sure: 5 }),
  prefix("unknown", ["CLIENT libcurl "], { sure: 7 }),
  // Subversion, WebLogic, Fox, and the job language of printers.
  prefix("unknown", ["( ", /\d+/u, " ( "]),
  prefix("unknown", ["t3 ", /\d+/u, ".", /\d/u]),
  prefix("unknown", ["fox a ", /-?/u, /\d+/u, " "], { sure: 5 }),
  prefix("unknown", ["\u001b%-12345X"]),
  // A remote control of LibreOffice, whose next lines pair it with a code; monitors and a proxy.
  prefix("unknown", ["LO_SERVER_CLIENT_PAIR", ...end], { sure: 3 }),
  prefix("unknown", ["gkrellm ", /\d+/u, ".", /\d/u], { sure: 8 }),
  prefix("unknown", ["WWWOFFLE ", /[A-Z]/u, /[A-Z]/u], { sure: 3 }),
  prefix("unknown", ["CONNECT01 v", /\d/u], { sure: 8 }),
  // The envelope of a mail; what a cache is to store; metrics, as they are sent to Graphite, StatsD and OpenTSDB.
  ...["mail from:", "rcpt to:"].map((command) => prefix("unknown", [command, / ?/u, "<"], { anyCase: true, sure: 6 })),
  ...["set", "add", "replace", "append", "prepend"].map((verb) =>
    prefix("unknown", [`${verb} `, word, " ", /\d+/u, " ", /\d+/u, " ", /\d+/u, ...end], { sure: verb.length + 4 })
  ),
  prefix("unknown", [/[\w-]+/u, ".", /[\w.:/-]+/u, " ", /-?/u, /[\d.]+/u, " ", /\d{10}/u, ...end], { sure: 7 }),
  prefix("unknown", [/[\w.-]+/u, ":", /-?/u, /[\d.]+/u, "|", /(?:c|g|h|ms|s)/u], { sure: 5 }),
  prefix("unknown", ["put ", /[\w./-]+/u, " ", /\d{10}/u], { sure: 6 }),
  // A sampler's server, a database's greeting, and the console of a filter.
  prefix("unknown", ["GET SERVER INFO", ...end], { sure: 5 }),
  prefix("unknown", ["Client string for ", word, " version ", /\d/u], { sure: 8 }),
  ...[">stats", ">version"].map((command) => prefix("unknown", [command, ...end], { sure: 3 })),
  ...["<?xml", "<stream:", "<policy-file-request", "< NTP/1.", "RFB 003.", "SSH-1.", "@RSYNCD:", "JDWP-Handshake", "NXSH-", "DIST0000"].map((start) =>
    prefix("unknown", [start])
  )
]

const all = [...early, ...ofLine]

/** The protocol that the first bytes of a connection show, `undefined` for none; a line shows more once it has ended, see {@link protocolOfLine}. */
export const protocolOfStart = (text: string): Protocol | undefined => early.find(({ isIn }) => isIn(text))?.protocol

/** Whether the first bytes of a connection, which show no protocol, can still come to show one. */
export const canBecomeProtocol = (text: string): boolean => text.length < longestHead && early.some(({ canBegin }) => canBegin(text))

/** The protocol that a whole line in the place of a name shows, without its line feed; `undefined` for none. */
export const protocolOfLine = (line: Uint8Array): Protocol | undefined => {
  const text = `${latin1.decode(line)}\n`
  return all.find(({ isIn }) => isIn(text))?.protocol
}

/** Whether a line that has not ended can still come to show a protocol. */
export const canBecomeProtocolLine = (start: Uint8Array): boolean => {
  if (start.length >= longestHead) return false
  const text = latin1.decode(start)
  return all.some(({ canBegin }) => canBegin(text))
}

// What clients of mail, news and file transfer say before they log in. It is let in as a name, as it is a word like others.
const opening = /^(?:user \S+|capa|capabilities|stls|feat|syst|noop|help|opts .+|mode reader|\S+ (?:capability|noop|id .+))$/iu
const login = /^(?:(?:user|pass|auth|authinfo|apop) \S|\S+ (?:login|authenticate) \S)/iu

/** Whether a line is what clients of other protocols begin with, and a name or a message like others too. */
export const isOpening = (line: string): boolean => opening.test(line)

/** Whether a line gives a user's name or a password, as clients of other protocols do: after an opening it must not be said. */
export const isLogin = (line: string): boolean => login.test(line)

const hello = /^\s*\{.*"_tag"\s*:\s*"Hello"/su

/** Whether a line is the first message of a native client, valid or not: it may hold a password. */
export const isHello = (line: string): boolean => hello.test(line)
