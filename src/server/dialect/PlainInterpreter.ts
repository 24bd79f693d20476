import { questions } from "../../domain/command/index.ts"
import { type Join, joinAnyway } from "../../domain/command/join.ts"
import type { Goodbye, Welcome } from "../../domain/Event.ts"
import type { Reply } from "../../domain/Reply.ts"
import * as Nickname from "../../domain/Nickname.ts"
import { quitWord } from "../../domain/quitWord.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import { clean, type Text } from "../../domain/Text.ts"
import * as Typed from "../../domain/typed.ts"
import { silence } from "../../net/Inbox.ts"
import * as phrases from "../../domain/phrases.ts"
import * as wording from "../../domain/wording.ts"
import { squeezed } from "./blanks.ts"
import { type Dialect, type Heard, heard, type Hearing, type Interpreter, lineTooLong, nameLimits, refuse } from "./Dialect.ts"
import { Exposure } from "./Exposure.ts"
import { isHello, isLogin, isOpening } from "./firstLines.ts"
import { foreign, type Protocol } from "./foreign.ts"
import { payloads } from "./framing.ts"
import { type Unit, UnitReader } from "./UnitReader.ts"
import { Whereabouts } from "./Whereabouts.ts"

/** The words with which a plain client leaves, in any case: a phone begins them with a capital. */
const quitWords: ReadonlySet<string> = new Set([quitWord, "(quit)", "/quit"])
const isQuitWord = (words: string): boolean => quitWords.has(words.trim().toLowerCase())

// What people type that says nothing, by its first word.
const questionNames: ReadonlySet<string> = new Set([...Object.values(questions).flatMap(({ line }) => line?.name ?? []), "/quit"])

// How many of the units are likely to say something, unlike a blank line, a quit word or a question.
const messagesIn = (units: Iterable<Unit>): number => {
  let count = 0
  for (const unit of units) if (unit._tag === "Words" && isMessage(unit.words.trim())) count += 1
  return count
}
const isMessage = (words: string): boolean => words !== "" && !isQuitWord(words) && !questionNames.has(words.split(" ", 1)[0] ?? "")

const utf8 = new TextEncoder()

/** Refuses the first message of a native client in the midst of plain lines, behind a proxy's header for example: it may hold a password. */
const helloTooLate = new Refusal({
  code: "bad-line",
  message: "A Hello object has to be the very first line of a connection: this one was not taken, and nobody has read it. Connect again, and send nothing before it."
})

/** The forms of the plain dialect besides the first. */
export interface Forms {
  /** For those whose lines end in CR LF. */
  readonly telnet: Dialect
  /** For one who is in these rooms, several, of which one is `current`. `isByKey`: whether its lines end in CR LF. */
  readonly among: (rooms: ReadonlySet<RoomName>, current: RoomName, isByKey: boolean) => Dialect
}

const toTell = (line: Text): Heard => ({ _tag: "Tell", lines: [line] })

/**
 * Parses people with `nc` and programs that were not written for this server. The
 * first unit of such a client is its name, all others are messages or commands.
 */
export class PlainInterpreter implements Interpreter {
  readonly #hearing: Hearing
  readonly #greeted: boolean
  readonly #forms: Forms | undefined
  readonly #whereabouts = new Whereabouts()
  // The dialect while the client is in several rooms.
  #severally: Dialect | undefined
  readonly #reader: UnitReader
  readonly #exposure: Exposure
  // Set once another protocol has shown in place of the name: it has the answer to that.
  #refusing: Interpreter | undefined
  #asked: string | undefined
  // The command to come in under the name that was asked for; it may still wait for the password.
  #join: Join | undefined
  // The next line is the room's password.
  #isPasswordAsked = false
  // The message that came together with the name, and waits until the client is in.
  #ahead: string | undefined
  #name: string | undefined
  // Whether the name came in a frame: then messages do too.
  #isFramed = false
  // Why the name that was asked for could not be taken as it was; told once the client is in.
  #mended: Refusal | undefined
  // Whether the client was asked for its name before it said anything, but for what telnet negotiates.
  #isAsked: boolean
  // What the client was told when it came in, until a person is told more.
  #welcome: Welcome | undefined
  #quitWord: string | undefined
  // All that was said so far, the name included, is what clients of other protocols begin with.
  #isOpening = false

  /**
   * `greeted`: whether the client was asked for its name before it sent anything.
   * `forms`: the forms of the dialect besides the one that it was recognised by.
   */
  constructor(hearing: Hearing, greeted: boolean, forms?: Forms) {
    this.#hearing = hearing
    this.#greeted = greeted
    this.#isAsked = greeted
    this.#forms = forms
    this.#reader = new UnitReader(hearing, greeted, isQuitWord)
    this.#exposure = new Exposure(hearing.encryption)
  }

  get echo(): boolean {
    const { echo } = this.#hearing
    return echo === "auto" ? this.#reader.sender === "chunk" && this.#greeted : echo === "on"
  }

  get dialect(): Dialect | undefined {
    return this.#severally ?? (this.#reader.wantsCrLf ? this.#forms?.telnet : undefined)
  }

  follow(event: Reply): void {
    if (!this.#whereabouts.follow(event)) return
    const { amongSeveral, rooms } = this.#whereabouts
    this.#severally = amongSeveral === undefined ? undefined : this.#forms?.among(rooms, amongSeveral, this.#reader.wantsCrLf)
  }

  get patience(): number | undefined {
    return this.#reader.patience
  }

  get separator(): number | undefined {
    return this.#reader.separator
  }

  hear(bytes: Uint8Array): Iterable<Heard> {
    return this.#exposure.after(this.#units(this.#reader.hear(bytes)), toTell)
  }

  silence(): Iterable<Heard> {
    return this.#exposure.after(this.#units(this.#reader.silence()), toTell)
  }

  end(): Iterable<Heard> {
    return this.#units(this.#reader.end())
  }

  waiting(unheard: ReadonlyArray<Uint8Array | typeof silence>): number {
    const isByChunk = () => this.#reader.sender === "chunk"
    let count = 0
    for (const item of unheard) {
      if (item !== silence) count += messagesIn(this.#reader.hear(item))
      else if (isByChunk()) count += messagesIn(this.#reader.silence())
    }
    return count + (isByChunk() ? messagesIn(this.#reader.end()) : 0)
  }

  told(event: Reply): void {
    switch (event._tag) {
      case "Welcome":
        this.#name = event.you.name
        this.#welcome = event
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
    const word = this.#reader.sender === "chunk" && goodbye.code === "quit" ? this.#quitWord : undefined
    return word === undefined ? undefined : utf8.encode(word)
  }

  *#units(units: Iterable<Unit>): Iterable<Heard> {
    for (const unit of units) if (this.#refusing === undefined) yield* this.#unit(unit)
  }

  #unit(unit: Unit): Iterable<Heard> {
    switch (unit._tag) {
      case "Words":
        return this.#framed(unit.words)
      case "TooLong":
        return [refuse(lineTooLong(this.#hearing.maxLine))]
      case "Answer":
        return [unit]
      case "Ask":
        this.#isAsked = true
        return [{ _tag: "Answer", bytes: utf8.encode(`${phrases.greeting}${this.#reader.wantsCrLf ? "\r\n" : "\n"}`) }]
      case "Foreign":
        return this.#turnAway(unit.protocol)
    }
  }

  #turnAway(protocol: Protocol): Iterable<Heard> {
    this.#refusing = foreign(protocol)
    return this.#refusing.end()
  }

  // Takes the words out of their frames: whether a client frames what it sends shows in its name.
  *#framed(words: string): Iterable<Heard> {
    const found = this.#isFramed || this.#join === undefined ? payloads(words) : undefined
    if (found !== undefined) this.#isFramed = true
    for (const payload of found ?? [words]) yield* this.#words(payload)
  }

  #words(words: string): Iterable<Heard> {
    if (this.#join === undefined) return this.#quit(words) ?? this.#nameGiven(words)
    if (this.#isPasswordAsked) return this.#passwordGiven(this.#join, words)
    return this.#said(this.#withoutName(words))
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
    if (!isQuitWord(words)) return undefined
    this.#quitWord = words.trim()
    return [{ _tag: "Quit", reason: undefined, unless }]
  }

  // A password can be any line: one that begins with the name and a colon, or that is a quit word.
  #passwordGiven(join: Join, words: string): Iterable<Heard> {
    return this.#quit(words, { join, password: words }) ?? this.#enter(join, this.#withoutName(words), words)
  }

  // `NAME: text`, where NAME has no space, is a name and its first message at once.
  #nameGiven(words: string): Iterable<Heard> {
    if (isHello(words)) return [refuse(helloTooLate)]
    const both = /^\s*([^\s:]{1,512}): (.*)$/su.exec(words)
    const asked = (both?.[1] ?? words).trim()
    const limits = nameLimits(this.#hearing)
    const nickname = Nickname.lenient(asked, limits)
    if (nickname === undefined) {
      return [refuse(new Refusal({ code: "name-empty", message: "Please type a name and press Enter:" }))]
    }
    this.#reader.named()
    this.#asked = asked
    const strictly = Nickname.parse(asked, limits)
    this.#mended = strictly instanceof Refusal ? strictly : undefined
    this.#isOpening = isOpening(asked)
    this.#join = joinAnyway(nickname, limits)
    this.#ahead = both?.[2]
    return this.#enter(this.#join)
  }

  // Yields the command to come in, and then the message that came with the name. In between, `told` says whether the
  // password is still to come: then the message waits on.
  *#enter(join: Join, password?: string, verbatim?: string): Iterable<Heard> {
    yield { _tag: "Hello", join, password, ...(verbatim === password ? {} : { verbatim }) }
    if (this.#mended !== undefined && this.#name !== undefined) {
      const { code, message } = this.#mended
      this.#mended = undefined
      yield refuse(new Refusal({ code, message: `${message} You are ${this.#name}.` }))
    }
    yield* this.#introduction()
    if (this.#ahead === undefined || this.#isPasswordAsked) return
    const ahead = this.#ahead
    this.#ahead = undefined
    yield* this.#said(ahead)
  }

  // A person is told who is here, and what else there is to know. Of those who waited for the greeting and end their lines
  // nearly all are people: the programs that send a name at once, or without a line end, have been told enough to go on.
  *#introduction(): Iterable<Heard> {
    const welcome = this.#welcome
    this.#welcome = undefined
    if (welcome === undefined || !this.#isAsked || this.#reader.sender !== "line") return
    yield { _tag: "Tell", lines: wording.introduction(welcome).map((line) => clean(squeezed(line))) }
  }

  #withoutName(words: string): string {
    for (const name of [this.#asked, this.#name]) {
      if (name !== undefined && words.startsWith(`${name}: `)) return words.slice(name.length + 2)
    }
    return words
  }
}
