import { drawDivider } from "./line.ts"

/** How many lines one list holds: a full one is laid out only when it is near the screen (`content-visibility`). */
const chunkLines = 100

/** How near to the end counts as being there, CSS pixels. */
const nearEnd = 48

/**
 * Lines below each other, which follow their end. The DOM is changed directly: a
 * line that stands is not looked at again, so a line costs the same after ten
 * thousand.
 *
 * Whoever reads above is never pulled away: the end is followed only while it is
 * in view, and what comes is counted otherwise.
 */
export class Tail {
  readonly #scroller: HTMLElement
  readonly #changed: () => void
  readonly #lines = document.createElement("div")
  readonly #below: HTMLElement | undefined
  #chunks: Array<HTMLOListElement> = []
  #count = 0
  #isAtEnd = true
  // Where the scroller stood when it was looked at last, CSS pixels.
  #top = 0
  #missed = 0
  #day = ""

  /** `changed` is called when {@link missed} has changed. `below` is a list that stays below all lines. */
  constructor(scroller: HTMLElement, changed: () => void, below?: HTMLElement) {
    this.#scroller = scroller
    this.#changed = changed
    this.#below = below
    this.#lines.className = "lines"
    if (below !== undefined) this.#lines.append(below)
    scroller.append(this.#lines)
    scroller.addEventListener("scroll", () => {
      this.#looked()
    }, { passive: true })
    // A phone's keyboard, or a longer draft, makes this lower: the end stays in view.
    new ResizeObserver(() => {
      this.follow()
    }).observe(scroller)
  }

  /** How many lines that count have come below what is read now. */
  get missed(): number {
    return this.#missed
  }

  /** How many lines there are. */
  get count(): number {
    return this.#count
  }

  /** Puts a line below all others; {@link settle} has to follow. `counts`: whoever reads above is told that it has come. */
  put(line: HTMLElement, counts = false): void {
    // Whoever has scrolled is not pulled back by a line that comes before the browser tells of it.
    if (this.#scroller.scrollTop !== this.#top) this.#looked()
    let last = this.#chunks.at(-1)
    if (last === undefined || last.childElementCount >= chunkLines) {
      last?.classList.add("full")
      last = document.createElement("ol")
      last.className = "chunk"
      this.#chunks.push(last)
      this.#lines.insertBefore(last, this.#below ?? null)
    }
    last.append(line)
    this.#count += 1
    if (counts && !this.#isAtEnd) this.#missed += 1
  }

  /** Puts a line across the others where another day begins, and says whether it has. `at` is in ms since 1970. */
  turn(at: number): boolean {
    const date = new Date(at)
    const day = date.toDateString()
    if (day === this.#day) return false
    this.#day = day
    const words = day === new Date().toDateString() ? "Today" : date.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" })
    this.put(drawDivider(words, "day"))
    return true
  }

  /** The height of what is shown has changed: the end stays in view if it was. */
  follow(): void {
    if (!this.#isAtEnd || this.#scroller.hidden) return
    this.#scroller.scrollTop = this.#scroller.scrollHeight
    this.#top = this.#scroller.scrollTop
  }

  /** Lines have been put: the end stays in view if it was, and else what was missed is told. */
  settle(): void {
    this.follow()
    if (!this.#isAtEnd) this.#changed()
  }

  /** It is shown again after it was hidden: at its end if it was there, and else where it was left. */
  shown(): void {
    if (this.#isAtEnd) this.follow()
    else this.#scroller.scrollTop = this.#top
  }

  /** Takes whole lists away from the top, as long as `isPast` says so of the first. */
  trim(isPast: (first: HTMLOListElement) => boolean): void {
    let first = this.#chunks[0]
    while (first !== undefined && isPast(first)) {
      this.#chunks.shift()
      this.#count -= first.childElementCount
      first.remove()
      first = this.#chunks[0]
    }
  }

  /** Goes to the newest line. */
  toEnd(): void {
    this.#isAtEnd = true
    this.follow()
    this.#looked()
  }

  /** Takes all lines away. */
  clear(): void {
    this.trim(() => true)
    this.#day = ""
    this.toEnd()
  }

  #looked(): void {
    // What is hidden has no place to be read at.
    if (this.#scroller.hidden) return
    const { clientHeight, scrollHeight, scrollTop } = this.#scroller
    this.#top = scrollTop
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < nearEnd
    if (!this.#isAtEnd || this.#missed === 0) return
    this.#missed = 0
    this.#changed()
  }
}
