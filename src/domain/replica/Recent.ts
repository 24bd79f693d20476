import { span } from "./timing.ts"

/** What counts of a record. */
interface Timed {
  readonly time: number
  readonly size: number
}

/** Records, the latest first. */
interface Cell<R> {
  readonly record: R
  readonly before: Cell<R> | undefined
}

interface Generation<R> {
  readonly last: Cell<R> | undefined
  /** The timestamp of its first record. */
  readonly since: number
  readonly bytes: number
}

/**
 * The last records of the log, bounded by their bytes and by time. Immutable, and
 * with the same small cost for each record: records are forgotten by the
 * generation, of which there are two. So it holds half of the bound at least.
 */
export interface Recent<R> {
  readonly old: Generation<R>
  readonly young: Generation<R>
}

const none = { last: undefined, since: 0, bytes: 0 }

/** No records. */
export const empty: Recent<never> = { old: none, young: none }

/** How many bytes of records are kept for those who are behind. */
const maxBytes = 320 * 1024

/** What a record takes in a list of records besides its own bytes: its position, times and size. */
const frame = 192

/** With another record, which follows on the last one. */
export const append = <R extends Timed>({ old, young }: Recent<R>, record: R, bytes = maxBytes): Recent<R> => {
  const size = record.size + frame
  const isFull = young.last !== undefined && (young.bytes + size > bytes / 2 || record.time - young.since > span / 2)
  const last = { record, before: isFull ? undefined : young.last }
  if (isFull || young.last === undefined) return { old: isFull ? young : old, young: { last, since: record.time, bytes: size } }
  return { old, young: { last, since: young.since, bytes: young.bytes + size } }
}

/** All records, the oldest first; of all the latest, as many as are not more than so many bytes. */
export const toArray = <R extends Timed>({ old, young }: Recent<R>, bytes = Infinity): ReadonlyArray<R> => {
  const all: Array<R> = []
  let left = bytes
  for (const { last } of [young, old]) {
    for (let cell = last; cell !== undefined; cell = cell.before) {
      left -= cell.record.size + frame
      if (left < 0) return all.reverse()
      all.push(cell.record)
    }
  }
  return all.reverse()
}

/** These records, the oldest first. */
export const fromArray = <R extends Timed>(all: ReadonlyArray<R>): Recent<R> => all.reduce<Recent<R>>((recent, record) => append(recent, record), empty)
