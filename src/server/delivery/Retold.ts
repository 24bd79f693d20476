import type { Event } from "../../domain/Event.ts"
import type { Dialect } from "../dialect/Dialect.ts"

/**
 * What has been told again, encoded: of thousands who are lost at once and come
 * back, all have missed nearly the same. What is kept to be told again is never
 * changed, so an encoding is good for as long as there is the event.
 */
export class Retold {
  readonly #known = new WeakMap<Event, Map<Dialect, Buffer>>()

  /** The encoded event: what `encode` makes of it at the first time. */
  of(event: Event, dialect: Dialect, encode: () => Buffer): Buffer {
    const known = this.#known.get(event)
    const before = known?.get(dialect)
    if (before !== undefined) return before
    const bytes = encode()
    if (known === undefined) this.#known.set(event, new Map([[dialect, bytes]]))
    else known.set(dialect, bytes)
    return bytes
  }
}
