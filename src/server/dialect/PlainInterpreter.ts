import { Refusal } from "../../domain/Refusal.ts"
import type { Goodbye } from "../../domain/Event.ts"
import * as Nickname from "../../domain/Nickname.ts"
import { type Line, LineSplitter, tooLong } from "../../domain/wire/Lines.ts"
import { passwordQuestion } from "../../domain/wording.ts"
import { Gate } from "../session/Password.ts"
import type { ServerOptions } from "../ServerConfig.ts"
import { canBecomeGamePing, canBecomeRequestLine, headBytes, isRequestLine, isUnknownProtocol } from "../door/detect.ts"
import { command, type Heard, type Interpreter, quit, refuse } from "./Dialect.ts"
import { lineTooLong } from "./native.ts"
import { plain, quitWords } from "./plain.ts"
import { refusing } from "../door/foreign.ts"
import { talk } from "./talk.ts"
import { TelnetFilter } from "./telnet.ts"

type Config = Pick<ServerOptions, "maxLine" | "maxName" | "password" | "passwordTries" | "echo" | "nameSilence" | "typedSilence" | "chunkSilence" | "detectWithin">

const utf8 = new TextEncoder()
const nothing = new Uint8Array(0)
const decoder = new TextDecoder("utf-8")

/**
 * Hears people with `nc` and programs that never heard of us. A line feed ends
 * a name or a message; a silence ends one too for those who send none.
 *
 * - `unknown`: has not named itself yet
 * - `line`: ended its name with a line feed, and so ends its messages
 * - `chunk`: ended its name with a silence, and so ends its messages
 */
export class PlainInterpreter implements Interpreter {
  readonly #config: Config
  readonly #greeted: boolean
  readonly #lines: LineSplitter
  readonly #telnet = new TelnetFilter()
  // The first bytes as they came, with what telnet takes out; kept until there is a name.
  #head: Uint8Array = nothing
  // Gives the answer once the place of the name held another protocol.
  #refusing: Interpreter | undefined
  #sender: "unknown" | "line" | "chunk" = "unknown"
  #reads = 0
  #onlySingleBytes = true
  #asked: string | undefined
  // Where there is one to be given, and until it is.
  #gate: Gate | undefined
  // What was said with the name, and waits for the password.
  #ahead: string | undefined
  #name: string | undefined
  #quitWord: string | undefined

  /** `greeted`: whether the client was asked for its name before it sent anything. */
  constructor(config: Config, greeted: boolean) {
    this.#config = config
    this.#greeted = greeted
    this.#lines = new LineSplitter(config.maxLine)
    this.#gate = config.password === undefined ? undefined : new Gate(config.password, config.passwordTries)
  }

  get echo(): boolean {
    const { echo } = this.#config
    return echo === "auto" ? this.#sender === "chunk" && this.#greeted : echo === "on"
  }

  get patience(): number | undefined {
    const pending = this.#lines.pending
    if (this.#sender === "chunk") {
      return this.#lines.skipping || pending.length > incompleteTail(pending) ? this.#config.chunkSilence : undefined
    }
    if (pending.length === 0 || this.#isTyping) return undefined
    if (this.#sender === "line") {
      return quitWords.has(this.#unit(pending)) ? this.#config.chunkSilence : undefined
    }
    if (pending.length === incompleteTail(pending)) return undefined
    if (this.#onlySingleBytes) return this.#config.typedSilence
    return canBecomeGamePing(this.#head) || canBecomeRequestLine(pending) ? this.#config.detectWithin : this.#config.nameSilence
  }

  get separator(): number | undefined {
    return this.#sender === "chunk" ? this.#config.chunkSilence : undefined
  }

  hear(bytes: Uint8Array): ReadonlyArray<Heard> {
    this.#reads += 1
    if (bytes.length !== 1) this.#onlySingleBytes = false
    const head = this.#name === undefined ? bytes.subarray(0, headBytes - this.#head.length) : nothing
    const heard: Array<Heard> = []
    for (const byte of head) heard.push(...this.#hearHead(byte))
    heard.push(...this.#hearLines(bytes.subarray(head.length)))
    return heard
  }

  silence(): ReadonlyArray<Heard> {
    if (this.#sender === "unknown") this.#sender = "chunk"
    return this.#line(this.#lines.flush(incompleteTail(this.#lines.pending)))
  }

  end(): ReadonlyArray<Heard> {
    return this.#lines.pending.length === 0 ? [] : this.#line(this.#lines.flush())
  }

  joined(name: Nickname.Nickname): void {
    this.#head = nothing
    this.#name = name
  }

  // The tutorial programs wait for their own word to come back, and nothing else.
  goodbye(goodbye: Goodbye): Uint8Array {
    if (this.#refusing !== undefined) return this.#refusing.goodbye(goodbye)
    const word = this.#sender === "chunk" && goodbye.code === "quit" ? this.#quitWord : undefined
    return utf8.encode(word ?? plain.encode(goodbye))
  }

  // Two or more reads of one byte each: every key is sent as it is pressed.
  get #isTyping(): boolean {
    return this.#onlySingleBytes && this.#reads > 1
  }

  #unit(bytes: Uint8Array): string {
    return eraseBackwards(decoder.decode(bytes)).replaceAll("\r", "").replaceAll("\0", "").trim()
  }

  // Byte by byte, so that however they were split the same comes of them.
  #hearHead(byte: number): ReadonlyArray<Heard> {
    this.#head = Uint8Array.of(...this.#head, byte)
    const isOther = this.#asked === undefined && this.#refusing === undefined && isUnknownProtocol(this.#head)
    return isOther ? this.#turnAway("unknown") : this.#hearLines(Uint8Array.of(byte))
  }

  #hearLines(bytes: Uint8Array): ReadonlyArray<Heard> {
    const heard: Array<Heard> = []
    for (const line of this.#lines.push(this.#telnet.filter(bytes))) {
      if (this.#sender === "unknown" && line !== tooLong) this.#sender = "line"
      heard.push(...this.#line(line))
    }
    return heard
  }

  #turnAway(kind: "http" | "unknown"): ReadonlyArray<Heard> {
    this.#refusing = refusing(kind)
    return this.#refusing.end()
  }

  #line(line: Line): ReadonlyArray<Heard> {
    if (this.#refusing !== undefined) return []
    if (line === tooLong) return [refuse(lineTooLong(this.#config.maxLine))]
    if (this.#asked === undefined && isRequestLine(line)) return this.#turnAway("http")
    const unit = eraseBackwards(decoder.decode(line)).replaceAll("\r", "").replaceAll("\0", "")
    if (this.#asked === undefined) return this.#quit(unit) ?? this.#nameGiven(unit)
    if (this.#gate !== undefined) return this.#quit(unit) ?? this.#passwordGiven(this.#gate, this.#asked, unit)
    return this.#said(this.#withoutName(unit))
  }

  #said(words: string): ReadonlyArray<Heard> {
    return this.#quit(words) ?? talk(words, Nickname.limited(this.#config.maxName))
  }

  #quit(words: string): ReadonlyArray<Heard> | undefined {
    const word = words.trim()
    if (!quitWords.has(word)) return undefined
    this.#quitWord = word
    return [quit()]
  }

  // `NAME: text`, where NAME has no space, is a name and its first message at once.
  #nameGiven(unit: string): ReadonlyArray<Heard> {
    const both = /^\s*([^\s:]+): (.*)$/su.exec(unit)
    const asked = (both?.[1] ?? unit).trim()
    const nickname = this.#nickname(asked)
    if (nickname === undefined) {
      return [refuse(new Refusal({ code: "name-empty", message: "Please type a name and press Enter:" }))]
    }
    this.#asked = asked
    if (this.#gate !== undefined) {
      this.#ahead = both?.[2]
      return [question]
    }
    const join = command({ _tag: "Join", nickname, ifTaken: "number" })
    return both?.[2] === undefined ? [join] : [join, ...this.#said(both[2])]
  }

  #passwordGiven(gate: Gate, asked: string, unit: string): ReadonlyArray<Heard> {
    const denied = gate.knock(this.#withoutName(unit))
    if (denied !== undefined) return [denied]
    this.#gate = undefined
    const nickname = this.#nickname(asked)
    const ahead = this.#ahead === undefined ? [] : this.#said(this.#ahead)
    return nickname === undefined ? [] : [command({ _tag: "Join", nickname, ifTaken: "number" }), ...ahead]
  }

  #nickname(asked: string): Nickname.Nickname | undefined {
    return Nickname.lenient(asked, Nickname.limited(this.#config.maxName))
  }

  #withoutName(unit: string): string {
    for (const name of [this.#asked, this.#name]) {
      if (name !== undefined && unit.startsWith(`${name}: `)) return unit.slice(name.length + 2)
    }
    return unit
  }
}

const question: Heard = { _tag: "Ask", question: passwordQuestion }

/** Each backspace takes the character before it away. */
const eraseBackwards = (text: string): string => {
  if (!/[\b\u007f]/u.test(text)) return text
  const kept: Array<string> = []
  for (const character of text) {
    if (character === "\b" || character === "\u007f") kept.pop()
    else kept.push(character)
  }
  return kept.join("")
}

/** How many bytes at the end are the start of a UTF-8 character that is not whole yet. */
const incompleteTail = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? back : 0
    }
    if (byte < 0x80) return 0
  }
  return 0
}
