import type { Written } from "./Body.ts"
import { span } from "./timing.ts"

/** Records, the latest first. */
interface Cell<E> {
  readonly written: Written<E>
  readonly before: Cell<E> | undefined
}

interface Generation<E> {
  readonly last: Cell<E> | undefined
  /** The timestamp of its first record. */
  readonly since: number
  readonly bytes: number
}

/**
 * The last records of the log, bounded by their bytes and by time. Immutable, and
 * with the same small cost for each record: records are forgotten by the
 * generation, of which there are two. So it holds half of the bound at least.
 */
export interface Recent<E> {
  readonly old: Generation<E>
  readonly young: Generation<E>
}

const none = { last: undefined, since: 0, bytes: 0 }

/** No records. */
export const empty: Recent<never> = { old: none, young: none }

/** How many bytes of records are kept for those who are behind: a `Return` with all of them is below the 512 KiB that a record may have. */
export const maxBytes = 320 * 1024

/** With another record, which follows on the last one. */
export const append = <E>({ old, young }: Recent<E>, written: Written<E>, bytes = maxBytes): Recent<E> => {
  const isFull = young.last !== undefined && (young.bytes + written.size > bytes / 2 || written.time - young.since > span / 2)
  const last = { written, before: isFull ? undefined : young.last }
  if (isFull || young.last === undefined) return { old: isFull ? young : old, young: { last, since: written.time, bytes: written.size } }
  return { old, young: { last, since: young.since, bytes: young.bytes + written.size } }
}

/** All records, the oldest first. */
export const toArray = <E>({ old, young }: Recent<E>): ReadonlyArray<Written<E>> => {
  const all: Array<Written<E>> = []
  for (const { last } of [young, old]) for (let cell = last; cell !== undefined; cell = cell.before) all.push(cell.written)
  return all.reverse()
}

/** These records, the oldest first. */
export const fromArray = <E>(all: ReadonlyArray<Written<E>>): Recent<E> => all.reduce<Recent<E>>((recent, written) => append(recent, written), empty)
