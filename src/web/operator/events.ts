import type { ToDesk } from "../../domain/wire/Desk.ts"
import { Tail } from "../tail.ts"
import { type ConsoleLine, drawEntry, drawGap, type Entry, fold, type Kind } from "./entry.ts"

type Gap = Extract<ToDesk, { readonly _tag: "Skipped" }>

/** How many events the window keeps. */
const maxEntries = 10_000

/** How many of the oldest go at once, when there are more. */
const step = 100

/** What is shown of the events. */
export interface Wanted {
  readonly kind: Kind | undefined
  /** Those of this room, and of no room; absent for all. */
  readonly room?: string | undefined
  /** A part of their words; empty for all. */
  readonly sought: string
}

/** The newest events, in the order in which they were told, and those of them that somebody wants to see. */
export class Events {
  readonly #changed: () => void
  // By their nodes, oldest first.
  readonly #entries = new Map<Element, Entry>()
  readonly #counts: Record<Kind, number> = { messages: 0, presence: 0, warnings: 0 }
  #tail: Tail | undefined
  #wanted: Wanted = { kind: undefined, sought: "" }
  // What came and was not drawn yet.
  #waiting: Array<ConsoleLine | Gap> = []
  // How many lines there were since the server's start, as far as is known here, and up to which of them the server has told since the window opened last.
  #known = 0
  #place = 0
  #clients: ReadonlyMap<string, string> = new Map()
  #newcomers = new Map<string, HTMLElement>()

  /** `changed` is called when {@link missed} has changed. */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** How many events have come below what is read now. */
  get missed(): number {
    return this.#tail?.missed ?? 0
  }

  /** How many events there are of each kind. */
  get counts(): Readonly<Record<Kind, number>> {
    return this.#counts
  }

  /** How many events are shown. */
  get found(): number {
    return [...this.#entries.values()].filter((entry) => this.#isWanted(entry)).length
  }

  get wanted(): Wanted {
    return this.#wanted
  }

  /** Where the events are shown from now on. */
  show(scroller: HTMLElement): void {
    this.#tail = new Tail(scroller, this.#changed)
    this.#showAll()
  }

  /** Shows these events only. */
  want(wanted: Wanted): void {
    this.#wanted = { ...wanted, sought: fold(wanted.sought.trim()) }
    this.#showAll()
  }

  /** The window is open, for the first time or again: the server tells from the start. */
  reopen(): void {
    this.draw()
    this.#place = 0
  }

  /** Something was told; {@link draw} shows it. */
  add(told: ConsoleLine | Gap): void {
    this.#waiting.push(told)
    // A browser may give no frame for a long time to a window that nobody sees.
    if (this.#waiting.length >= maxEntries) this.draw()
  }

  /** Who is here, and with what kind of client. */
  meet(people: Extract<ToDesk, { readonly _tag: "People" }>["people"]): void {
    this.draw()
    this.#clients = new Map(people.map(({ client, id }) => [id, client]))
    for (const [id, from] of this.#newcomers) {
      const client = this.#clients.get(id)
      if (client !== undefined) from.textContent += ` · ${client}`
    }
    this.#newcomers = new Map()
  }

  /** Shows what has been told since the last time: many events cost one layout. */
  draw(): void {
    if (this.#waiting.length === 0) return
    const told = this.#waiting
    this.#waiting = []
    for (const each of told) this.#take(each)
    this.#trim()
    this.#tail?.settle()
  }

  toEnd(): void {
    this.#tail?.toEnd()
  }

  #take(told: ConsoleLine | Gap): void {
    this.#place += told._tag === "Skipped" ? told.count : 1
    // After the window has come back, the server tells again what is here already.
    const missing = this.#place - this.#known
    if (missing <= 0) return
    this.#known = this.#place
    if (told._tag === "Skipped") {
      this.#put(drawGap(missing))
      return
    }
    const id = String(told.fields["id"] ?? "")
    const client = this.#clients.get(id)
    const entry = drawEntry(told, client)
    if (told.event === "joined" && client === undefined && entry.from !== undefined) this.#newcomers.set(id, entry.from)
    this.#put(entry)
  }

  #put(entry: Entry): void {
    this.#entries.set(entry.node, entry)
    this.#count(entry, 1)
    if (this.#isWanted(entry)) this.#show(entry)
  }

  #show({ at, node }: Entry): void {
    if (at !== undefined) this.#tail?.turn(at)
    this.#tail?.put(node, true)
  }

  #showAll(): void {
    this.#tail?.clear()
    for (const entry of this.#entries.values()) if (this.#isWanted(entry)) this.#show(entry)
    this.#tail?.toEnd()
  }

  #isWanted({ kinds, room, text }: Entry): boolean {
    const { kind, room: wanted, sought } = this.#wanted
    const isThere = wanted === undefined || room === undefined || room === wanted
    return kinds === undefined || (isThere && (kind === undefined || kinds.has(kind)) && text.includes(sought))
  }

  #count({ kinds }: Entry, by: 1 | -1): void {
    for (const kind of kinds ?? []) this.#counts[kind] += by
  }

  #trim(): void {
    if (this.#entries.size <= maxEntries) return
    let left = Math.ceil((this.#entries.size - maxEntries) / step) * step
    for (const entry of this.#entries.values()) {
      if (left === 0) break
      left -= 1
      this.#entries.delete(entry.node)
      this.#count(entry, -1)
    }
    this.#tail?.trim((first) => ![...first.children].some((line) => this.#entries.has(line)))
  }
}
