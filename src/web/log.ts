import { drawDivider, type Drawn } from "./line.ts"

/** How many lines one list holds: a full one is laid out only when it is near the screen (`content-visibility`). */
const chunkLines = 100

/** How many lines the page keeps; the oldest go by whole lists. */
const maxLines = 10_000

/** How near to the end of the log counts as being there, CSS pixels. */
const nearEnd = 48

/**
 * The conversation on the page. The DOM is changed directly: a line that stands
 * is never looked at again, so a line costs the same after ten thousand.
 *
 * Whoever reads above is never pulled away: the log follows its end only while
 * the end is in view, and counts otherwise.
 */
export class Log {
  readonly #scroller: HTMLElement
  readonly #changed: () => void
  readonly #lines = document.createElement("div")
  readonly #pending = document.createElement("ol")
  #chunks: Array<HTMLOListElement> = []
  #count = 0
  #unread: HTMLElement | undefined
  #isAtEnd = true
  #missed = 0
  #day = ""
  #speaker: string | undefined

  /** `changed` is called when {@link missed} has changed. */
  constructor(scroller: HTMLElement, changed: () => void) {
    this.#scroller = scroller
    this.#changed = changed
    this.#lines.className = "lines"
    this.#pending.className = "chunk"
    this.#lines.append(this.#pending)
    scroller.append(this.#lines)
    scroller.addEventListener("scroll", () => {
      this.#looked()
    }, { passive: true })
    // A phone's keyboard, or a longer draft, makes the log lower: its end stays in view.
    new ResizeObserver(() => {
      this.#follow()
    }).observe(scroller)
  }

  /** How many messages have come below what is read now. */
  get missed(): number {
    return this.#missed
  }

  /** Who spoke last, for the line that follows. */
  get speaker(): string | undefined {
    return this.#speaker
  }

  /** Puts lines at the end. `at` is when it happened, ms since 1970; absent for what the page itself says. */
  append(lines: ReadonlyArray<Drawn>, at?: number): void {
    if (lines.length === 0) return
    if (at !== undefined) this.#turn(new Date(at))
    for (const { counts, node, speaker } of lines) {
      this.#put(node)
      this.#speaker = speaker
      if (counts && !this.#isAtEnd) this.#missed += 1
    }
    this.#trim()
    this.#follow()
    if (!this.#isAtEnd) this.#changed()
  }

  /** Draws the line of what is new, above what comes next; the one before goes. */
  markUnread(at: number): void {
    this.#unread?.remove()
    this.#unread = drawDivider(`New since ${new Date(at).toTimeString().slice(0, 5)}`)
    this.#put(this.#unread)
    this.#speaker = undefined
    this.#follow()
  }

  /** Shows one's own lines that are not receipted, below all others, in place of those shown before. */
  showPending(lines: ReadonlyArray<HTMLElement>): void {
    this.#pending.replaceChildren(...lines)
    this.#follow()
  }

  /** Goes to the newest line. */
  toEnd(): void {
    this.#isAtEnd = true
    this.#follow()
    this.#looked()
  }

  /** Takes everything away. */
  clear(): void {
    for (const chunk of this.#chunks) chunk.remove()
    this.#chunks = []
    this.#count = 0
    this.#unread = undefined
    this.#speaker = undefined
    this.#day = ""
    this.toEnd()
  }

  #put(node: HTMLElement): void {
    let last = this.#chunks.at(-1)
    if (last === undefined || last.childElementCount >= chunkLines) {
      last?.classList.add("full")
      last = document.createElement("ol")
      last.className = "chunk"
      this.#chunks.push(last)
      this.#pending.before(last)
    }
    last.append(node)
    this.#count += 1
  }

  #trim(): void {
    while (this.#count > maxLines) {
      const first = this.#chunks.shift()
      if (first === undefined) return
      this.#count -= first.childElementCount
      first.remove()
    }
  }

  // A line across the log where another day begins.
  #turn(date: Date): void {
    const day = date.toDateString()
    if (day === this.#day) return
    this.#day = day
    const words = day === new Date().toDateString() ? "Today" : date.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" })
    this.#put(drawDivider(words, "day"))
    this.#speaker = undefined
  }

  #follow(): void {
    if (this.#isAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight
  }

  #looked(): void {
    const { clientHeight, scrollHeight, scrollTop } = this.#scroller
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < nearEnd
    if (!this.#isAtEnd || this.#missed === 0) return
    this.#missed = 0
    this.#changed()
  }
}
