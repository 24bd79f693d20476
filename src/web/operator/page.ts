import type * as Effect from "effect/Effect"
import type { RuntimeFiber } from "effect/Fiber"
import { asNotice } from "../../domain/quitWord.ts"
import type { FromDesk, ToDesk } from "../../domain/wire/Desk.ts"
import { Frames } from "../frames.ts"
import { taste } from "../memory.ts"
import { otherTheme, showTheme } from "../theme.ts"
import { Events } from "./events.ts"
import { type Key, Link } from "./link.ts"
import { remembered } from "./memory.ts"

type Told<Tag extends ToDesk["_tag"]> = Extract<ToDesk, { readonly _tag: Tag }>

/** Somebody in the room, as the operator sees them. */
export type Guest = Told<"People">["people"][number]

const nobody: Told<"People"> = { _tag: "People", total: 0, people: [] }
const noRooms: Told<"Rooms"> = { _tag: "Rooms", total: 0, rooms: [] }
const noNodes: Told<"Nodes"> = { _tag: "Nodes", nodes: [] }

/** How many of the last answers a screen reader is told. */
const mostAnswers = 20

/** The window of whoever runs the room: what it knows, and what can be done in it. */
export class DeskPage {
  readonly link: Link
  readonly events: Events
  /** Whenever something that is shown has changed. */
  readonly frames = new Frames(() => {
    this.#draw()
  })
  #opened: Told<"Opened"> | undefined
  #status: Told<"Status"> | undefined
  #people = nobody
  #rooms = noRooms
  #nodes = noNodes
  #chosen: string | undefined
  #isBack = false
  #answers: ReadonlyArray<string> = []
  #hint = ""

  constructor(key: Key | undefined, run: (effect: Effect.Effect<void>) => RuntimeFiber<void>) {
    const changed = () => {
      this.frames.request()
    }
    showTheme(taste.read().theme)
    this.events = new Events(changed)
    this.link = new Link(key, {
      told: (message) => {
        this.#hear(message)
        changed()
      },
      puzzled: (text) => {
        this.#say(`The server said what this page does not understand: ${text.slice(0, 200)}`)
      },
      keyed: (next) => {
        remembered.write(next?.secret === undefined ? {} : { secret: next.secret })
      },
      changed
    })
    this.link.open(run)
  }

  /** What the server said of itself when the window opened. */
  get opened(): Told<"Opened"> | undefined {
    return this.#opened
  }

  get status(): Told<"Status"> | undefined {
    return this.#status
  }

  get people(): Told<"People"> {
    return this.#people
  }

  get rooms(): Told<"Rooms"> {
    return this.#rooms
  }

  /** The servers that are one room; none where this one is alone. */
  get nodes(): Told<"Nodes"> {
    return this.#nodes
  }

  /** The room that this window speaks and acts in; `undefined` where that is none, but everybody. */
  get chosen(): string | undefined {
    return this.#chosen
  }

  /** Whether the window came back before the room closed for want of it, and that was not acknowledged yet. */
  get isBack(): boolean {
    return this.#isBack
  }

  /** The console's answers to the last line that was typed. */
  get answers(): ReadonlyArray<string> {
    return this.#answers
  }

  /** What stands below the input. */
  get hint(): string {
    return this.#hint
  }

  /** A line was submitted: a command, or a notice to everybody. */
  submit(line: string): void {
    this.#answers = []
    this.#say("")
    this.events.toEnd()
    this.#send({ _tag: "Type", text: line })
  }

  /** Several lines were submitted at once: each is a notice, and none a command. */
  submitLines(lines: ReadonlyArray<string>): void {
    for (const line of lines) this.submit(asNotice(line))
  }

  /** Speaks and acts in this room from now on; in none, but for everybody, without one. */
  choose(room: string | undefined): void {
    this.#answers = []
    this.#send({ _tag: "Choose", ...(room === undefined ? {} : { room }) })
  }

  /** Sends somebody away. */
  remove({ id }: Guest, reason: string): void {
    this.#send({ _tag: "Remove", id, ...(reason === "" ? {} : { reason }) })
  }

  /** Closes the room. */
  close(reason: string): void {
    this.#send({ _tag: "Type", text: `/quit ${reason}` })
  }

  /** That the window is back has been seen. */
  acknowledge(): void {
    this.#isBack = false
    this.frames.request()
  }

  /** Copies a link; where the browser does not let it, `select` marks the link for copying by hand. */
  copy(link: string, select: () => void): void {
    const failed = () => {
      select()
      this.#say("Your browser does not let this page copy: the link is marked, copy it with the keyboard.")
    }
    // Absent on pages that came over plain HTTP from another machine.
    if (!window.isSecureContext) {
      failed()
      return
    }
    void navigator.clipboard.writeText(link).then(() => {
      this.#say("The link is copied")
    }, failed)
  }

  toggleTheme(): void {
    const known = taste.read()
    const theme = otherTheme(known.theme)
    taste.write({ ...known, theme })
    showTheme(theme)
    this.frames.request()
  }

  #send(message: FromDesk): void {
    this.link.send(message)
    this.frames.request()
  }

  #say(words: string): void {
    this.#hint = words
    this.frames.request()
  }

  #hear(message: ToDesk): void {
    switch (message._tag) {
      case "Opened":
        this.#opened = message
        this.events.reopen()
        // Nothing is chosen in a window that has come back, until the server says so.
        if (this.#chosen !== undefined) {
          this.choose(this.#chosen)
          this.#chosen = undefined
        }
        break
      case "Rooms":
        this.#rooms = message
        break
      case "Nodes":
        this.#nodes = message
        break
      case "Chosen":
        this.#chosen = message.room
        this.events.want({ ...this.events.wanted, room: message.room })
        break
      case "Line":
        if (message.event === "console") this.#answers = [...this.#answers, message.message].slice(-mostAnswers)
        this.events.add(message)
        break
      case "Skipped":
        this.events.add(message)
        break
      case "Status":
        this.#status = message
        break
      case "People":
        this.#people = message
        this.events.meet(message.people)
        break
      case "Staying":
        this.#isBack = true
        break
      case "Closing":
        this.#people = nobody
        this.#rooms = noRooms
        this.#nodes = noNodes
        break
      case "Denied":
        break
    }
  }

  #draw(): void {
    this.events.draw()
    const here = this.link.phase._tag === "Open" ? this.#status?.people : undefined
    document.title = `${here === undefined ? "" : `${here} here · `}The room · brusio`
  }
}
