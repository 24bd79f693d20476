import { apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import type { Command } from "../../src/domain/command/index.ts"
import type { Event } from "../../src/domain/Event.ts"
import { authorOf, type Reply } from "../../src/domain/Reply.ts"
import type { Happening } from "../../src/domain/Entry.ts"
import { keepFor } from "../../src/domain/Keep.ts"
import { Proof } from "../../src/domain/Place.ts"
import { clean } from "../../src/domain/Text.ts"
import type { Dialect, Heard, Interpreter } from "../../src/server/dialect/Dialect.ts"
import { makeIrc } from "../../src/server/dialect/irc/irc.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { settings } from "./chat.ts"

const history = { lines: 30, bytes: 20_000, age: 3_600_000, allBytes: 20_000 }

/** A client of IRC, and what it was told. */
interface Guest {
  readonly interpreter: Interpreter
  said: string
  isGone: boolean
  /** What was looked up for it, in order: in how many bytes, and whether that may wait. */
  readonly answers: Array<{ readonly size: number; readonly mayWait: boolean }>
}

/** A chat with clients of IRC, and no more of a server than it takes to tell them everything at once: without sockets, time or limits. */
export class IrcRoom {
  chat: Chat.Chat<number>
  readonly guests: ReadonlyArray<Guest>
  readonly #dialect: Dialect
  #at = 1_700_000_000_000

  constructor(guests: number) {
    const hearing = { ...defaults, history }
    this.#dialect = makeIrc(hearing)
    this.chat = Chat.empty<number>(settings, keepFor(120_000, 10, 10), undefined, history)
    this.guests = Array.from({ length: guests }, () => ({ interpreter: this.#dialect.open(hearing, false), said: "", isGone: false, answers: [] }))
  }

  /** A client sends these bytes, which may end within a line. */
  hear(who: number, bytes: Uint8Array): void {
    if (!this.#isHere(who)) return
    for (const heard of this.guests[who]?.interpreter.hear(bytes) ?? []) {
      this.#at += 1
      this.#perform(who, heard)
      if (!this.#isHere(who)) return
    }
  }

  #isHere(who: number): boolean {
    return this.guests[who]?.isGone === false
  }

  #perform(who: number, heard: Heard): void {
    const hash = (words: string, certificate?: string) => ({ proof: Proof.make(`#${words}`), neighbourhood: "here", ...(certificate === undefined ? {} : { certificate: Proof.make(certificate) }) })
    switch (heard._tag) {
      case "Hello":
        this.#command(who, heard.join)
        break
      case "Command":
        this.#command(who, heard.command)
        break
      case "Look": {
        const { mayWait = false, size, turn, words } = heard.look({ chat: this.chat, me: Chat.personOf(this.chat, who), at: this.#at })
        this.guests[who]?.answers.push({ size, mayWait })
        this.#reply(who, { _tag: "Verbatim", at: this.#at, size, words, ...(turn === undefined ? {} : { turn }) })
        break
      }
      case "ClaimName":
        this.#command(who, { _tag: "ClaimName", name: heard.name, ...hash(heard.words, heard.certificate) })
        break
      case "Authenticate":
        if (Chat.personOf(this.chat, who) !== undefined) this.#command(who, { _tag: "Authenticate", account: { key: heard.key, ...hash(heard.by.text) } })
        else this.#refuse(who)
        break
      case "Sealed":
        if (heard.command._tag === "SetModes") this.#refuse(who)
        else this.#command(who, { ...heard.command, word: Proof.make(heard.word) })
        break
      case "Quit":
      case "Reject":
        this.#happens({ _tag: "Quit", client: who, code: "quit", ...(heard._tag === "Reject" || heard.reason === undefined ? {} : { reason: heard.reason }) })
        this.#last(who)
        break
      case "Operate":
      case "Remove":
        this.#refuse(who)
        break
      default:
        throw new Error(`This is nothing that a client of IRC asks for: ${heard._tag}`)
    }
  }

  #refuse(who: number): void {
    this.guests[who]?.interpreter.told({ _tag: "Refused", at: this.#at, code: "password-wrong", message: clean("Wrong.") }, () => true)
  }

  #last(who: number): void {
    const guest = this.guests[who]
    if (guest === undefined) return
    guest.isGone = true
    guest.said += Buffer.from(guest.interpreter.goodbye({ _tag: "Goodbye", at: this.#at, code: "quit", reason: clean("you have left") }) ?? []).toString()
  }

  #command(who: number, command: Command): void {
    this.#happens({ _tag: "Command", client: who, address: `${who}:1`, command }, who)
  }

  #happens(happening: Happening, author?: number): void {
    const { chat, told } = apply(this.chat, { ...happening, at: this.#at }, (client) => client)
    this.chat = chat
    const interpreter = author === undefined ? undefined : this.guests[author]?.interpreter
    // What the author's client is told in another form, as the decision is told to it first.
    const otherwise = new Set(told.filter((envelope) => interpreter?.told(envelope.event, () => readersOf(envelope).has(author ?? -1), chat) === true))
    for (const envelope of told) {
      for (const reader of readersOf(envelope)) {
        const isOwn = authorOf(envelope.event) === Chat.personOf(this.chat, reader)?.member.id
        if ((reader === author && otherwise.has(envelope)) || (envelope.room !== undefined && isOwn && this.guests[reader]?.interpreter.echo === false)) continue
        this.#reply(reader, envelope.event, envelope.room !== undefined)
      }
    }
  }

  #reply(who: number, event: Reply, isOfRoom = false): void {
    const guest = this.guests[who]
    if (guest === undefined || guest.isGone) return
    if (event._tag === "Goodbye") this.#last(who)
    else {
      const dialect = guest.interpreter.dialect ?? this.#dialect
      guest.said += (isOfRoom ? (dialect.ofRooms ?? dialect) : dialect).encode(event)
      guest.interpreter.follow?.(event)
    }
  }
}

const readersOf = ({ also = [], audience }: { readonly audience: Chat.Audience<number>; readonly also?: Chat.Audience<number> | undefined; readonly event: Event }): ReadonlySet<number> =>
  new Set([...audience, ...also].flatMap(({ peer }) => peer ?? []))
