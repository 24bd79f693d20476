import { questions } from "../../domain/command/index.ts"
import { type Join, joinAnyway } from "../../domain/command/join.ts"
import type { Goodbye, Reply } from "../../domain/Event.ts"
import * as Nickname from "../../domain/Nickname.ts"
import { Refusal } from "../../domain/Refusal.ts"
import * as Typed from "../../domain/typed.ts"
import { type Line, LineSplitter, tooLong } from "../../domain/wire/Lines.ts"
import { silence } from "../../net/Inbox.ts"
import { type Heard, heard, type Hearing, type Interpreter, lineTooLong, nameLimits, refuse } from "./Dialect.ts"
import { canBecomeProtocolLine, isHello, isLogin, isOpening, protocolOfLine } from "./firstLines.ts"
import { foreign, type Protocol } from "./foreign.ts"
import { binaryProtocol, canBecomeGamePing, headBytes } from "./signatures.ts"
import { TelnetFilter } from "./telnet.ts"

/** The words with which a plain client leaves. */
const quitWords: ReadonlySet<string> = new Set([Typed.quitWord, "(quit)", "/quit"])

// What people type that says nothing, by its first word.
const questionNames: ReadonlySet<string> = new Set([...Object.values(questions).flatMap(({ line }) => line?.name ?? []), "/quit"])

const utf8 = new TextEncoder()
const nothing = new Uint8Array(0)
const decoder = new TextDecoder("utf-8")

/** Refuses the first message of a native client in the midst of plain lines, behind a proxy's header for example: it may hold a password. */
const helloTooLate = new Refusal({
  code: "bad-line",
  message: "A Hello object has to be the very first line of a connection: this one was not taken, and nobody has read it. Connect again, and send nothing before it."
})

/**
 * Parses people with `nc` and programs that were not written for this server. A
 * line feed ends a name or a message; a silence does too, for senders that send no
 * line feeds. There are three kinds of sender:
 *
 * - `unknown`: has not named itself yet
 * - `line`: ended its name with a line feed, and its messages end with one too
 * - `chunk`: ended its name with a silence, and its messages end with one too
 */
export class PlainInterpreter implements Interpreter {
  readonly #hearing: Hearing
  readonly #greeted: boolean
  readonly #lines: LineSplitter
  readonly #telnet = new TelnetFilter()
  // The first bytes as they came, before the telnet filter; kept until there is a name.
  #head: Uint8Array = nothing
  // Set once another protocol has shown in place of the name: it has the answer to that.
  #refusing: Interpreter | undefined
  #sender: "unknown" | "line" | "chunk" = "unknown"
  #reads = 0
  #onlySingleBytes = true
  #asked: string | undefined
  // The command to come in under the name that was asked for; it may still wait for the password.
  #join: Join | undefined
  // The next line is the room's password.
  #isPasswordAsked = false
  // The message that came together with the name, and waits until the client is in.
  #ahead: string | undefined
  #name: string | undefined
  #quitWord: string | undefined
  // All that was said so far, the name included, is what clients of other protocols begin with.
  #isOpening = false

  /** `greeted`: whether the client was asked for its name before it sent anything. */
  constructor(hearing: Hearing, greeted: boolean) {
    this.#hearing = hearing
    this.#greeted = greeted
    this.#lines = new LineSplitter(hearing.maxLine)
  }

  get echo(): boolean {
    const { echo } = this.#hearing
    return echo === "auto" ? this.#sender === "chunk" && this.#greeted : echo === "on"
  }

  get patience(): number | undefined {
    const pending = this.#lines.pending
    if (this.#sender === "chunk") {
      return this.#lines.skipping || pending.length > incompleteTail(pending) ? this.#hearing.chunkSilence : undefined
    }
    if (pending.length === 0 || this.#isTyping) return undefined
    if (this.#sender === "line") {
      return quitWords.has(this.#unit(pending)) ? this.#hearing.chunkSilence : undefined
    }
    if (pending.length === incompleteTail(pending)) return undefined
    if (this.#onlySingleBytes) return this.#hearing.typedSilence
    return canBecomeGamePing(this.#head) || canBecomeProtocolLine(pending) ? this.#hearing.detectWithin : this.#hearing.nameSilence
  }

  get separator(): number | undefined {
    return this.#sender === "chunk" ? this.#hearing.chunkSilence : undefined
  }

  *hear(bytes: Uint8Array): Iterable<Heard> {
    this.#reads += 1
    if (bytes.length !== 1) this.#onlySingleBytes = false
    const head = this.#name === undefined ? bytes.subarray(0, headBytes - this.#head.length) : nothing
    for (const byte of head) yield* this.#hearHead(byte)
    yield* this.#hearLines(bytes.subarray(head.length))
  }

  silence(): Iterable<Heard> {
    if (this.#sender === "unknown") this.#sender = "chunk"
    return this.#line(this.#lines.flush(incompleteTail(this.#lines.pending)))
  }

  end(): Iterable<Heard> {
    return this.#lines.pending.length === 0 ? [] : this.#line(this.#lines.flush())
  }

  waiting(unheard: ReadonlyArray<Uint8Array | typeof silence>): number {
    let count = 0
    for (const item of unheard) {
      if (item !== silence) for (const line of this.#lines.push(item)) count += this.#isMessage(line) ? 1 : 0
      else if (this.#sender === "chunk" && this.#isMessage(this.#lines.flush())) count += 1
    }
    return count + (this.#sender === "chunk" && this.#isMessage(this.#lines.flush()) ? 1 : 0)
  }

  told(event: Reply): void {
    switch (event._tag) {
      case "Welcome":
        this.#name = event.you.name
        this.#head = nothing
        this.#isPasswordAsked = false
        break
      case "Renamed":
        this.#name = event.member.name
        break
      case "Refused":
        if (event.code === "password-required") this.#isPasswordAsked = true
        break
      default:
    }
  }

  // Some tutorial programs wait for their own quit word to come back, and for nothing else.
  goodbye(goodbye: Goodbye): Uint8Array | undefined {
    if (this.#refusing !== undefined) return this.#refusing.goodbye(goodbye)
    const word = this.#sender === "chunk" && goodbye.code === "quit" ? this.#quitWord : undefined
    return word === undefined ? undefined : utf8.encode(word)
  }

  // Whether this is likely to say something, unlike a blank line, a quit word or a question.
  #isMessage(line: Line): boolean {
    if (line === tooLong) return false
    const words = this.#unit(line)
    return words !== "" && !quitWords.has(words) && !questionNames.has(words.split(" ", 1)[0] ?? "")
  }

  // Two or more reads of one byte each: every key is sent as it is pressed.
  get #isTyping(): boolean {
    return this.#onlySingleBytes && this.#reads > 1
  }

  #unit(bytes: Uint8Array): string {
    return eraseBackwards(decoder.decode(bytes)).replaceAll("\r", "").replaceAll("\0", "").trim()
  }

  // Byte by byte, so that the result does not depend on how the first bytes were split into reads.
  *#hearHead(byte: number): Iterable<Heard> {
    this.#head = Uint8Array.of(...this.#head, byte)
    const other = this.#asked === undefined && this.#refusing === undefined ? binaryProtocol(this.#head) : undefined
    if (other !== undefined) yield* this.#turnAway(other)
    else yield* this.#hearLines(Uint8Array.of(byte))
  }

  *#hearLines(bytes: Uint8Array): Iterable<Heard> {
    for (const line of this.#lines.push(this.#telnet.filter(bytes))) {
      if (this.#sender === "unknown" && line !== tooLong) this.#sender = "line"
      yield* this.#line(line)
    }
  }

  #turnAway(protocol: Protocol): Iterable<Heard> {
    this.#refusing = foreign(protocol)
    return this.#refusing.end()
  }

  #line(line: Line): Iterable<Heard> {
    if (this.#refusing !== undefined) return []
    if (this.#asked === undefined) {
      const other = line === tooLong ? "endless" : protocolOfLine(line)
      if (other !== undefined) return this.#turnAway(other)
    }
    if (line === tooLong) return [refuse(lineTooLong(this.#hearing.maxLine))]
    const unit = eraseBackwards(decoder.decode(line)).replaceAll("\r", "").replaceAll("\0", "")
    if (this.#join === undefined || this.#asked === undefined) return this.#quit(unit) ?? this.#nameGiven(unit)
    if (this.#isPasswordAsked) return this.#passwordGiven(this.#join, unit)
    return this.#said(this.#withoutName(unit))
  }

  #said(words: string): Iterable<Heard> {
    const quit = this.#quit(words)
    if (quit !== undefined) return quit
    if (isHello(words)) return [refuse(helloTooLate)]
    if (this.#isOpening && isLogin(words)) return this.#turnAway("unknown")
    this.#isOpening &&= isOpening(words)
    return heard(Typed.read(words, nameLimits(this.#hearing)))
  }

  #quit(words: string, unless?: { readonly join: Join; readonly password: string }): Iterable<Heard> | undefined {
    const word = words.trim()
    if (!quitWords.has(word)) return undefined
    this.#quitWord = word
    return [{ _tag: "Quit", reason: undefined, unless }]
  }

  // A password can be any line: one that begins with the name and a colon, or that is a quit word.
  #passwordGiven(join: Join, unit: string): Iterable<Heard> {
    return this.#quit(unit, { join, password: unit }) ?? this.#enter(join, this.#withoutName(unit), unit)
  }

  // `NAME: text`, where NAME has no space, is a name and its first message at once.
  #nameGiven(unit: string): Iterable<Heard> {
    if (isHello(unit)) return [refuse(helloTooLate)]
    const both = /^\s*([^\s:]{1,512}): (.*)$/su.exec(unit)
    const asked = (both?.[1] ?? unit).trim()
    const limits = nameLimits(this.#hearing)
    const nickname = Nickname.lenient(asked, limits)
    if (nickname === undefined) {
      return [refuse(new Refusal({ code: "name-empty", message: "Please type a name and press Enter:" }))]
    }
    this.#asked = asked
    this.#isOpening = isOpening(asked)
    this.#join = joinAnyway(nickname, limits)
    this.#ahead = both?.[2]
    return this.#enter(this.#join)
  }

  // Yields the command to come in, and then the message that came with the name. In between, `told` says whether the
  // password is still to come: then the message waits on.
  *#enter(join: Join, password?: string, verbatim?: string): Iterable<Heard> {
    yield { _tag: "Enter", join, password, ...(verbatim === password ? {} : { verbatim }) }
    if (this.#ahead === undefined || this.#isPasswordAsked) return
    const ahead = this.#ahead
    this.#ahead = undefined
    yield* this.#said(ahead)
  }

  #withoutName(unit: string): string {
    for (const name of [this.#asked, this.#name]) {
      if (name !== undefined && unit.startsWith(`${name}: `)) return unit.slice(name.length + 2)
    }
    return unit
  }
}

/** The text after its backspaces: each takes the code point before it away. */
const eraseBackwards = (text: string): string => {
  if (!/[\b\u007f]/u.test(text)) return text
  const kept: Array<string> = []
  for (const character of text) {
    if (character === "\b" || character === "\u007f") kept.pop()
    else kept.push(character)
  }
  return kept.join("")
}

/** How many bytes at the end are the start of a UTF-8 sequence that is not complete yet. */
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
