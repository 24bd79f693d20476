import { drawDivider, type Drawn } from "./line.ts"
import { Tail } from "./tail.ts"

/** How many lines the page keeps; the oldest go by whole lists. */
const maxLines = 10_000

/** The conversation on the page, with one's own lines that are not receipted below it. */
export class Log {
  readonly #pending = document.createElement("ol")
  readonly #tail: Tail
  #unread: HTMLElement | undefined
  #speaker: string | undefined

  /** `changed` is called when {@link missed} has changed. */
  constructor(scroller: HTMLElement, changed: () => void) {
    this.#pending.className = "chunk"
    this.#tail = new Tail(scroller, changed, this.#pending)
  }

  /** How many messages have come below what is read now. */
  get missed(): number {
    return this.#tail.missed
  }

  /** Who spoke last, for the line that follows. */
  get speaker(): string | undefined {
    return this.#speaker
  }

  /** Puts lines at the end. `at` is when it happened, ms since 1970; absent for what the page itself says. */
  append(lines: ReadonlyArray<Drawn>, at?: number): void {
    if (lines.length === 0) return
    if (at !== undefined && this.#tail.turn(at)) this.#speaker = undefined
    for (const { counts, node, speaker } of lines) {
      this.#tail.put(node, counts)
      this.#speaker = speaker
    }
    this.#tail.trim(() => this.#tail.count > maxLines)
    this.#tail.settle()
  }

  /** Draws the line of what is new, above what comes next; the one before goes. */
  markUnread(at: number): void {
    this.#unread?.remove()
    this.#unread = drawDivider(`New since ${new Date(at).toTimeString().slice(0, 5)}`)
    this.#tail.put(this.#unread)
    this.#speaker = undefined
    this.#tail.settle()
  }

  /** Shows one's own lines that are not receipted, below all others, in place of those shown before. */
  showPending(lines: ReadonlyArray<HTMLElement>): void {
    this.#pending.replaceChildren(...lines)
    this.#tail.follow()
  }

  /** Goes to the newest line. */
  toEnd(): void {
    this.#tail.toEnd()
  }

  /** Takes everything away. */
  clear(): void {
    this.#unread = undefined
    this.#speaker = undefined
    this.#tail.clear()
  }
}
