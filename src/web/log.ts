import type { Wish } from "../client/screen/step.ts"
import { drawDivider, drawEvent, drawReturned, drawWordsOf, type Drawn } from "./line.ts"
import { Tail } from "./tail.ts"

/** How many lines the page keeps; the oldest go by whole lists. */
const maxLines = 10_000

/** A line of a conversation. */
export type Printed = Extract<Wish, { readonly _tag: "Print" }>["line"]

/** What a line may ask for: to be corrected, or to enter a room. */
export interface Acts {
  readonly mend: (text: string) => void
  readonly join: (room: string) => void
}

/** The conversation in a room on the page, with one's own lines that are not receipted below it. */
export class Log {
  readonly scroller: HTMLElement
  readonly #pending = document.createElement("ol")
  readonly #tail: Tail
  #unread: HTMLElement | undefined
  #speaker: string | undefined
  #isWatched = true
  // Whether the next message is the first that comes while nobody looks.
  #waitsForUnread = false
  readonly #acts: Acts

  /** `changed` is called when {@link missed} has changed. */
  constructor(scroller: HTMLElement, acts: Acts, changed: () => void) {
    this.scroller = scroller
    this.#acts = acts
    this.#pending.className = "chunk"
    this.#tail = new Tail(scroller, changed, this.#pending)
  }

  /** How many messages have come below what is read now. */
  get missed(): number {
    return this.#tail.missed
  }

  /** Shows it, or hides it. It is where it was left when it is shown again. */
  show(isShown: boolean): void {
    if (this.scroller.hidden === !isShown) return
    this.scroller.hidden = !isShown
    if (isShown) this.#tail.shown()
  }

  /** Whether somebody looks at it from now on: above the first message that comes while nobody does, a line is drawn. */
  watch(isWatched: boolean): void {
    if (isWatched !== this.#isWatched) this.#waitsForUnread = !isWatched
    this.#isWatched = isWatched
  }

  /** Puts a line of the conversation at the end. */
  print(line: Printed): void {
    if (line._tag !== "Event") {
      this.#append([drawWordsOf(line)])
      return
    }
    const { event } = line
    const first = drawEvent(line, this.#speaker, this.#acts.join)
    if (this.#waitsForUnread && first.some(({ counts }) => counts)) {
      this.#waitsForUnread = false
      this.#markUnread(event.at)
      this.#append(drawEvent(line, undefined, this.#acts.join), event.at)
    } else this.#append(first, event.at)
  }

  /** One's own line was refused: it stands at the end, to be corrected. */
  giveBack(text: string): void {
    this.#append([drawReturned(text, () => { this.#acts.mend(text) })])
  }

  // Puts lines at the end. `at` is when it happened, ms since 1970; absent for what the page itself says.
  #append(lines: ReadonlyArray<Drawn>, at?: number): void {
    if (lines.length === 0) return
    if (at !== undefined && this.#tail.turn(at)) this.#speaker = undefined
    for (const { counts, node, speaker } of lines) {
      this.#tail.put(node, counts)
      this.#speaker = speaker
    }
    this.#tail.trim(() => this.#tail.count > maxLines)
    this.#tail.settle()
  }

  // Draws the line of what is new, above what comes next; the one before goes.
  #markUnread(at: number): void {
    this.#unread?.remove()
    this.#tail.turn(at)
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
