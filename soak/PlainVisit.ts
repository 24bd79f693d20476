import type { Entry } from "./Reference.ts"
import { type Page, Visit } from "./Visit.ts"

const nobody = "Nobody here has that name: /who shows who is here."

/** A client of the plain dialect, such as `nc`. */
export class PlainVisit extends Visit {
  /** How many lines of the current entry it has received. */
  #within = 0
  /** Whether it may receive the entry that announced its own join: a `Presence` of many does not say in which order they came and went. */
  #mayHaveHeardOfItself = false
  #signs = 0
  /** The lines so far of a list that takes several. */
  #list = ""

  introduce(): void {
    this.write(`${this.name}\n`)
  }

  say(text: string): void {
    this.hasSaid(text)
    this.write(`${text}\n`)
  }

  act(text: string): void {
    this.hasSaid(text)
    this.write(`/me ${text}\n`)
  }

  whisper(to: Visit, text: string): void {
    this.scene.whispers.send(text, this, to)
    this.hasAsked({ kind: "whisper", mark: text })
    this.write(`/msg ${to.name} ${text}\n`)
  }

  rename(name: string): void {
    this.hasAsked({ kind: "rename", mark: name })
    this.write(`/nick ${name}\n`)
  }

  who(onPage?: (page: Page) => void): void {
    this.hasAsked({ kind: "who", mark: "", ...(onPage && { onPage }) })
    this.write("/who\n")
  }

  // The plain dialect has no ping: the refusal of an unknown command, which repeats it, is used as one.
  sign(): void {
    this.#signs += 1
    this.hasAsked({ kind: "sign", mark: `/sign-${this.#signs}` })
    this.write(`/sign-${this.#signs}\n`)
  }

  nonsense(): void {
    this.hasAsked({ kind: "nonsense", mark: "" })
    this.write("/me\n")
  }

  protected sayQuit(reason: string): void {
    this.write(`/quit ${reason}\n`)
  }

  protected unfinished(text: string): string {
    return text
  }

  protected get nextPlace(): number | undefined {
    this.#findPlace()
    if (this.place === undefined) return undefined
    return this.#afterOwn(this.#mayHaveHeardOfItself ? this.place + 1 : this.place)
  }

  protected isGoodbyeFor(code: string): boolean {
    switch (code) {
      case "quit":
      case "closed":
        return this.goodbye === "Goodbye!"
      case "closing":
        return this.goodbye?.startsWith("The server is closing: ") ?? false
      case "too-slow":
        return this.goodbye === "You have been disconnected: too slow."
      default:
        return this.goodbye?.startsWith(`You have been disconnected: ${code}`) ?? false
    }
  }

  protected takeOfRoom(line: string): boolean {
    const entry = this.#nextEntry(line)
    if (entry === undefined) return false
    if (line !== entry.plain[this.#within]) throw this.mismatch(line, entry)
    this.scene.counts.plainLines += 1
    this.#within += 1
    if (this.#within === entry.plain.length) {
      this.place = (this.place ?? 0) + 1
      this.#within = 0
      const { event } = entry
      if (event._tag === "Renamed" && event.member.id === this.id) {
        this.name = event.member.name
        this.answered("rename", this.name)
      }
    }
    return true
  }

  protected takeOwn(line: string): boolean {
    const { counts, whispers } = this.scene
    if (this.state === "coming") {
      if (this.firstName === "") {
        if (line.startsWith("Welcome to brusio")) return true
        this.hasHeardGoodbye(line)
        return true
      }
      if (line !== `Welcome ${this.name}! To leave, type {quit}.`) throw this.differs(`it was welcomed with ${line}`)
      this.state = "here"
      counts.joins += 1
      return true
    }
    const whispered = /^\[(\S+) -> (\S+)\] (.*)$/u.exec(line)
    if (whispered !== null) {
      const [, from, , text = ""] = whispered
      if (from === this.name) {
        this.answered("whisper", text)
        whispers.answer(text, true)
      } else {
        whispers.hear(text, this)
      }
      return true
    }
    if (line.startsWith("There is no command /")) {
      this.answered("sign", line.slice("There is no command ".length, line.indexOf(". ")))
      return true
    }
    if (line.startsWith("Here: ") || this.#list !== "") {
      this.#list += line
      const [, names, here] = /^Here: (.*) \((\d+)\)$/u.exec(this.#list) ?? []
      if (names === undefined) return true
      this.#list = ""
      counts.whoPages += 1
      const more = names.endsWith(", ...")
      const listed = (more ? names.slice(0, -", ...".length) : names).split(", ")
      this.answered("who").onPage?.({ here: Number(here), more, names: listed, lastId: undefined })
      return true
    }
    if (line === nobody || line.startsWith("The name ") || line === "Type /me ACTION") {
      this.refused(line)
      return true
    }
    if (line.startsWith("You are sending more than ")) {
      counts.throttled += 1
      return true
    }
    if (line === "Goodbye!" || line.startsWith("The server is closing: ") || line.startsWith("You have been disconnected: ")) {
      this.hasHeardGoodbye(line)
      return true
    }
    return false
  }

  #nextEntry(line: string): Entry | undefined {
    this.#findPlace()
    if (this.place === undefined) return undefined
    const { entries } = this.scene.reference
    if (this.#mayHaveHeardOfItself) {
      this.#mayHaveHeardOfItself = false
      if (entries[this.place]?.plain[0] !== line) this.place += 1
    }
    this.place = this.#afterOwn(this.place)
    return entries[this.place]
  }

  #findPlace(): void {
    if (this.place !== undefined || this.firstName === "") return
    const { arrivals, departures, entries } = this.scene.reference
    const arrival = arrivals.get(this.firstName)
    if (arrival === undefined) return
    this.id = arrival.id
    this.place = arrival.place
    const event = entries[arrival.place]?.event
    if (event?._tag !== "Presence" || departures.get(arrival.id)?.place === arrival.place) {
      if (event?._tag === "Joined") this.place += 1
      return
    }
    const isLast = event.joined.at(-1)?.id === arrival.id
    if (isLast && event.left.length === 0) this.place += 1
    else this.#mayHaveHeardOfItself = isLast
  }

  // Its own messages are not sent back to it: their entries are skipped.
  #afterOwn(from: number): number {
    let place = from
    for (;;) {
      const event = this.scene.reference.entries[place]?.event
      if ((event?._tag !== "Said" && event?._tag !== "Acted") || event.from.id !== this.id) return place
      place += 1
    }
  }

  override catchUp(): void {
    this.#findPlace()
    super.catchUp()
  }
}
