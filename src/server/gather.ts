import type { Event, Presence } from "../domain/Event.ts"
import { crowd } from "../domain/wording.ts"
import type { Envelope } from "./Hub.ts"
import type { Outbox } from "./Outbox.ts"

/** Something that is told, and to whom. */
export interface Told {
  readonly event: Event
  readonly audience: Envelope["audience"]
  readonly toRoom: boolean
  readonly author: Outbox | undefined
}

/**
 * What is told to a room, without a line for each where many come or go at
 * once: between two other things that happen in the room, more than a crowd of
 * `Joined` or of `Left` become one `Presence`. It stands where the last of them
 * stood, so whoever joined among them has been welcomed before.
 */
export const gather = (told: ReadonlyArray<Told>): ReadonlyArray<Told> => {
  if (told.length <= crowd) return told
  const instead = new Map<number, Told | undefined>()
  for (const places of stretches(told).flatMap(inParts)) {
    const presence = presenceOf(places.flatMap((place) => told[place] ?? []))
    if (presence === undefined) continue
    for (const place of places) instead.set(place, undefined)
    instead.set(places.at(-1) ?? 0, presence)
  }
  return instead.size === 0 ? told : told.flatMap((entry, place) => (instead.has(place) ? (instead.get(place) ?? []) : entry))
}

// Where people come and go with nothing else told to the room between.
const stretches = (told: ReadonlyArray<Told>): ReadonlyArray<ReadonlyArray<number>> => {
  const found: Array<Array<number>> = [[]]
  told.forEach(({ event, toRoom }, place) => {
    if (event._tag === "Joined" || event._tag === "Left") found.at(-1)?.push(place)
    else if (toRoom) found.push([])
  })
  return found
}

/** How many one event names at most: with what each may have said on leaving, a line that any client takes. */
const most = 256

// In parts of one size, so that none of them is no crowd any more.
const inParts = (places: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => {
  const parts = Math.ceil(places.length / most)
  return Array.from({ length: parts }, (_, part) =>
    places.slice(Math.floor((part * places.length) / parts), Math.floor(((part + 1) * places.length) / parts))
  )
}

const presenceOf = (stretch: ReadonlyArray<Told>): Told | undefined => {
  const moves = stretch.flatMap(({ event }) => (event._tag === "Joined" || event._tag === "Left" ? [event] : []))
  const joined = moves.flatMap((move) => (move._tag === "Joined" ? [move.member] : []))
  const left = moves.flatMap((move) => (move._tag === "Left" ? [{ member: move.member, code: move.code, reason: move.reason }] : []))
  const first = moves[0]
  const last = moves.at(-1)
  const audience = stretch.at(-1)?.audience
  if (first === undefined || last === undefined || audience === undefined) return undefined
  if (joined.length <= crowd && left.length <= crowd) return undefined
  const { at, room, seq } = last
  // Whoever comes is not among those who are told of it.
  const here = audience.length + (last._tag === "Joined" ? 1 : 0)
  const presence: Presence = { _tag: "Presence", first: first.seq, seq, at, room, here, joined, left }
  return { event: presence, audience, toRoom: true, author: undefined }
}
