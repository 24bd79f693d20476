import type { Event, Joined, Left, Member, Presence } from "../../domain/Event.ts"
import { crowd } from "../../domain/wording.ts"
import type { Envelope } from "../chat/Hub.ts"
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
  for (const stretch of stretches(told)) {
    const parts = inParts(stretch)
    parts.forEach((places, part) => {
      const at = (places: ReadonlyArray<number>) => places.flatMap((place) => told[place] ?? [])
      const presence = presenceOf(at(places), at(parts.slice(part + 1).flat()))
      if (presence === undefined) return
      for (const place of places) instead.set(place, undefined)
      instead.set(places.at(-1) ?? 0, presence)
    })
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

const movesOf = (told: ReadonlyArray<Told>): ReadonlyArray<Joined | Left> =>
  told.flatMap(({ event }) => (event._tag === "Joined" || event._tag === "Left" ? [event] : []))

const comersOf = (moves: ReadonlyArray<Joined | Left>): ReadonlyArray<Member> =>
  moves.flatMap((move) => (move._tag === "Joined" ? [move.member] : []))

// One part of a stretch, and what comes after it in that.
const presenceOf = (part: ReadonlyArray<Told>, after: ReadonlyArray<Told>): Told | undefined => {
  const moves = movesOf(part)
  const joined = comersOf(moves)
  const left = moves.flatMap((move) => (move._tag === "Left" ? [{ member: move.member, code: move.code, reason: move.reason }] : []))
  const first = moves[0]
  const last = moves.at(-1)
  const told = part.at(-1)?.audience
  if (first === undefined || last === undefined || told === undefined) return undefined
  if (joined.length <= crowd && left.length <= crowd) return undefined
  const { at, room, seq } = last
  const { audience, here } = atThatTime(told, last, movesOf(after))
  const presence: Presence = { _tag: "Presence", first: first.seq, seq, at, room, here, joined, left }
  return { event: presence, audience, toRoom: true, author: undefined }
}

// What has waited is for those who were there in the end: of these, whoever
// came after this moment hears nothing of it, and whoever left after it was here.
const atThatTime = (told: Told["audience"], last: Joined | Left, after: ReadonlyArray<Joined | Left>) => {
  // Whoever comes is not among those who are told of it.
  if (after.length === 0) return { audience: told, here: told.length + (last._tag === "Joined" ? 1 : 0) }
  const late = new Set(comersOf([last, ...after]).map(({ id }) => id))
  const audience = told.filter(({ member }) => member === undefined || !late.has(member.id))
  const here = new Set(audience.map(({ id, member }) => member?.id ?? id))
  for (const move of after) if (move._tag === "Left" && !late.has(move.member.id)) here.add(move.member.id)
  if (last._tag === "Joined") here.add(last.member.id)
  return { audience, here: here.size }
}
