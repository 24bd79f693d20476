import type { Reply } from "../../domain/Reply.ts"
import type { Dialect, Heard, Interpreter } from "./Dialect.ts"
import { native } from "./native.ts"

const lines = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "")

const nobodyHears: Dialect["open"] = () => new Inside(() => undefined)

/** What a program is told that says lines over HTTP: nothing, as each request has its own answer. */
export const hook: Dialect = { name: "hook", client: "plain", encode: () => "", open: nobodyHears }

// What has a number is told with it, so that a reader sees how far it has come.
const serverSentEvent = (event: Reply): string => {
  const id = "n" in event ? `id: ${event.n}\n` : ""
  return lines(native.encode(event)).map((line) => `${id}data: ${line}\n\n`).join("")
}

/** The native dialect as server-sent events, one for each line. */
export const events: Dialect = { name: "events", client: "plain", encode: serverSentEvent, open: nobodyHears }

/**
 * The interpreter of a client that is within the server: what it wants is put into it as it
 * is, and it is woken by any bytes. `onTold` takes what comes of that, at the moment of the decision.
 */
export class Inside implements Interpreter {
  readonly echo = true
  readonly patience = undefined
  readonly separator = undefined
  readonly #wants: Array<Heard> = []
  readonly #onTold: (event: Reply) => void

  constructor(onTold: (event: Reply) => void) {
    this.#onTold = onTold
  }

  /** Wants something, once the next bytes come. */
  want(item: Heard): void {
    this.#wants.push(item)
  }

  *hear(): Iterable<Heard> {
    for (let item = this.#wants.shift(); item !== undefined; item = this.#wants.shift()) yield item
  }

  silence(): Iterable<Heard> {
    return []
  }

  end(): Iterable<Heard> {
    return []
  }

  waiting(): number {
    return this.#wants.filter(({ _tag }) => _tag === "Command").length
  }

  told(event: Reply): void {
    this.#onTold(event)
  }

  goodbye(): undefined {
    return undefined
  }
}
