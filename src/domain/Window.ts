import type { Event } from "./Event.ts"
import type { WindowLimits } from "./Keep.ts"
import type { Member } from "./Member.ts"
import { sizeOfTags } from "./Tags.ts"

/** An event that can be told again. Its envelope is not kept: that would hold the audiences of the past. */
export interface Kept {
  /** The number of its envelope. */
  readonly n: number
  /** That of what its room was told before it; 0 for what is for a person alone. */
  readonly before: number
  /** The number of the last event of its room as of then; 0 for what is for a person alone. */
  readonly seq: number
  readonly at: number
  /** About how many bytes the event takes on the wire. */
  readonly size: number
  readonly event: Event
}

/** A sliding window of the last events: what can be told again to somebody who comes back. */
export interface Window {
  /** The oldest first. */
  readonly kept: ReadonlyArray<Kept>
  /** The sizes of these together. */
  readonly bytes: number
  /** The number of the last event that has been and is not kept any more; 0 where all are. */
  readonly gone: number
  /** The number in its room of that event; 0 for the window of a person. */
  readonly goneSeq: number
  /** When the window is to be trimmed next, ms since 1970; absent while nothing is in it. */
  readonly due: number | undefined
}

/** A window with nothing in it, out of which nothing has gone. */
export const empty: Window = { kept: [], bytes: 0, gone: 0, goneSeq: 0, due: undefined }

/** The window with another event, which is newer than all in it. `limits` bounds what is kept; nothing from before the time `since` is. */
export const append = (window: Window, kept: Kept, limits: WindowLimits, since: number): Window => {
  let { bytes } = window
  bytes += kept.size
  let first = 0
  const { length } = window.kept
  while (first < length) {
    const oldest = window.kept[first]
    if (oldest === undefined || (length - first < limits.events && bytes <= limits.bytes && oldest.at >= since)) break
    bytes -= oldest.size
    first += 1
  }
  if (bytes > limits.bytes) return { ...window, kept: [], bytes: 0, ...goneWith(window, kept) }
  const all = window.kept.slice(first)
  all.push(kept)
  return { kept: all, bytes, ...goneWith(window, window.kept[first - 1]), due: window.due }
}

// What is gone once this is the last that is; without it, as before.
const goneWith = ({ gone, goneSeq }: Window, last: Kept | undefined): Pick<Window, "gone" | "goneSeq"> =>
  last === undefined ? { gone, goneSeq } : { gone: last.n, goneSeq: last.seq }

/** The window with so many bytes at most: the oldest go. */
export const shortened = (window: Window, most: number): Window => {
  let first = 0
  let { bytes } = window
  for (const { size } of window.kept) {
    if (bytes <= most) break
    bytes -= size
    first += 1
  }
  return first === 0 ? window : { ...window, kept: window.kept.slice(first), bytes, ...goneWith(window, window.kept[first - 1]) }
}

/** The window without what is from before the time `since`. */
export const trimmed = (window: Window, since: number): Window => {
  let first = 0
  let { bytes } = window
  for (const { at, size } of window.kept) {
    if (at >= since) break
    bytes -= size
    first += 1
  }
  return first === 0 ? window : { ...window, kept: window.kept.slice(first), bytes, ...goneWith(window, window.kept[first - 1]) }
}

/** The window without one of the events in it; that is not said to be gone. */
export const without = (window: Window, one: Kept): Window => ({ ...window, kept: window.kept.filter((each) => each !== one), bytes: window.bytes - one.size })

/** What is kept of what was told, and whether something of that is gone. */
export interface Part {
  readonly kept: ReadonlyArray<Kept>
  readonly isGap: boolean
}

/** What is kept with a number above `n`, and whether something with such a number is gone. */
export const after = ({ gone, kept }: Window, n: number): Part => {
  let low = 0
  let high = kept.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((kept[middle]?.n ?? Infinity) <= n) low = middle + 1
    else high = middle
  }
  return { kept: kept.slice(low), isGap: gone > n }
}

/** What an event takes besides words of varying length: its tag, numbers, times and ids. */
const frame = 144

/** What the numbers of a line take that is one of several, and each place where it was cut. */
const perPart = 64
const perCut = 6

/** What a member takes besides its name. */
const perMember = 32

/** About how many bytes an event takes on the wire, and hardly ever more. */
export const sizeOf = (event: Event): number => {
  let bytes = frame
  if ("text" in event) bytes += jsonBytes(event.text)
  if ("message" in event) bytes += jsonBytes(event.message)
  if ("reason" in event && event.reason !== undefined) bytes += jsonBytes(event.reason)
  if ("topic" in event && event.topic !== undefined) bytes += jsonBytes(event.topic)
  if ("ref" in event && event.ref !== undefined) bytes += jsonBytes(event.ref)
  if ("was" in event) bytes += jsonBytes(event.was)
  if ("tags" in event) bytes += sizeOfTags(event.tags)
  if ("part" in event && event.part !== undefined) bytes += perPart + perCut * (event.part.cuts?.length ?? 0)
  if ("from" in event) bytes += memberBytes(event.from)
  if ("to" in event) bytes += memberBytes(event.to)
  if ("member" in event) bytes += memberBytes(event.member)
  if ("by" in event && event.by !== undefined) bytes += memberBytes(event.by)
  if ("target" in event && event.target !== undefined) bytes += memberBytes(event.target)
  if ("members" in event) for (const member of event.members) bytes += memberBytes(member)
  return bytes
}

const memberBytes = ({ name }: Member): number => perMember + jsonBytes(name)

const quote = 0x22
const backslash = 0x5c

// In UTF-8, within a string of JSON: without control characters, of which a text has none, only two characters are escaped.
const jsonBytes = (text: string): number => {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) bytes += unit === quote || unit === backslash ? 1 : 0
    // A half of a surrogate pair, of which two make four bytes.
    else bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}
