import { type Acts, Log, type Printed } from "./log.ts"

/** The logs of all rooms that one is in: one of them is shown. */
export class Logs {
  readonly #logs = new Map<string, Log>()
  readonly #acts: Acts
  readonly #changed: () => void
  #host: HTMLElement | undefined
  #room = ""

  /** `changed` is called when {@link missed} has changed. */
  constructor(acts: Acts, changed: () => void) {
    this.#acts = acts
    this.#changed = changed
  }

  /** How many messages have come below what is read now. */
  get missed(): number {
    return this.#logs.get(this.#room)?.missed ?? 0
  }

  /** Shows them here from now on. */
  open(host: HTMLElement): void {
    this.#host = host
    host.append(...Array.from(this.#logs.values(), ({ scroller }) => scroller))
    this.toEnd()
  }

  /** This room is shown from now on, and looked at if the page is. */
  look(room: string, isFocused: boolean): void {
    this.#room = room
    const shown = this.#of(room)
    for (const log of this.#logs.values()) {
      log.show(log === shown)
      log.watch(log === shown && isFocused)
    }
  }

  /** The rooms that one is in: the logs of all others go. */
  keep(rooms: ReadonlyArray<string>): void {
    for (const [room, { scroller }] of this.#logs) {
      if (room === this.#room || rooms.includes(room)) continue
      this.#logs.delete(room)
      scroller.remove()
    }
  }

  /** Puts a line into the log of a room. */
  print(room: string, line: Printed): void {
    this.#of(room).print(line)
  }

  /** One's own line was refused, in the room that is shown. */
  giveBack(room: string, text: string): void {
    this.#of(room).giveBack(text)
  }

  /** Shows one's own lines that are not receipted below those of the room that is shown. */
  showPending(lines: ReadonlyArray<HTMLElement>): void {
    for (const [room, log] of this.#logs) log.showPending(room === this.#room ? lines : [])
  }

  /** Goes to the newest line. */
  toEnd(): void {
    this.#logs.get(this.#room)?.toEnd()
  }

  /** Takes everything away in the room that is shown. */
  clear(): void {
    this.#logs.get(this.#room)?.clear()
  }

  /** All of them go. */
  forget(): void {
    for (const { scroller } of this.#logs.values()) scroller.remove()
    this.#logs.clear()
    this.#host = undefined
  }

  #of(room: string): Log {
    const known = this.#logs.get(room)
    if (known !== undefined) return known
    const made = new Log(scrollerFor(), this.#acts, this.#changed)
    if (room !== this.#room) {
      made.show(false)
      made.watch(false)
    }
    this.#logs.set(room, made)
    this.#host?.append(made.scroller)
    return made
  }
}

const scrollerFor = (): HTMLElement => {
  const made = document.createElement("section")
  made.className = "log"
  made.tabIndex = 0
  for (const [name, value] of [["role", "log"], ["aria-label", "Conversation"], ["aria-live", "polite"], ["aria-relevant", "additions"]] as const) made.setAttribute(name, value)
  return made
}
