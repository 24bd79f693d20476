import * as Predicate from "effect/Predicate"
import { Difference } from "../Difference.ts"

/** What a whole room is told word for word alike, whenever it is told. A crowd's one line is not: who comes back reads its moves one by one. */
const alike: ReadonlySet<string> = new Set(["Said", "Acted", "Renamed", "Notice", "Joined", "Left", "Detached", "Returned", "TopicSet", "Moderated"])

const head = /^\{"_tag":"(\w+)","n":(\d+)/u

/** How many lines are remembered: nobody is away for longer. */
const remembered = 200_000

/**
 * What was told under each number of the log: the first who hears a line is
 * believed, and all others have to hear the same, at once or when they come back.
 */
export class Annals {
  readonly #lines = new Map<string, string>()
  readonly #said = new Set<string>()

  /** How many lines were compared with what another had heard. */
  compared = 0

  /** Somebody has heard a line; throws a {@link Difference} where others were told something else under its number, or where a text is said again. */
  hear(name: string, line: string): void {
    const [, tag = "", n] = head.exec(line) ?? []
    if (n === undefined || !alike.has(tag)) return
    const key = `${n} ${tag}`
    const known = this.#lines.get(key)
    if (known === undefined) this.#learn(name, key, line)
    else if (known === line) this.compared += 1
    else throw new Difference(`${name} was told ${line}\n  where others were told ${known}`)
  }

  /** Whether anybody has heard this text. */
  hasHeard(text: string): boolean {
    return this.#said.has(text)
  }

  /** Everybody has heard everything: what was told so far is told nobody again. */
  forget(): void {
    this.#said.clear()
  }

  #learn(name: string, key: string, line: string): void {
    this.#lines.set(key, line)
    if (this.#lines.size > remembered) for (const oldest of this.#lines.keys()) {
      this.#lines.delete(oldest)
      break
    }
    if (!key.endsWith(" Said")) return
    const said: unknown = JSON.parse(line)
    const text = Predicate.hasProperty(said, "text") ? String(said.text) : ""
    if (this.#said.has(text)) throw new Difference(`${name} was told ${line}\n  which has been said before`)
    this.#said.add(text)
  }
}
