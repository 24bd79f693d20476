import type { Dialect } from "../dialect/Dialect.ts"
import { gather, type Told } from "./gather.ts"
import type { Envelope } from "../chat/Hub.ts"
import type { Outbox } from "./Outbox.ts"

/**
 * Hands a batch over: to each client, in order, what of the batch is for it, in
 * one write. An event is encoded once for each dialect. A plain client does not
 * get its own messages back.
 */
export const deliver = (batch: ReadonlyArray<Envelope>): void => {
  let pending: Array<Told> = []
  for (const { audience, event, from, toRoom } of batch) {
    if (event._tag === "Connected" || event._tag === "Disconnected") continue
    if (event._tag === "Goodbye") {
      send(pending)
      pending = []
      for (const { peer } of audience) peer.farewell(event)
    } else {
      const isOwn = event._tag === "Said" || event._tag === "Acted"
      pending.push({ event, audience, toRoom, author: isOwn ? from?.peer : undefined })
    }
  }
  send(pending)
}

/** From where to where in the batch something was the case; both ends belong to it. */
interface Span {
  readonly first: number
  readonly last: number
}

const send = (all: ReadonlyArray<Told>): void => {
  // Also what nobody is left to hear counts, for those who come right after it.
  const told = gather(all).filter(({ audience }) => audience.length > 0)
  const frames = new Map<Dialect, Frame>()
  const frameFor = (dialect: Dialect): Frame => {
    const known = frames.get(dialect)
    if (known !== undefined) return known
    const frame = makeFrame(told, dialect)
    frames.set(dialect, frame)
    return frame
  }
  const exceptions = exceptionsOf(told)
  const runs = runsOf(told)
  const only = runs.length === 1 ? runs[0] : undefined
  // Mostly all are there for all of the batch and few differ: then no table of everybody is made.
  const spans = only === undefined || exceptions.size > fewExceptions ? spansOf(runs) : undefined
  const spanOf = (outbox: Outbox): Span | undefined =>
    spans === undefined ? (only?.audience.some(({ peer }) => peer === outbox) ? only : undefined) : spans.get(outbox)
  const share = (outbox: Outbox, { first, last }: Span) => {
    if (!exceptions.has(outbox)) outbox.send(slice(frameFor(outbox.dialect), first, last + 1))
  }
  if (only !== undefined) for (const { peer } of only.audience) share(peer, only)
  else
    spans?.forEach((span, outbox) => {
      share(outbox, span)
    })
  for (const [outbox, places] of exceptions) {
    outbox.send(assemble(told, frameFor(outbox.dialect), places, spanOf(outbox)))
  }
}

/** Up to how many clients are looked up one by one. */
const fewExceptions = 16

/** A stretch of the batch with one member list: that stays one array until somebody joins or leaves. */
interface Run extends Span {
  readonly audience: Envelope["audience"]
}

const runsOf = (told: ReadonlyArray<Told>): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  told.forEach(({ audience, toRoom }, index) => {
    if (!toRoom) return
    const run = runs.at(-1)
    if (run?.audience === audience) runs[runs.length - 1] = { ...run, last: index }
    else runs.push({ audience, first: index, last: index })
  })
  return runs
}

// A client is in consecutive member lists.
const spansOf = (runs: ReadonlyArray<Run>): Map<Outbox, Span> => {
  const spans = new Map<Outbox, Span>()
  for (const { audience, first, last } of runs) {
    for (const { peer } of audience) spans.set(peer, { first: spans.get(peer)?.first ?? first, last })
  }
  return spans
}

// The places where a client's part of the batch differs from the shared frame:
// what is for it alone or a few, and what it said itself and does not get back.
const exceptionsOf = (told: ReadonlyArray<Told>): Map<Outbox, Array<number>> => {
  const places = new Map<Outbox, Array<number>>()
  const add = (outbox: Outbox, index: number) => {
    const known = places.get(outbox)
    if (known === undefined) places.set(outbox, [index])
    else known.push(index)
  }
  told.forEach((entry, index) => {
    if (!entry.toRoom) for (const { peer } of entry.audience) add(peer, index)
    else if (entry.author?.echo === false) add(entry.author, index)
  })
  return places
}

/** What is shared of a batch in one dialect; what is for a few only takes no room in it. */
interface Frame {
  readonly dialect: Dialect
  readonly bytes: Buffer
  /** Where each event starts, and at last where the frame ends. */
  readonly offsets: ReadonlyArray<number>
}

const makeFrame = (told: ReadonlyArray<Told>, dialect: Dialect): Frame => {
  const slices = told.map((entry) => Buffer.from(entry.toRoom ? dialect.encode(entry.event) : ""))
  const offsets = [0]
  let end = 0
  for (const { length } of slices) offsets.push((end += length))
  return { dialect, bytes: Buffer.concat(slices, end), offsets }
}

const slice = ({ bytes, offsets }: Frame, from: number, to: number): Buffer =>
  from === 0 && to === offsets.length - 1 ? bytes : bytes.subarray(offsets[from] ?? bytes.length, offsets[to] ?? bytes.length)

const assemble = (
  told: ReadonlyArray<Told>,
  frame: Frame,
  places: ReadonlyArray<number>,
  span: Span | undefined
): Buffer => {
  const parts: Array<Buffer> = []
  let next = span?.first ?? told.length
  for (const place of places) {
    const entry = told[place]
    if (place > next) parts.push(slice(frame, next, place))
    if (entry !== undefined && !entry.toRoom) parts.push(Buffer.from(frame.dialect.encode(entry.event)))
    if (place >= next) next = place + 1
  }
  if (span !== undefined) parts.push(slice(frame, next, span.last + 1))
  return Buffer.concat(parts)
}
