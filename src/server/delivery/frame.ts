import type { Resumed } from "../../domain/Event.ts"
import { isResumption, type Reply } from "../../domain/Reply.ts"
import { bytesOf, type Dialect } from "../dialect/Dialect.ts"
import type { Retold } from "./Retold.ts"
import type { Log, Stay } from "./stays.ts"

/** What a batch tells a client as a member of its rooms. Clients that are told the same lines have one share. */
export interface Share {
  readonly stays: ReadonlyArray<Stay>
  /** The encoded share by dialect, once a client has needed it. */
  readonly bytes: Map<Dialect, Buffer>
  /** The shares with one more stay, by that stay. */
  readonly more: Map<Stay, Share>
}

/** The share of a client that is in no room. */
export const noShare = (): Share => ({ stays: [], bytes: new Map(), more: new Map() })

/** The share that also has this stay: one for all who ask. */
export const withStay = ({ more, stays }: Share, stay: Stay): Share => {
  const known = more.get(stay)
  if (known !== undefined) return known
  const share: Share = { stays: [...stays, stay], bytes: new Map(), more: new Map() }
  more.set(stay, share)
  return share
}

/** How what one client is told differs from its share at a place in the batch: an event for it alone, or its own words left out. */
export interface Difference {
  readonly place: number
  /** The event for the client alone; absent where the line at this place is left out. */
  readonly event: Reply | undefined
}

/** A room's log in one dialect. */
interface Frame {
  readonly bytes: Buffer
  /** The offset of each line in `bytes`, and behind these the length of `bytes`. */
  readonly offsets: ReadonlyArray<number>
}

/** The encoded frames of one batch: each event is encoded once for each dialect, and shares are slices of one buffer. */
export class Frames {
  readonly #onDefect: (event: Reply, error: unknown) => void
  readonly #retold: Retold
  readonly #frames = new Map<Dialect, Map<Log, Frame>>()
  readonly #words = new Map<Dialect, Map<Reply, Buffer>>()

  /** `retold`: what was told again before. `onDefect` is called for an event that a dialect cannot encode: whoever speaks it is not told that event. */
  constructor(retold: Retold, onDefect: (event: Reply, error: unknown) => void) {
    this.#retold = retold
    this.#onDefect = onDefect
  }

  /** A share in one dialect: one buffer for all who have that share. */
  share(share: Share, dialect: Dialect): Buffer {
    const common = dialect.ofRooms ?? dialect
    const known = share.bytes.get(common)
    if (known !== undefined) return known
    const bytes = joined(this.#between(share, common, 0, Infinity))
    share.bytes.set(common, bytes)
    return bytes
  }

  /** A share in one dialect, with the differences of one client: from one place in the batch up to another. */
  apart(share: Share, dialect: Dialect, differences: ReadonlyArray<Difference>, from = 0, to = Infinity): Buffer {
    const common = dialect.ofRooms ?? dialect
    const parts: Array<Buffer> = []
    let next = from
    for (const { event, place } of [...differences].sort((one, other) => one.place - other.place)) {
      if (place < from || place >= to) continue
      parts.push(...this.#between(share, common, next, place))
      if (event !== undefined) parts.push(this.#word(event, dialect))
      next = place + 1
    }
    parts.push(...this.#between(share, common, next, to))
    return joined(parts)
  }

  // The lines of a share from one place in the batch up to another, in order.
  #between({ stays }: Share, dialect: Dialect, from: number, to: number): ReadonlyArray<Buffer> {
    const [only, ...others] = stays.map((stay) => within(stay, from, to)).filter(({ first, last }) => first <= last)
    if (only === undefined) return []
    return others.length === 0 ? [cut(this.#frame(only.log, dialect), only)] : inOrder([only, ...others]).map((stay) => cut(this.#frame(stay.log, dialect), stay))
  }

  #frame(log: Log, dialect: Dialect): Frame {
    const known = this.#frames.get(dialect)?.get(log)
    if (known !== undefined) return known
    const frame = this.#frameOf(log, dialect)
    const frames = this.#frames.get(dialect) ?? new Map<Log, Frame>()
    this.#frames.set(dialect, frames.set(log, frame))
    return frame
  }

  #word(event: Reply, dialect: Dialect): Buffer {
    const known = this.#words.get(dialect)?.get(event)
    if (known !== undefined) return known
    const word = this.#encode(event, dialect)
    const words = this.#words.get(dialect) ?? new Map<Reply, Buffer>()
    this.#words.set(dialect, words.set(event, word))
    return word
  }

  #frameOf({ lines }: Log, dialect: Dialect): Frame {
    const parts = lines.map(({ event }) => this.#encode(event, dialect))
    const offsets = [0]
    let end = 0
    for (const { length } of parts) offsets.push((end += length))
    return { bytes: Buffer.concat(parts, end), offsets }
  }

  // What is told again to one has been told again to others: each event of it is encoded once for all of them. Who comes back by
  // words, and was somebody else until now, is told it by its dialect in one piece.
  #encode(event: Reply, dialect: Dialect): Buffer {
    if (!isResumption(event) || event.was !== undefined) return this.#encodeAlone(event, dialect)
    const { replay, ...resumed } = event
    const back: Resumed = resumed
    return Buffer.concat([
      this.#encodeAlone(back, dialect),
      ...replay.map((each) => this.#retold.of(each, dialect, () => this.#encodeAlone(each, dialect)))
    ])
  }

  #encodeAlone(event: Reply, dialect: Dialect): Buffer {
    try {
      const lines = dialect.encode(event)
      return Buffer.from(dialect.frame === undefined ? lines : bytesOf(dialect, lines))
    } catch (error) {
      this.#onDefect(event, error)
      return Buffer.alloc(0)
    }
  }
}

const cut = ({ bytes, offsets }: Frame, { first, last }: Stay): Buffer =>
  first === 0 && last === offsets.length - 2 ? bytes : bytes.subarray(offsets[first] ?? bytes.length, offsets[last + 1] ?? bytes.length)

const joined = (parts: ReadonlyArray<Buffer>): Buffer => {
  const [only, ...others] = parts
  return only !== undefined && others.length === 0 ? only : Buffer.concat(parts)
}

// The part of a stay from one place in the batch up to another.
const within = (stay: Stay, from: number, to: number): Stay => {
  const { first, last, log } = stay
  return { log, first: Math.max(first, firstFrom(log, from)), last: Math.min(last, firstFrom(log, to) - 1) }
}

// The first line of a log that stands at this place or after it: a binary search.
const firstFrom = ({ lines }: Log, place: number): number => {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.place ?? Infinity) < place) low = middle + 1
    else high = middle
  }
  return low
}

// A merge of stays in several rooms by place: each stay is cut wherever a line of another room comes between.
const inOrder = (stays: ReadonlyArray<Stay>): ReadonlyArray<Stay> => {
  const lines = stays.flatMap(({ first, last, log }) =>
    log.lines.slice(first, last + 1).map(({ place }, index) => ({ log, place, index: first + index }))
  )
  const ordered: Array<Stay> = []
  for (const { index, log } of lines.sort((one, other) => one.place - other.place)) {
    const before = ordered.at(-1)
    if (before?.log === log && before.last === index - 1) ordered[ordered.length - 1] = { ...before, last: index }
    else ordered.push({ log, first: index, last: index })
  }
  return ordered
}
