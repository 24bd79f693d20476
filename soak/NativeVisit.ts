import type { Entry } from "./Reference.ts"
import { readEvent } from "./Reference.ts"
import { type Page, Visit } from "./Visit.ts"

const ofTheRoom: ReadonlySet<string> = new Set(["Said", "Acted", "Renamed", "Notice", "Joined", "Left", "Presence"])

const tagOf = (line: string): string => line.slice(9, line.indexOf('"', 9))

/** A client of the native dialect. */
export class NativeVisit extends Visit {
  #signs = 0
  /** The sequence number in its welcome, until the witness has received that number too. */
  #welcomedAt: number | undefined

  introduce(): void {
    this.#send({ _tag: "Hello", v: 1, nickname: this.name })
  }

  say(text: string): void {
    this.hasSaid(text)
    this.hasAsked({ kind: "said", mark: text })
    this.#send({ _tag: "Say", text, ref: refOf(text) })
  }

  act(text: string): void {
    this.hasSaid(text)
    this.hasAsked({ kind: "said", mark: text })
    this.#send({ _tag: "Act", text, ref: refOf(text) })
  }

  whisper(to: Visit, text: string): void {
    this.scene.whispers.send(text, this, to)
    this.hasAsked({ kind: "whisper", mark: text })
    this.#send({ _tag: "Whisper", to: to.id, text, ref: refOf(text) })
  }

  rename(nickname: string): void {
    this.hasAsked({ kind: "rename", mark: nickname })
    this.#send({ _tag: "Rename", nickname })
  }

  who(onPage?: (page: Page) => void, after?: string): void {
    this.hasAsked({ kind: "who", mark: after ?? "", ...(onPage && { onPage }) })
    this.#send({ _tag: "Who", ...(after !== undefined && { after }) })
  }

  sign(): void {
    this.#signs += 1
    const ref = String(this.#signs)
    this.hasAsked({ kind: "sign", mark: ref })
    this.#send({ _tag: "Ping", ref })
  }

  nonsense(): void {
    this.hasAsked({ kind: "nonsense", mark: "" })
    this.write('{"_tag":"Dance"}\n')
  }

  protected sayQuit(reason: string): void {
    this.#send({ _tag: "Quit", reason })
  }

  protected unfinished(text: string): string {
    this.hasAsked({ kind: "said", mark: text })
    return JSON.stringify({ _tag: "Say", text, ref: refOf(text) })
  }

  protected get nextPlace(): number | undefined {
    this.#findPlace()
    return this.place
  }

  protected isGoodbyeFor(code: string): boolean {
    return this.goodbye === code
  }

  protected takeOfRoom(line: string): boolean {
    const entry = this.#nextEntry()
    if (entry === undefined) return false
    if (line !== entry.native) throw this.mismatch(line, entry)
    this.place = (this.place ?? 0) + 1
    this.scene.counts.nativeLines += 1
    const { event } = entry
    if ((event._tag === "Said" || event._tag === "Acted") && event.from.id === this.id) {
      if (event.ref !== refOf(event.text)) throw this.differs(`the mark of ${event.text} is ${event.ref ?? "gone"}`)
      this.answered("said", event.text)
    }
    if (event._tag === "Renamed" && event.member.id === this.id) {
      this.name = event.member.name
      this.answered("rename", this.name)
    }
    return true
  }

  protected takeOwn(line: string): boolean {
    const tag = tagOf(line)
    if (ofTheRoom.has(tag)) return false
    const { counts, whispers } = this.scene
    // A client that asks again and again without reading gets thousands of these pages: they are counted, not parsed.
    if (tag === "Members" && this.firstAsked?.onPage === undefined) {
      this.answered("who")
      counts.whoPages += 1
      return true
    }
    const event = readEvent(line)
    switch (event._tag) {
      case "Welcome": {
        const { here, members, seq, you } = event
        if (this.state !== "coming" || you.name !== this.name) throw this.differs(`it was welcomed with ${line}`)
        if (members.length !== Math.min(here, 100)) throw this.differs(`it was told of ${members.length} of ${here}`)
        this.id = you.id
        this.state = "here"
        this.#welcomedAt = seq
        counts.joins += 1
        break
      }
      case "Whispered":
        if (event.from.id === this.id) {
          this.answered("whisper", event.text)
          whispers.answer(event.text, true)
        } else {
          whispers.hear(event.text, this)
        }
        break
      case "Members": {
        counts.whoPages += 1
        const { here, members, more } = event
        this.answered("who").onPage?.({ here, more, names: members.map(({ name }) => name), lastId: members.at(-1)?.id })
        break
      }
      case "Refused":
        this.refused(line)
        break
      case "Pong":
        this.answered("sign", event.ref ?? "")
        break
      case "Ping":
        this.#send({ _tag: "Pong" })
        break
      case "Throttled":
        counts.throttled += 1
        break
      case "Goodbye":
        this.hasHeardGoodbye(event.code)
        break
      default:
        throw this.differs(`nobody has asked for ${line}`)
    }
    return true
  }

  #nextEntry(): Entry | undefined {
    this.#findPlace()
    return this.place === undefined ? undefined : this.scene.reference.entries[this.place]
  }

  #findPlace(): void {
    const { reference } = this.scene
    if (this.#welcomedAt === undefined || reference.seq < this.#welcomedAt) return
    this.place = reference.after(this.#welcomedAt)
    const arrival = reference.arrivals.get(this.firstName)
    if (arrival?.id !== this.id) throw this.differs("the witness was not told that it has come")
    this.#welcomedAt = undefined
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.write(`${JSON.stringify(message)}\n`)
  }
}

/** The correlation id in a text: its first word, which no other text has. */
const refOf = (text: string): string => text.slice(0, text.indexOf(" "))
