import * as Net from "node:net"
import type { Counts } from "./Counts.ts"
import { Difference } from "./Difference.ts"
import type { Entry, Reference } from "./Reference.ts"
import type { Whispers } from "./Whispers.ts"

/** How a visit ends, by the client or by the server. */
export type Way = "quit" | "half-close" | "reset" | "kick" | "closing"

/** The leave codes that the room may be told for each way. Node sends FIN before RST, so a reset may be seen as an orderly end. */
const codes: Readonly<Record<Way, ReadonlyArray<string>>> = {
  quit: ["quit"],
  "half-close": ["closed"],
  reset: ["lost", "closed"],
  kick: ["removed"],
  closing: ["closing"]
}

const tooSlow = "too-slow"

/** How long the server holds a goodbye back for the messages before it, ms; if it is busier than that, the goodbye overtakes them. */
const goodbyeWaits = 250

/** A page of members, as far as a dialect tells it. */
export interface Page {
  readonly here: number
  readonly names: ReadonlyArray<string>
  readonly lastId: string | undefined
  readonly more: boolean
}

/** A request that gets an answer. Answers come in the order of the requests. */
export interface Asked {
  readonly kind: "said" | "whisper" | "rename" | "who" | "sign" | "nonsense"
  readonly mark: string
  readonly onPage?: (page: Page) => void
}

/** How a connection ended: orderly (`FIN`), or with an error's code. */
type End = "FIN" | (string & {})

/** What all visits of a soak share. */
export interface Scene {
  readonly port: number
  readonly reference: Reference
  readonly whispers: Whispers
  readonly counts: Counts
  /** How long an answer may take, ms. */
  readonly patience: number
}

/**
 * One client from connecting to disconnecting. Every line it receives is
 * compared with the witness's: the same lines in the same order, none missing
 * and none twice, from its welcome to its goodbye.
 */
export abstract class Visit {
  readonly scene: Scene
  /** The name it joined with. */
  readonly firstName: string
  name: string
  id: string | undefined
  state: "coming" | "here" | "gone" = "coming"
  way: Way | undefined
  /** Whether the server may cut it off as a slow reader: it stopped reading, and no later answer has shown that it has caught up. */
  mayBeCut = false
  /** Whether the connection ended without a goodbye, so that the last lines may be missing. */
  endedAbruptly = false
  /** Whether the visit has ended and been compared completely. */
  isConcluded = false
  protected readonly socket: Net.Socket
  /** The text of the goodbye it received. */
  #goodbye: string | undefined
  #goodbyeAt = 0
  #leavesAt = 0
  /** The index of the next entry of the reference, once it has joined. */
  protected place: number | undefined
  /** The messages it sent to the room, in order. */
  readonly #sent: Array<string> = []
  readonly #asked: Array<Asked & { readonly at: number }> = []
  readonly #lines: Array<string> = []
  #rest = ""
  #end: End | undefined
  /** Since when it has been waiting for something. */
  #waitsSince: number | undefined

  constructor(scene: Scene, name: string) {
    this.scene = scene
    this.firstName = name
    this.name = name
    const socket = Net.connect({ host: "127.0.0.1", port: scene.port, allowHalfOpen: true, noDelay: true })
    this.socket = socket
    socket.setEncoding("utf8")
    socket.on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n")
      this.#rest = lines.pop() ?? ""
      for (const line of lines) this.#lines.push(line)
    })
    socket.once("end", () => {
      this.#end ??= "FIN"
      socket.end()
    })
    socket.once("error", (error: NodeJS.ErrnoException) => {
      this.#end ??= error.code ?? error.message
    })
    socket.once("close", () => {
      this.#end ??= "closed here"
    })
  }

  /** Sends its name. */
  abstract introduce(): void
  abstract say(text: string): void
  abstract act(text: string): void
  abstract whisper(to: Visit, text: string): void
  abstract rename(name: string): void
  abstract who(onPage?: (page: Page) => void, after?: string): void
  /** Sends a request whose answer shows that all requests before it were handled. */
  abstract sign(): void
  /** Sends a request that has to be refused. */
  abstract nonsense(): void
  protected abstract sayQuit(reason: string): void
  /** The bytes of a last message that lacks its line feed. */
  protected abstract unfinished(text: string): string

  /** Handles a line that is for this client alone; returns `false` for a line of the room. */
  protected abstract takeOwn(line: string): boolean
  /** Compares a line of the room; returns `false` if the witness has not received it yet. */
  protected abstract takeOfRoom(line: string): boolean
  /** The index of the next entry that this client receives. */
  protected abstract get nextPlace(): number | undefined
  /** Whether the goodbye it received is the one for this leave code. */
  protected abstract isGoodbyeFor(code: string): boolean

  /** Whether all its requests are answered. */
  get isAnswered(): boolean {
    return this.#asked.length === 0
  }

  /** Whether it has received all that the witness has. */
  get isUpToDate(): boolean {
    return this.#lines.length === 0 && this.isAnswered && this.nextPlace === this.scene.reference.entries.length
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  /** What it waits for, in words, for error messages. */
  get standing(): string {
    const { mark = "", kind = "nothing" } = this.#asked[0] ?? {}
    return `${this.name} (${this.state}, ${this.way ?? "stays"}, ${this.#end ?? "connected"}) waits for ${kind} ${mark}, has ${this.#lines.length} lines to be compared, is at ${this.nextPlace ?? "?"} of ${this.scene.reference.entries.length}`
  }

  stopReading(): void {
    this.mayBeCut = true
    this.socket.pause()
  }

  readOn(): void {
    this.socket.resume()
    if (this.state === "here") this.sign()
  }

  leave(way: Way, text: string): void {
    this.way = way
    this.#leavesAt = performance.now()
    if (way === "quit") this.sayQuit(text)
    if (way === "half-close") {
      this.#sent.push(text)
      this.socket.end(this.unfinished(text))
    }
    if (way === "reset") this.socket.resetAndDestroy()
  }

  /** Destroys the connection. */
  destroy(): void {
    this.socket.destroy()
  }

  /** Compares the lines received so far; after the end, the whole visit. */
  catchUp(): void {
    if (this.isConcluded) return
    let taken = 0
    for (const line of this.#lines) {
      if (this.goodbye !== undefined) throw this.differs(`after its goodbye it was told ${line}`)
      if (!this.takeOwn(line)) {
        if (this.place === undefined && this.state === "coming") throw this.differs(`it was told before its welcome: ${line}`)
        if (!this.takeOfRoom(line)) break
      }
      taken += 1
    }
    if (taken > 0) this.#lines.splice(0, taken)
    const oldest = this.#asked[0]
    const isOverdue = oldest !== undefined && !this.mayBeCut && performance.now() - oldest.at > this.scene.patience
    if (isOverdue && this.#end === undefined) throw this.differs("there was no answer")
    if (this.#end !== undefined) this.#conclude(this.#end)
    this.#watch()
  }

  protected get goodbye(): string | undefined {
    return this.#goodbye
  }

  protected hasHeardGoodbye(goodbye: string): void {
    this.#goodbye = goodbye
    this.#goodbyeAt = performance.now()
  }

  protected write(text: string): void {
    this.socket.write(text)
  }

  protected hasSaid(text: string): void {
    this.#sent.push(text)
  }

  protected hasAsked(asked: Asked): void {
    this.#asked.push({ ...asked, at: performance.now() })
  }

  /** Takes the answer to the oldest open request; a different kind or mark is a difference. */
  protected answered(kind: Asked["kind"], mark?: string): Asked {
    const asked = this.#asked.shift()
    if (asked?.kind !== kind || (mark !== undefined && asked.mark !== mark)) {
      throw this.differs(`it expects an answer to ${asked?.kind ?? "nothing"} ${asked?.mark ?? ""} and is answered ${kind} ${mark ?? ""}`)
    }
    if (kind === "sign" && this.mayBeCut && !this.socket.isPaused()) {
      // Earlier signs may be from before it stopped reading: only the answer to the last shows that it has caught up.
      if (!this.#asked.some((other) => other.kind === "sign")) {
        this.mayBeCut = false
        this.scene.counts.stallsIntact += 1
      }
    }
    return asked
  }

  /** The oldest open request. */
  protected get firstAsked(): Asked | undefined {
    return this.#asked[0]
  }

  protected refused(line: string): void {
    this.scene.counts.refusals += 1
    const asked = this.#asked[0]
    if (asked?.kind !== "whisper" && asked?.kind !== "rename" && asked?.kind !== "nonsense") throw this.differs(`it was refused: ${line}`)
    this.answered(asked.kind)
    if (asked.kind === "whisper") this.scene.whispers.answer(asked.mark, false)
  }

  protected differs(what: string): Difference {
    return new Difference(`${this.firstName}${this.name === this.firstName ? "" : `, now ${this.name}`}: ${what}. ${this.standing}`)
  }

  protected mismatch(line: string, entry: Entry): Difference {
    const place = this.scene.reference.entries.findIndex(({ native, plain }) => native === line || plain.includes(line))
    return this.differs(`it was told ${line}\n  where the witness was told ${entry.native}\n  (such a line is ${place < 0 ? "nowhere" : `at ${place}`} in the reference)`)
  }

  // A visit that has ended has to be announced to the room: the announcement is awaited in what the witness receives.
  #watch(): void {
    if (this.isConcluded) return
    const waits = this.#end !== undefined || this.#lines.length > 0 || (this.way !== undefined && this.way !== "closing")
    if (!waits) this.#waitsSince = undefined
    else {
      this.#waitsSince ??= performance.now()
      if (performance.now() - this.#waitsSince > this.scene.patience) throw this.differs("its end, or the witness, is long overdue")
    }
  }

  #conclude(end: End): void {
    const { counts, reference } = this.scene
    const { id, way } = this
    if (id === undefined) {
      if (this.firstName !== "") throw this.differs(`it has ended before its welcome: ${end}`)
      this.#isOver()
      return
    }
    const departure = reference.departures.get(id)
    if (departure === undefined && (way !== "closing" || !reference.isComplete)) return
    const code = departure?.code ?? "closing"
    const isCut = code === tooSlow && this.mayBeCut
    if (!isCut && (way === undefined || !codes[way].includes(code))) throw this.differs(`it has left as ${code} (${end})`)
    if (isCut || way === "reset") {
      this.endedAbruptly = true
      if (isCut) {
        counts.cutOff += 1
        if (this.goodbye !== undefined) counts.cutOffAndTold += 1
        if (this.goodbye !== undefined && !this.isGoodbyeFor(tooSlow)) throw this.differs(`cut off, it was told ${this.goodbye}`)
      }
    } else {
      if (this.#lines.length > 0) return
      if (end !== "FIN" || this.#rest !== "") throw this.differs(`its connection ended with ${end} after ${this.#rest}`)
      if (this.goodbye === undefined || !this.isGoodbyeFor(code)) throw this.differs(`it left as ${code} and was told ${this.goodbye ?? "nothing"}`)
      const last = departure?.place ?? reference.entries.length
      const missed = last - (this.nextPlace ?? last)
      const isHurried = missed > 0 && this.#goodbyeAt - this.#leavesAt >= goodbyeWaits
      if (missed !== 0 && !isHurried) throw this.differs(`it missed what was said before it left, which is at ${last}, and was told goodbye after ${(this.#goodbyeAt - this.#leavesAt).toFixed(0)} ms`)
      this.endedAbruptly = isHurried
      if (isHurried) counts.goodbyesTooEarly += 1
      counts.goodbyes += 1
    }
    const isOrderly = (way === "quit" || way === "half-close") && !isCut
    if (isOrderly && !this.endedAbruptly && this.#asked.length > 0) throw this.differs("it has left without an answer")
    this.#compareSaid(reference.said.get(id) ?? [], isOrderly)
    this.#isOver()
  }

  // The room received its messages in the order it sent them: all of them if `entirely`, otherwise a prefix.
  #compareSaid(heard: ReadonlyArray<string>, entirely: boolean): void {
    const wrong = heard.findIndex((text, at) => this.#sent[at] !== text)
    if (wrong >= 0) throw this.differs(`it said ${this.#sent[wrong] ?? "nothing more"} and the room heard ${heard[wrong] ?? ""}`)
    if (entirely && heard.length !== this.#sent.length) throw this.differs(`it said ${this.#sent.length} lines and the room heard ${heard.length}`)
  }

  #isOver(): void {
    this.state = "gone"
    this.isConcluded = true
    this.#lines.length = 0
    this.#asked.length = 0
    if (this.id !== undefined) this.scene.reference.said.delete(this.id)
  }
}
