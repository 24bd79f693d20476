import * as Arr from "effect/Array"
import type { Command } from "../../../domain/command/index.ts"
import type { Chat, Person } from "../../../domain/Chat.ts"
import type { Refused } from "../../../domain/Event.ts"
import type { Member } from "../../../domain/Member.ts"
import type { Reply } from "../../../domain/Reply.ts"
import type { Metadata } from "../../../domain/metadata.ts"
import type { NameKey, Nickname } from "../../../domain/Nickname.ts"
import type { Heard, Hearing, View } from "../Dialect.ts"
import type { Capabilities } from "./Capabilities.ts"
import { fitting, line, middle, trailing } from "./lines.ts"
import type { Response } from "./label.ts"
import { Marks, type MarksOfAccounts } from "./marks.ts"
import type { Multiline } from "./Multiline.ts"
import type { SaslResponse } from "./sasl.ts"
import type { Subscriptions } from "./metadata.ts"
import { keyOf, nickOf } from "./tokens.ts"

/** What a client has said of itself before it has come in. */
export interface Registration {
  readonly nick: string | undefined
  readonly name: Nickname | undefined
  readonly user: string | undefined
  readonly real: string | undefined
  readonly password: string | undefined
  /** What it is described by, once it comes in. */
  readonly metadata: Metadata
  /** Whether the client negotiates capabilities: until it says that it has ended, it does not come in. */
  readonly isNegotiating: boolean
}

/** What an answer goes by: the chat, and who asks. */
export interface Asking {
  readonly chat: Chat<unknown>
  readonly me: Person<unknown> | undefined
  /** The name of the asker as a word; `*` before it has one. */
  readonly nick: string
  /** Now, ms since 1970. */
  readonly at: number
}

/** How a numeric reply is said: its parameters after the asker's nick, and its words. */
export type Numeric = readonly [code: string, params: ReadonlyArray<string>, words?: string]

/** About so many people are looked at within two milliseconds. */
const partSize = 500

/** How a client wants to be spoken to. */
export interface Spoken {
  readonly capabilities: Capabilities
  readonly subscriptions: Subscriptions
}

type Looking = Extract<Heard, { readonly _tag: "Look" }>

/** One client, for the commands that it sends. */
export class Client {
  readonly hearing: Hearing
  registration: Registration = { nick: undefined, name: undefined, user: undefined, real: undefined, password: undefined, metadata: [], isNegotiating: false }
  /** The capabilities as of the last decision; what the client is told goes by them from its own place on. */
  capabilities: Capabilities = new Set()
  /** The keys that it subscribes to, as of the last decision. */
  subscriptions: Subscriptions = new Set()
  /** Who the client is, as of the last decision; absent before it has come in. */
  me: Member | undefined
  /** Whether the client has come in. */
  isIn = false
  /** What the client says to show who it is, while it comes in pieces. */
  sasl: SaslResponse | undefined
  /** The response to the command that is performed, where that has a label: it is sent in one piece. */
  response: Response | undefined
  /** The message of several lines that the client sends. */
  multiline: Multiline | undefined
  /** How many batches the client was sent that answer a command. */
  batches = 0
  readonly #marksOfAccounts: MarksOfAccounts
  readonly #ownMarks = new Marks()
  /** The words with which the client has quit. */
  quit = ""
  /** What came of the command that was performed last. */
  told: ReadonlyArray<Reply> = []
  /** The chat that it has come to: what is decided later is told to the client later. */
  outcome: Chat<unknown> | undefined
  /** Called at the place in the order of all that the client is told at which it is to be spoken to in another way. */
  readonly turn: (spoken: Spoken, me: Person<unknown> | undefined) => void

  constructor(hearing: Hearing, marksOfAccounts: MarksOfAccounts, turn: Client["turn"]) {
    this.hearing = hearing
    this.#marksOfAccounts = marksOfAccounts
    this.turn = turn
  }

  /** How far it has read. */
  get marks(): Marks {
    const account = this.me?.account
    return account === undefined ? this.#ownMarks : this.#marksOfAccounts.of(keyOf(account))
  }

  /** The client has claimed this name. */
  hasClaimed(account: NameKey): void {
    this.#marksOfAccounts.claimed(account, this.#ownMarks)
  }

  /** The server says something to the client alone. */
  notice(words: string): Looking {
    return this.look(({ nick }) => [this.fromServer(`NOTICE ${nick} :${words}`)])
  }

  /** Why the command was refused that was performed last; `undefined` where it was not. */
  get refused(): Refused | undefined {
    return this.told.find((event) => event._tag === "Refused")
  }

  /** What is told by the first event with this tag of what came of the last command. */
  hears<Tag extends Reply["_tag"]>(tag: Tag): Extract<Reply, { readonly _tag: Tag }> | undefined {
    return this.told.find((event): event is Extract<Reply, { readonly _tag: Tag }> => event._tag === tag)
  }

  /** Has a command decided; what came of it is in `told` afterwards. */
  *perform(command: Command): Iterable<Heard> {
    yield* this.do({ _tag: "Command", command })
  }

  /** The same with what is no mere command. */
  *do(heard: Heard): Iterable<Heard> {
    this.told = []
    yield heard
  }

  /** Answers with these bodies of lines, by the chat as it stands then. `turns`: whether the client is spoken to in another way behind them. */
  look(bodies: (asking: Asking) => ReadonlyArray<string>, turns = false): Looking {
    return {
      _tag: "Look",
      look: ({ at, chat, me }: View) => {
        const nick = me === undefined ? (this.registration.name === undefined ? "*" : nickOf(this.registration.name)) : nickOf(me.member.name)
        const said = bodies({ at, chat, me, nick }).map((body) => line(fitting(body))).join("")
        this.response?.add(said)
        const words = this.response === undefined ? said : ""
        const { capabilities, subscriptions } = this
        return { size: words.length, words: () => words, ...(turns ? { turn: () => { this.turn({ capabilities, subscriptions }, me) } } : {}) }
      }
    }
  }

  /** Sends whole lines, with their ends. */
  send(words: string, turns = false): Heard {
    const { capabilities, subscriptions } = this
    return { _tag: "Look", look: ({ me }) => ({ size: words.length, words: () => words, ...(turns ? { turn: () => { this.turn({ capabilities, subscriptions }, me) } } : {}) }) }
  }

  /** Looks something up that the next words depend on; nothing is answered. `undefined` for a client that is gone. */
  *see<A>(what: (asking: Asking) => A): Generator<Heard, A | undefined> {
    const seen: Array<A> = []
    yield this.look((asking) => {
      seen.push(what(asking))
      return []
    })
    return seen[0]
  }

  /** Answers with numeric replies. */
  numerics(replies: (asking: Asking) => ReadonlyArray<Numeric>): Looking {
    return this.look((asking) => replies(asking).map((reply) => this.numericOf(asking.nick, reply)))
  }

  /** Says what a room was when the client came into it: who is there, how far it has read, the end, and the lines `behind` it. That need not wait until the room is told that it came. */
  numericsOfComing(channel: string, replies: (asking: Asking) => ReadonlyArray<Numeric>, behind: (asking: Asking) => ReadonlyArray<string>): Heard {
    const { look } = this.look((asking) => {
      const lines = replies(asking).map((reply) => this.numericOf(asking.nick, reply))
      const marked = this.capabilities.has("draft/read-marker") ? [...lines.slice(0, -1), this.fromServer(this.marks.line(channel)), ...lines.slice(-1)] : lines
      return [...marked, ...behind(asking)]
    })
    return { _tag: "Look", look: (view) => ({ ...look(view), ofComing: true }) }
  }

  /**
   * Answers with lines about many things as they were at one time, a part of these at a time: others get a turn of
   * the event loop in between. `each` is how many bytes of an answer cost as much as to look at one of them.
   */
  *looksAbout<A>(things: ReadonlyArray<A>, each: number, bodies: (part: ReadonlyArray<A>, asking: Asking) => ReadonlyArray<string>): Iterable<Heard> {
    for (const part of Arr.chunksOf(things, partSize)) {
      const { look } = this.look((asking) => bodies(part, asking))
      yield { _tag: "Look", look: (view) => ({ ...look(view), effort: each * part.length }) }
    }
  }

  /** The same with numeric replies. */
  *numericsAbout<A>(things: ReadonlyArray<A>, each: number, replies: (part: ReadonlyArray<A>) => ReadonlyArray<Numeric>): Iterable<Heard> {
    yield* this.looksAbout(things, each, (part, { nick }) => replies(part).map((reply) => this.numericOf(nick, reply)))
  }

  /** Answers with one numeric reply. */
  numeric(...reply: Numeric): Heard {
    return this.numerics(() => [reply])
  }

  /** A numeric reply to this nick. */
  numericOf(nick: string, [code, params, words]: Numeric): string {
    const said = words === undefined ? [...params.slice(0, -1).map(middle), ...params.slice(-1)] : [...params.map(middle), trailing(words)]
    return [`:${this.hearing.serverName} ${code} ${nick}`, ...said].join(" ")
  }

  /** Says that a command has failed, as a standard reply: its code, its parameters behind that, and words. */
  fail(command: string, code: string, params: ReadonlyArray<string>, words: string): Heard {
    return this.look(() => [this.standardReply("FAIL", command, code, params, words)])
  }

  /** A standard reply: what failed, or was left out. See https://ircv3.net/specs/extensions/standard-replies. */
  standardReply(kind: "FAIL" | "WARN", command: string, code: string, params: ReadonlyArray<string>, words: string): string {
    return this.fromServer([kind, command, code, ...params.map(middle), trailing(words)].join(" "))
  }

  /** A line of the server's own. */
  fromServer(body: string): string {
    return `:${this.hearing.serverName} ${body}`
  }
}

/** What a client asks for with one command: in order, what has to be performed. */
export type Run = (client: Client, params: ReadonlyArray<string>, tags: ReadonlyMap<string, string>) => Iterable<Heard>

/** A command of IRC. */
interface IrcCommand {
  /** How many parameters it has at least; with fewer it is refused. */
  readonly least: number
  /** Whether it may come before the client has come in. */
  readonly isEarly?: true
  /** Whether clients ask this by themselves when they have come into a room: its answer may wait with the moves that they are owed. Absent where they do not. */
  readonly isAskedOnComing?: (params: ReadonlyArray<string>) => boolean
  readonly run: Run
}

/** The same items, of which what answers the client may wait with the moves that it is owed. */
export function* waiting(items: Iterable<Heard>): Iterable<Heard> {
  for (const item of items) yield item._tag === "Look" ? { _tag: "Look", look: (view) => ({ ...item.look(view), mayWait: true }) } : item
}

/** Commands by their names. */
export type IrcCommands = Readonly<Record<string, IrcCommand>>
