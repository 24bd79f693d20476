import type { Event } from "../domain/Event.ts"
import type { Dialect } from "./dialect/Dialect.ts"
import type { Envelope } from "./Hub.ts"
import type { Outbox } from "./Outbox.ts"

/**
 * Hands a batch over: to each client, in order, what of the batch is for it, in
 * one write. An event is encoded once for each dialect. A plain client does not
 * get its own messages back.
 */
export const deliver = (batch: ReadonlyArray<Envelope>): void => {
  let pending: Array<Told> = []
  for (const { audience, event, from, toRoom } of batch) {
    if (event._tag === "Connected" || event._tag === "Disconnected" || audience.length === 0) continue
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

interface Told {
  readonly event: Event
  readonly audience: Envelope["audience"]
  readonly toRoom: boolean
  readonly author: Outbox | undefined
}

/** From where to where in the batch a client was in the room; both ends belong to it. */
interface Span {
  readonly first: number
  last: number
}

const send = (told: ReadonlyArray<Told>): void => {
  if (told.length === 0) return
  const frames = new Map<Dialect, Frame>()
  const frameFor = (dialect: Dialect): Frame => {
    const frame = frames.get(dialect) ?? makeFrame(told, dialect)
    frames.set(dialect, frame)
    return frame
  }
  const members = spans(told)
  const exceptions = exceptionsOf(told)
  for (const [outbox, { first, last }] of members) {
    if (!exceptions.has(outbox)) outbox.send(slice(frameFor(outbox.dialect), first, last + 1))
  }
  for (const [outbox, places] of exceptions) {
    outbox.send(assemble(told, frameFor(outbox.dialect), places, members.get(outbox)))
  }
}

// A member list stays one array until somebody joins or leaves, and a client is
// in consecutive lists: it is enough to look at each list once.
const spans = (told: ReadonlyArray<Told>): Map<Outbox, Span> => {
  const found = new Map<Outbox, Span>()
  const shared = told.flatMap((entry, index) => (entry.toRoom ? [{ audience: entry.audience, index }] : []))
  shared.forEach(({ audience, index }, at) => {
    const starts = audience !== shared[at - 1]?.audience
    const ends = audience !== shared[at + 1]?.audience
    if (!starts && !ends) return
    for (const { peer } of audience) {
      const span = found.get(peer)
      if (span === undefined) found.set(peer, { first: index, last: index })
      else span.last = index
    }
  })
  return found
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
  bytes.subarray(offsets[from] ?? bytes.length, offsets[to] ?? bytes.length)

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
