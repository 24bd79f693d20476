import { readdirSync, readFileSync } from "node:fs"
import { utf8 } from "./bytes.ts"

/** Bytes of a client that is hostile, or speaks another protocol. */
export interface Sending {
  readonly name: string
  readonly bytes: Uint8Array
}

const folder = new URL("../wire/corpus/", import.meta.url)

// Format: pairs of hexadecimal digits; lines that start with # are comments.
const recorded = (file: string): Sending => {
  const digits = readFileSync(new URL(file, folder), "utf8").replace(/^#.*$|\s/gmu, "")
  return { name: file.replace(/\.hex$/u, "").replaceAll("-", " "), bytes: Buffer.from(digits, "hex") }
}

const join = (...parts: ReadonlyArray<string | ReadonlyArray<number>>): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? utf8(part) : Uint8Array.from(part))))

const hello = `{"_tag":"Hello","v":1,"nickname":"eve"}\n`
const say = (text: string) => `{"_tag":"Say","text":"${text}"}\n`
const mark = [0xef, 0xbb, 0xbf]
const mebibyte = 1_048_576

/** JSON arrays and objects nested `levels` deep, each with a name. */
export const nested = (levels: number): ReadonlyArray<readonly [string, string]> => [
  ["arrays", `${"[".repeat(levels)}${"]".repeat(levels)}`],
  ["objects", `${`{"a":`.repeat(levels)}1${"}".repeat(levels)}`]
]

const notUtf8: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
  ["an overlong line feed of two bytes", [0xc0, 0x8a]],
  ["an overlong line feed of three bytes", [0xe0, 0x80, 0x8a]],
  ["an overlong line feed of four bytes", [0xf0, 0x80, 0x80, 0x8a]],
  ["an overlong escape", [0xc0, 0x9b, 0x5b, 0x32, 0x4a]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["a character beyond the last", [0xf4, 0x90, 0x80, 0x80]],
  ["five bytes", [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ["lone continuations", [0x80, 0xbf, 0x9b]],
  ["two of three bytes", [0xe2, 0x82]],
  ["three of four bytes", [0xf0, 0x9f, 0x98]]
]

const breaks: ReadonlyArray<readonly [string, string]> = [
  ["lone carriage returns", "\r"],
  ["NUL", "\0"],
  ["NEL", "\u0085"],
  ["a line separator", "\u2028"],
  ["a paragraph separator", "\u2029"],
  ["form feeds", "\f"],
  ["backspaces", "\b"]
]

const jsonLines: ReadonlyArray<readonly [string, string]> = [
  ["a version of 1e999", `{"_tag":"Hello","v":1e999,"nickname":"eve"}\n`],
  ["a version of 1e308", `{"_tag":"Hello","v":1e308,"nickname":"eve"}\n`],
  ["a version of 400 digits", `{"_tag":"Hello","v":${"9".repeat(400)},"nickname":"eve"}\n`],
  ["a version that is hardly anything", `{"_tag":"Hello","v":1e-400,"nickname":"eve"}\n`],
  ["numbers for words", `${hello}{"_tag":"Say","text":1e999}\n{"_tag":"Who","after":${"9".repeat(400)}}\n{"_tag":"Say","text":"hi","ref":-0}\n`],
  ["a member far away", `${hello}{"_tag":"Whisper","to":"m${"9".repeat(400)}","text":"hi"}\n{"_tag":"Whisper","to":"__proto__","text":"hi"}\n`],
  ["a prototype", `${hello}{"__proto__":{"_tag":"Say","text":"hi","polluted":1}}\n{"_tag":"Say","__proto__":{"text":"hi","polluted":1}}\n`],
  ["a constructor", `${hello}{"_tag":"Say","text":"hi","constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}\n`],
  ["the kinds of every object", `${hello}{"_tag":"__proto__"}\n{"_tag":"constructor"}\n{"_tag":"toString"}\n{"_tag":"hasOwnProperty"}\n`],
  ["one field twice", `{"_tag":"Pong","v":7,"_tag":"Hello","v":1,"nickname":"adam","nickname":"eve"}\n{"_tag":"Say","text":"a","text":"b","_tag":"Act"}\n`],
  ["something nested a thousand deep", `${hello}${nested(1000).map(([, json]) => `{"_tag":"Say","text":${json}}\n`).join("")}`],
  ["what is no JSON", `{"_tag":"Hello",}\n{\n{'_tag':'Pong'}\n{"_tag":"Pong"}{"_tag":"Pong"}\n{"_tag":"Pong"\nnull\n[]\n"Say"\n7\n`],
  ["half a surrogate pair", `${hello}${say(String.raw`\ud83d`)}${say(String.raw`\ude00 \ud83d`)}`],
  ["escaped line breaks", `${hello}${say(String.raw`a\u0085b`)}${say(String.raw`a\r\nb`)}${say(String.raw`a\u2028b`)}`]
]

/** Input beyond the limit on lines: no line feed where one is due. */
const floods: ReadonlyArray<Sending> = [
  { name: "a megabyte of letters", bytes: join("x".repeat(mebibyte)) },
  { name: "a megabyte of characters of four bytes", bytes: join("eve\n", "😀".repeat(mebibyte / 4)) },
  { name: "a megabyte of braces", bytes: join("{".repeat(mebibyte)) },
  { name: "a megabyte of spaces after a brace", bytes: join("{", " ".repeat(mebibyte)) },
  { name: "a megabyte in one native message", bytes: join(hello, `{"_tag":"Say","text":"`, "x".repeat(mebibyte)) },
  { name: "a megabyte of carriage returns", bytes: join("eve\n", "\r".repeat(mebibyte)) },
  { name: "a megabyte of NUL", bytes: join("eve\n", "\0".repeat(mebibyte)) },
  { name: "a megabyte of backspaces", bytes: join("eve\n", "\b".repeat(mebibyte)) },
  { name: "a megabyte of telnet's escape", bytes: Buffer.alloc(mebibyte, 0xff) },
  { name: "a megabyte of telnet's subnegotiation", bytes: join("eve\n", [0xff, 0xfa], "x".repeat(mebibyte)) },
  { name: "a megabyte of continuations", bytes: Buffer.alloc(mebibyte, 0x9b) },
  ...nested(100_000).map(([what, json]) => ({ name: `${what} nested a hundred thousand deep`, bytes: join(`${hello}${json}\n`) }))
]

/** Recorded probes of other protocols, and hostile input. */
export const corpus: ReadonlyArray<Sending> = [
  ...readdirSync(folder).sort().map(recorded),
  { name: "nothing", bytes: join() },
  { name: "a line feed", bytes: join("\n") },
  { name: "every byte", bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
  { name: "every byte, the highest first", bytes: Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte) },
  { name: "a byte order mark alone", bytes: join(mark) },
  { name: "a byte order mark before a name", bytes: join(mark, "eve\nhi\n") },
  { name: "a byte order mark before a native hello", bytes: join(mark, hello) },
  { name: "a byte order mark before a native message", bytes: join(hello, mark, say("hi")) },
  { name: "UTF-16", bytes: Buffer.from("\ufeffeve\nhi\n", "utf16le") },
  ...notUtf8.flatMap(([what, bytes]) => [
    { name: `${what} in a name`, bytes: join("e", bytes, "ve\nhi\n") },
    { name: `${what} at the end of a message`, bytes: join("eve\nhi", bytes, "\nhi", bytes) },
    { name: `${what} in a native message`, bytes: join(hello, `{"_tag":"Say","text":"a`, bytes, `b"}\n`) }
  ]),
  ...breaks.flatMap(([what, character]) => [
    { name: `${what} in what is typed`, bytes: join(`e${character}ve\na${character}b${character}${character}\n${character}\nhi${character}`) },
    { name: `${what} in a native message`, bytes: join(hello, say(`a${character}b`), character, say("hi")) }
  ]),
  ...jsonLines.map(([name, lines]) => ({ name, bytes: join(lines) })),
  ...floods
]

/** Short enough to be sent a byte at a time. */
export const isShort = ({ bytes }: Sending): boolean => bytes.length <= 600

const e = "\u001b"

/** Terminal injection: escape sequences, controls and bidirectional overrides. */
export const steering: ReadonlyArray<readonly [string, string]> = [
  ["CSI", `${e}[2J${e}[31;1m${e}[1000;1000H`],
  ["OSC 0", `${e}]0;owned\u0007`],
  ["OSC 8", `${e}]8;;http://bad.example${e}\\here${e}]8;;${e}\\`],
  ["OSC 52", `${e}]52;c;cm0gLXJmIC8=${e}\\`],
  ["DCS", `${e}P$q"p${e}\\${e}Ptmux;${e}${e}[6n${e}\\`],
  ["APC, PM and SOS", `${e}_x${e}\\${e}^x${e}\\${e}Xx${e}\\`],
  ["a reset", `${e}c${e}#8${e}(0`],
  ["8-bit CSI", "\u009b2J\u009b31m"],
  ["8-bit OSC", "\u009d0;owned\u009c\u009d52;c;eA==\u0007"],
  ["8-bit DCS", "\u0090$q\"p\u009c"],
  ["a bell", "\u0007\u0007"],
  ["backspaces", "\b\b\b"],
  ["DEL", "\u007f\u007f"],
  ["shifts", "\u000e\u000f"],
  ["NUL", "\0"],
  ["overrides", "\u202edlrow\u202d"],
  ["embeddings", "\u202a\u202b"],
  ["isolates", "\u2066\u2067\u2068"],
  ["ends of them", "\u202c\u2069\u2069"],
  ["deprecated formats", "\u206a\u206b\u206c\u206d\u206e\u206f"],
  ["byte order marks", "\ufeff\ufeff"],
  ["annotations", "\ufff9a\ufffab\ufffb"],
  ["line breaks", "\r\n\u0085\u2028\u2029\v\f"]
]

/** Characters that must not be shown: controls (other than line feed and tab), separators, bidirectional controls, lone surrogates. */
export const unsafe = /(?![\n\t])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\p{Cs}]/u

/** Legitimate texts that need joiners, combining marks, variation selectors, tags or right-to-left script: they must survive. */
export const wholesome: ReadonlyArray<readonly [string, string]> = [
  ["a family", "👨\u200d👩\u200d👧\u200d👦"],
  ["a job in a skin tone", "👩🏽\u200d💻"],
  ["a heart on fire", "❤\ufe0f\u200d🔥"],
  ["a rainbow flag", "🏳\ufe0f\u200d🌈"],
  ["countries' flags", "🇮🇹🇯🇵"],
  ["England's flag", "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"],
  ["a keycap", "1\ufe0f\u20e3"],
  ["a skin tone", "👋🏽"],
  ["a heart in black and white", "❤\ufe0e"],
  ["Arabic", "مُحَمَّد"],
  ["Persian", "می\u200cخواهم"],
  ["Hebrew", "שָׁלוֹם"],
  ["Hindi", "क्\u200dष हिन्दी"],
  ["Thai", "น้ำใจที่นี่"],
  ["Tamil", "தமிழ்"],
  ["Vietnamese", "tiếng Việt"]
].map(([name = "", words = ""]) => [name, words.normalize("NFC")] as const)

/** Every string nested in a value, field names included. */
export const strings = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? [...Object.keys(value), ...Object.values(value).flatMap(strings)] : []
}

/** Settings with which no silence means anything: what is sent is heard the same at any speed. */
export const patient = { greetAfter: 60_000, detectWithin: 60_000, nameSilence: 60_000, typedSilence: 60_000, chunkSilence: 60_000 }
