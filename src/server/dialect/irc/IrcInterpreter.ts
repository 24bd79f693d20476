import type { Chat } from "../../../domain/Chat.ts"
import type { Goodbye } from "../../../domain/Event.ts"
import { authorOf, type Reply } from "../../../domain/Reply.ts"
import type { Member } from "../../../domain/Member.ts"
import { LineSplitter, type Line, tooLong } from "../../../domain/wire/Lines.ts"
import { silence } from "../../../net/Inbox.ts"
import type { Dialect, Heard, Hearing, Interpreter } from "../Dialect.ts"
import type { Capabilities } from "./Capabilities.ts"
import { Client, type IrcCommands, type Spoken, waiting } from "./Client.ts"
import { accounts } from "./commands/accounts.ts"
import { asking } from "./commands/asking.ts"
import { chathistory } from "./commands/chathistory.ts"
import { batch, piece } from "./commands/multiline.ts"
import { markread } from "./commands/markread.ts"
import { metadata } from "./commands/metadata.ts"
import { monitor } from "./commands/monitor.ts"
import { operating } from "./commands/operating.ts"
import { people } from "./commands/people.ts"
import { redact } from "./commands/redact.ts"
import { registration } from "./commands/registration.ts"
import { rooms } from "./commands/rooms.ts"
import { server } from "./commands/server.ts"
import { talking } from "./commands/talking.ts"
import { Exposure } from "../Exposure.ts"
import { isToSelf } from "./again.ts"
import { encodeFor, encodeGoodbye, type Reader } from "./encode.ts"
import { longestLabel, Response } from "./label.ts"
import type { MarksOfAccounts } from "./marks.ts"
import { longestBody, longestTags, type Message, parse, parseHead } from "./message.ts"
import { capability as multiline } from "./speech.ts"
import { nickOf } from "./tokens.ts"

const commands: IrcCommands = { BATCH: { least: 1, run: batch }, ...registration, ...accounts, ...rooms, ...talking, ...people, ...asking, ...server, ...operating, CHATHISTORY: { least: 1, run: chathistory }, REDACT: { least: 2, run: redact }, MARKREAD: { least: 0, run: markread }, METADATA: metadata, MONITOR: { least: 1, run: monitor } }

const commandOf = ({ command }: Message): IrcCommands[string] | undefined => (Object.hasOwn(commands, command) ? commands[command] : undefined)

const isAskedOnComing = (message: Message): boolean => message.flaw === undefined && commandOf(message)?.isAskedOnComing?.(message.params) === true

/** The commands that say something, unlike all that only asks. */
const sayings: ReadonlySet<string> = new Set(["PRIVMSG", "NOTICE"])

const lineTooLong = (client: Client): Heard => client.numeric("417", [], "Input line was too long")

/** How much is looked at of a line that is too long to be held: its label stands there, where it has one. */
const headBytes = 256

const utf8 = new TextEncoder()
const lineFeed = 10

/**
 * Parses IRC, line by line. Who registers has a name and is in no room: rooms are
 * entered by JOIN. A bad line is answered with a numeric; only QUIT ends the connection.
 */
export class IrcInterpreter implements Interpreter {
  readonly knowsItself = true
  readonly isInterlocked = true
  readonly patience = undefined
  readonly separator = undefined
  readonly #lines = new LineSplitter(longestTags + longestBody + 2, headBytes)
  readonly #client: Client
  readonly #formOf: (capabilities: Capabilities) => Dialect
  readonly #serverName: string
  readonly #exposure: Exposure
  #dialect: Dialect
  #isEcho = false
  #batches = 0

  /** `formOf`: how all are spoken to with the same capabilities, where several are told the same; `marks`: how far people have read. */
  constructor(hearing: Hearing, formOf: (capabilities: Capabilities) => Dialect, marks: MarksOfAccounts) {
    this.#formOf = formOf
    this.#serverName = hearing.serverName
    this.#exposure = new Exposure(hearing.encryption)
    this.#dialect = formOf(new Set())
    this.#client = new Client(hearing, marks, (spoken, me) => {
      const { capabilities } = spoken
      this.#isEcho = capabilities.has("echo-message")
      this.#dialect = me === undefined ? formOf(capabilities) : this.#formFor(spoken, me.member)
    })
  }

  get echo(): boolean {
    return this.#isEcho
  }

  get dialect(): Dialect {
    return this.#dialect
  }

  follow(event: Reply): void {
    if (event._tag === "Verbatim") event.turn?.()
  }

  *hear(bytes: Uint8Array): Iterable<Heard> {
    for (const line of this.#lines.push(bytes)) yield* this.#exposure.after(this.#line(line), (words) => this.#client.notice(words))
  }

  silence(): Iterable<Heard> {
    return []
  }

  end(): Iterable<Heard> {
    return this.#lines.pending.length === 0 ? [] : this.#line(this.#lines.flush())
  }

  waiting(unheard: ReadonlyArray<Uint8Array | typeof silence>): number {
    const whole = Buffer.concat([this.#lines.pending, ...unheard.filter((item) => item !== silence)])
    let count = 0
    for (const text of whole.toString("latin1", 0, whole.lastIndexOf(lineFeed) + 1).split("\n")) {
      if (sayings.has(/^(?:@\S* +)?(?::\S* +)?(\w+)/u.exec(text)?.[1]?.toUpperCase() ?? "")) count += 1
    }
    return count
  }

  told(event: Reply, isMine: () => boolean, chat?: Chat<unknown>): boolean {
    const client = this.#client
    client.told = [...client.told, event]
    client.outcome = chat
    // Who comes back is told so behind its welcome, by the command that it has come in with.
    if (!client.isIn && (event._tag === "Resumed" || event._tag === "Returned")) return true
    const { me, response } = client
    if (response === undefined || me === undefined || !isMine()) return false
    // What somebody says to itself is said, and echoed beside that.
    if (isToSelf(event)) return false
    // Who says something gets it back only where it wants that.
    if (authorOf(event) !== me.id || client.capabilities.has("echo-message")) response.add(encodeFor(event, this.#readerOf(client, me)))
    return true
  }

  goodbye(goodbye: Goodbye): Uint8Array {
    return utf8.encode(this.lastWords(goodbye))
  }

  /** The last words to this client, as lines. */
  lastWords(goodbye: Goodbye): string {
    const { quit, registration: { name } } = this.#client
    return encodeGoodbye(name === undefined ? "*" : nickOf(name), { server: this.#serverName }, goodbye, quit)
  }

  #formFor(spoken: Spoken, me: Member): Dialect {
    const ofRooms = this.#formOf(spoken.capabilities)
    const reader = this.#readerOf(spoken, me)
    return { ...ofRooms, ofRooms, encode: (event) => encodeFor(event, reader) }
  }

  #readerOf({ capabilities, subscriptions }: Spoken, me: Member): Reader {
    return { me, subscriptions, form: { server: this.#serverName, capabilities } }
  }

  *#line(line: Line): Iterable<Heard> {
    const client = this.#client
    const message = line === tooLong ? parseHead(this.#lines.head) : parse(line)
    if (message !== undefined) yield* isAskedOnComing(message) ? waiting(this.#labelled(message)) : this.#labelled(message)
    // An old state of the chat would be kept for each client.
    client.outcome = undefined
    client.told = []
  }

  // What answers a command with a label is gathered, and sent in one piece.
  *#labelled(message: Message): Iterable<Heard> {
    const client = this.#client
    const response = this.#responseTo(message)
    client.response = response
    yield* this.#message(message)
    client.response = undefined
    // A message of several lines is answered when it has ended.
    if (response === undefined || client.multiline?.response === response) return
    this.#batches += 1
    const batch = this.#batches.toString(36)
    // What the client is told from here on goes by what the command has changed, such as its name.
    yield client.send(response.end(this.#serverName, batch), true)
  }

  // What answers a message: of several lines all are answered together.
  #responseTo({ command, params, tags }: Message): Response | undefined {
    const { capabilities, multiline } = this.#client
    if (multiline !== undefined && (tags.get("batch") === multiline.id || (command === "BATCH" && params[0] === `-${multiline.id}`))) return multiline.response
    const label = capabilities.has("labeled-response") ? tags.get("label") : undefined
    return label === undefined || label === "" || Buffer.byteLength(label) > longestLabel ? undefined : new Response(label)
  }

  *#message(message: Message): Iterable<Heard> {
    const { command: name, flaw, params, tags } = message
    const client = this.#client
    if (flaw !== undefined && client.multiline?.id === tags.get("batch")) client.multiline?.fail()
    if (flaw === "too-long") {
      yield lineTooLong(client)
      return
    }
    if (flaw === "not-utf8") {
      yield client.fail(Object.hasOwn(commands, name) ? name : "*", "INVALID_UTF8", [], "Message rejected: your client sent invalid UTF-8")
      return
    }
    const command = commandOf(message)
    if (command?.isEarly !== true && !client.isIn) {
      yield client.numeric("451", [], "You have not registered")
      return
    }
    if (tags.has("batch") && client.isIn && client.capabilities.has(multiline)) yield* piece(client, message)
    else if (command === undefined) yield client.numeric("421", [name], "Unknown command")
    else if (params.length < command.least) yield client.numeric("461", [name], "Not enough parameters")
    else yield* command.run(client, params, tags)
  }
}
