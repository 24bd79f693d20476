import { randomBytes } from "node:crypto"
import * as Net from "node:net"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { MemberId } from "../../src/domain/Member.ts"
import { Goodbye, Refused, Resumed, Welcome } from "../../src/domain/Event.ts"
import { overTls } from "./overTls.ts"

/** What a returner reads whole; of everything else it reads the numbers. */
const Answer = Schema.parseJson(Schema.Union(Welcome, Resumed, Refused, Goodbye))
const decode = Schema.decodeUnknownSync(Answer)

/** Where every event that an entry told has its numbers, and its room. */
const numbers = /^\{"_tag":"(\w+)"(?:,"n":(\d+))?(?:,"first":(\d+))?(?:,"seq":(\d+))?(?:,"at":\d+)?(?:,"room":"([^"]*)")?/u

/** What is told once to all who share a room with a person, with the number of one room: who is not in that one ignores the number. */
const ofPersons: ReadonlySet<string> = new Set(["Left", "Renamed", "Detached", "Returned", "Notice"])

/** Backoff with full jitter, as our own client's. */
const waits = { first: 250, second: 500, longest: 15_000 } as const

/** After these goodbyes nobody comes back by itself. */
const forGood: ReadonlySet<string> = new Set(["quit", "removed", "resumed", "closing"])

/** Read at once and never kept, so all sockets read into the same memory. */
const shared = Buffer.alloc(65_536)

/** How a connection ends at this end: with an RST, or with a FIN; `forgotten`: nobody is told, as where a program has lost interest. */
type Loss = "reset" | "end" | "forgotten"

/** Who comes, and from where. */
export interface Coming {
  readonly port: number
  readonly host?: string
  readonly name: string
  /** The address of this machine that it comes from: limits count by address. */
  readonly localAddress?: string
  /** After how much silence the server is asked for a sign of life; after twice as much the connection is given up, ms. Without it, never. */
  readonly patience?: number
  /** Whether it comes with TLS. */
  readonly secured?: boolean
  /** Told of each message that is heard, once a connection or replay brings it. */
  readonly onSaid?: (text: string, from: string) => void
  /** Told of each line that is heard, after it has been counted. */
  readonly onLine?: (line: string) => void
}

interface Pending {
  readonly ref: string
  readonly text: string
  readonly room: string | undefined
}

/**
 * A client of the native dialect that comes back by itself whenever its connection
 * is lost, by the rules of `docs/wire/native.md`. It counts what it has heard, and
 * what is missing by the numbers of its rooms; what comes twice or out of order is a fault.
 */
export class Returner {
  readonly name: string
  /** What was not as it has to be. */
  readonly faults: Array<string> = []
  /** What was said and has no receipt yet, in order. */
  pending: Array<Pending> = []
  /** What was given back to its writer, as it is not known whether it was said. */
  readonly returned: Array<string> = []
  id: MemberId | undefined
  /** The rooms that it is in, and the last number of each that was heard. */
  readonly rooms = new Map<string, number>()
  /** Rooms that it is in and has not heard of yet: its first answer was lost, or that it has entered is not kept any more. */
  readonly #unheard = new Set<string>()
  /** Up to which number it is told again what it has missed. */
  #replayEnd = 0
  /** How many events of its rooms were heard, and how many are missing between them. */
  heard = 0
  missed = 0
  /** How often it came back as who it was; with gaps; and how often as somebody new. */
  resumes = 0
  resumesWithGaps = 0
  lives = 0
  /** How often it was told to wait, and how often it gave a connection up. */
  refusals = 0
  givenUp = 0
  /** When its last hello was answered, by `performance.now()`. */
  answeredAt = 0
  /** Bytes that it was sent. */
  bytes = 0
  isIn = false
  /** Whether it stays away once it is lost, until it is told to come. */
  staysAway = false
  /** Whether nobody comes back any more: a goodbye was meant. */
  isOver = false
  readonly #coming: Coming
  readonly #secret = randomBytes(32).toString("hex")
  readonly #mark = randomBytes(4).toString("hex")
  #refs = 0
  #n = 0
  #instance: string | undefined
  #socket: Net.Socket | undefined
  /** Connections that nobody has ended. */
  readonly #forgotten: Array<Net.Socket> = []
  #rest = ""
  #tries = 0
  #retry: NodeJS.Timeout | undefined
  #heardAt = 0
  #watch: NodeJS.Timeout | undefined

  constructor(coming: Coming) {
    this.#coming = coming
    this.name = coming.name
  }

  /** Whether it has a connection, answered or not. */
  get isConnected(): boolean {
    return this.#socket !== undefined
  }

  /** Connects, and says hello. */
  come(): void {
    clearTimeout(this.#retry)
    this.#leave("forgotten")
    const { patience } = this.#coming
    const socket = this.#connect((bytes) => {
      this.bytes += bytes.length
      if (this.#socket === socket) this.#hear(bytes.toString())
    })
    this.#socket = socket
    this.#rest = ""
    this.isIn = false
    socket.on("error", () => undefined)
    socket.once("close", () => {
      if (this.#socket === socket) this.#lost()
    })
    const seen = this.id === undefined ? {} : { seen: { id: this.id, n: this.#n } }
    this.#send({ _tag: "Hello", v: 1, nickname: this.name, secret: this.#secret, ...seen })
    this.#heardAt = performance.now()
    if (patience !== undefined) this.#watch = setInterval(() => { this.#look(patience) }, patience / 4)
  }

  #connect(take: (bytes: Buffer) => void): Net.Socket {
    const { host = "127.0.0.1", localAddress, port, secured = false } = this.#coming
    const where = { host, port, ...(localAddress === undefined ? {} : { localAddress }), noDelay: true }
    if (secured) return overTls(Net.connect(where)).on("data", take)
    return Net.connect({
      ...where,
      onread: {
        buffer: shared,
        callback: (length) => {
          take(shared.subarray(0, length))
          return true
        }
      }
    })
  }

  /** Says something, in a room if one is named: at once, or as soon as it is in. */
  say(text: string, room?: string): void {
    this.#refs += 1
    const pending = { ref: `${this.#mark}-${this.#refs}`, text, room }
    this.pending.push(pending)
    if (this.isIn) this.#put(pending)
  }

  /** Sends a message, which is lost where it has no connection, or loses it now. */
  ask(message: Readonly<Record<string, unknown>>): void {
    if (this.isIn) this.#send(message)
  }

  /** Its connection is lost, and it comes back unless it stays away. */
  lose(loss: Loss = "reset"): void {
    if (this.#socket === undefined) return
    this.#leave(loss)
    this.#lost()
  }

  /** Leaves for good. */
  quit(): void {
    this.#send({ _tag: "Quit" })
  }

  /** Ends, whatever is going on, and tells nobody. */
  destroy(): void {
    this.isOver = true
    clearTimeout(this.#retry)
    this.#leave("reset")
    for (const socket of this.#forgotten) socket.destroy()
  }

  #leave(loss: Loss): void {
    const socket = this.#socket
    this.#socket = undefined
    this.isIn = false
    clearInterval(this.#watch)
    if (loss === "reset") socket?.resetAndDestroy()
    if (loss === "end") socket?.end(() => { socket.destroy() })
    if (loss === "forgotten" && socket !== undefined) this.#forgotten.push(socket)
  }

  #lost(): void {
    clearInterval(this.#watch)
    this.#socket = undefined
    this.isIn = false
    if (this.isOver || this.staysAway) return
    const wait = this.#tries === 0 ? waits.first : Math.min(waits.second * 2 ** (this.#tries - 1), waits.longest)
    this.#tries += 1
    this.#again(Math.random() * wait)
  }

  #again(wait: number): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => { this.come() }, wait)
  }

  #look(patience: number): void {
    const silentFor = performance.now() - this.#heardAt
    if (silentFor >= 2 * patience) {
      this.givenUp += 1
      this.lose("end")
    } else if (silentFor >= patience && this.isIn) this.#send({ _tag: "Ping" })
  }

  #put({ ref, room, text }: Pending): void {
    this.#send({ _tag: "Say", ...(room === undefined ? {} : { room }), text, ref })
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`)
  }

  #hear(text: string): void {
    this.#heardAt = performance.now()
    const lines = (this.#rest + text).split("\n")
    this.#rest = lines.pop() ?? ""
    for (const line of lines) this.#take(line)
  }

  #take(line: string): void {
    const [, tag = "", n, first, seq, room] = numbers.exec(line) ?? []
    switch (tag) {
      case "Welcome":
      case "Resumed":
      case "Refused":
      case "Goodbye":
        this.#answer(line)
        this.#coming.onLine?.(line)
        return
      case "Ping":
        this.#send({ _tag: "Pong" })
        return
      case "Said":
        this.#said(line)
        break
      default:
    }
    if (n !== undefined) this.#number(Number(n), line)
    if (room !== undefined) {
      if (tag === "Entered" || tag === "Exited" || tag === "Removed") this.#unheard.delete(room)
      if (tag === "Entered") this.rooms.set(room, Number(seq))
      else if (tag === "Exited" || tag === "Removed") this.rooms.delete(room)
      else if (seq !== undefined) this.#told(tag, room, Number(first ?? seq), Number(seq), line)
    }
    this.#coming.onLine?.(line)
  }

  #number(n: number, line: string): void {
    if (n <= this.#n) this.#complain(`after number ${this.#n} it is told ${line}`)
    this.#n = n
  }

  #told(tag: string, room: string, first: number, seq: number, line: string): void {
    const before = this.rooms.get(room)
    if (before === undefined) {
      if (this.#unheard.delete(room)) this.rooms.set(room, seq)
      else if (!ofPersons.has(tag) && this.#n > this.#replayEnd) this.#complain(`it is in no room ${room} and is told ${line}`)
      return
    }
    if (seq <= before) this.#complain(`after number ${before} of the room it is told ${line}`)
    this.missed += Math.max(0, first - before - 1)
    this.heard += 1
    this.rooms.set(room, seq)
  }

  #said(line: string): void {
    const { onSaid } = this.#coming
    if (onSaid === undefined && !line.includes(this.#mark)) return
    const said: unknown = JSON.parse(line)
    const [text, ref, from] = [stringIn(said, "text"), stringIn(said, "ref"), Predicate.hasProperty(said, "from") ? stringIn(said.from, "name") : undefined]
    if (ref?.startsWith(this.#mark) === true) {
      if (this.pending[0]?.ref === ref) this.pending.shift()
      // What it had said before it was lost has its receipt in what is told again, and is pending no more.
      else if (this.pending.some((each) => each.ref === ref)) this.#complain(`the receipt of ${ref} comes before that of ${this.pending[0]?.ref ?? ""}`)
    }
    onSaid?.(text ?? "", from ?? "")
  }

  #answer(line: string): void {
    const event = decode(line)
    switch (event._tag) {
      case "Welcome":
        this.returned.push(...this.pending.splice(0).map(({ text }) => text))
        this.id = event.you.id
        this.#n = event.n ?? 0
        this.rooms.clear()
        this.#unheard.clear()
        this.rooms.set(event.room, event.seq)
        this.lives += 1
        this.#enter(event.instance)
        return
      case "Resumed":
        if (this.id === undefined) this.lives += 1
        else if (event.you.id !== this.id || event.instance !== this.#instance) this.#complain(`it is back as somebody else: ${line}`)
        this.id = event.you.id
        this.#isIn(event)
        this.pending = this.pending.slice(this.pending.findIndex(({ ref }) => ref === event.last) + 1)
        this.resumes += 1
        if (event.gaps) this.resumesWithGaps += 1
        this.#enter(event.instance)
        // As our own client does, which has not been told all names; that goes on page by page.
        if (event.gaps) this.#send({ _tag: "Who" })
        return
      case "Refused":
        if (this.isIn) {
          this.#refused(event, line)
          return
        }
        this.refusals += 1
        if (event.wait === undefined) this.#complain(`it is not let in: ${line}`)
        else {
          this.#leave("end")
          this.#again(event.wait)
        }
        return
      case "Goodbye":
        this.isOver ||= forGood.has(event.code)
    }
  }

  // Which rooms it is in; how it came into them, or out of others, is told again unless that is gone.
  #isIn({ gaps, n = 0, rooms }: Resumed): void {
    this.#replayEnd = n
    for (const { room } of rooms) if (!this.rooms.has(room)) this.#unheard.add(room)
    if (!gaps) return
    const now = new Set<string>(rooms.map(({ room }) => room))
    for (const room of [...this.rooms.keys()]) if (!now.has(room)) this.rooms.delete(room)
  }

  // What it said was not said: that is an answer too. An answer has a number where an entry told it.
  #refused({ n, ref }: Refused, line: string): void {
    if (n !== undefined) this.#number(n, line)
    this.pending = this.pending.filter((each) => each.ref !== ref)
  }

  #enter(instance: string | undefined): void {
    this.#instance = instance
    this.isIn = true
    this.#tries = 0
    this.answeredAt = performance.now()
    for (const pending of this.pending) this.#put(pending)
  }

  #complain(fault: string): void {
    this.faults.push(`${this.name}: ${fault.slice(0, 300)}`)
  }
}

const stringIn = (value: unknown, key: string): string | undefined => {
  const field: unknown = Predicate.hasProperty(value, key) ? value[key] : undefined
  return Predicate.isString(field) ? field : undefined
}
