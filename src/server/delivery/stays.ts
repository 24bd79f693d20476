import type { MemberId } from "../../domain/Member.ts"
import type { Reply } from "../../domain/Reply.ts"
import type { Seat } from "../../domain/Chat.ts"
import type { Peer } from "../chat/Peer.ts"

type Audience = ReadonlyArray<Seat<Peer>>

/** One event that a batch tells a room. */
export interface Line {
  /** The index of the event in the batch. */
  readonly place: number
  readonly event: Reply
  readonly audience: Audience
}

/** All that a batch tells one room, in order. */
export interface Log {
  readonly lines: ReadonlyArray<Line>
  /** By author: the indexes of the lines that are its own words. */
  readonly own: ReadonlyMap<MemberId, ReadonlyArray<number>>
  /** Who came in a crowd: the indices of the lines that tell of that. */
  readonly newcomers: ReadonlyMap<MemberId, ReadonlyArray<number>>
}

/** A range of a room's log: the lines that a client is told that is in the room from line `first` to line `last`, both included. */
export interface Stay {
  readonly log: Log
  readonly first: number
  readonly last: number
}

/** The stays of all clients of a room's log. */
export interface Stays {
  /** Calls `told` with each stay and the seats of those who are told it. */
  readonly each: (told: (stay: Stay, seats: Audience) => void) => void
  /** Whether a client left and came again, and so has two stays. */
  readonly isTwice: boolean
}

/**
 * Works out who is in a room for which lines of its log. A room's audience is
 * one array until somebody joins or leaves (copy-on-write), so two audiences are
 * compared only where the array changes: that costs a nanosecond a seat, and most
 * batches have one audience.
 */
export const staysIn = (log: Log): Stays => {
  const { lines } = log
  const end = lines.length - 1
  const came = new Map<Peer, number>()
  const gone: Array<readonly [Seat<Peer>, Stay]> = []
  const left = new Set<Peer>()
  const stays = new Map<number, Stay>()
  const stay = (first: number, last: number): Stay => {
    const key = first * lines.length + last
    const known = stays.get(key) ?? { log, first, last }
    stays.set(key, known)
    return known
  }
  let audience: Audience = lines[0]?.audience ?? []
  let isTwice = false
  lines.forEach((line, index) => {
    if (line.audience === audience) return
    compare(audience, line.audience, {
      left: (seat) => {
        if (seat.peer === undefined) return
        gone.push([seat, stay(came.get(seat.peer) ?? 0, index - 1)])
        came.delete(seat.peer)
        left.add(seat.peer)
      },
      came: ({ peer }) => {
        if (peer === undefined) return
        came.set(peer, index)
        isTwice ||= left.has(peer)
      }
    })
    audience = line.audience
  })
  const whole = stay(0, end)
  return {
    isTwice,
    each: (told) => {
      for (const [seat, part] of gone) told(part, [seat])
      if (came.size === 0) told(whole, audience)
      else for (const seat of audience) if (seat.peer !== undefined) told(stay(came.get(seat.peer) ?? 0, end), [seat])
    }
  }
}

/**
 * Tells who left and who came from one audience to the next. Most of both is the
 * same: they are compared from both ends, and what is between by sets. That takes
 * no order of the seats for granted: who is back has the old seat, and who comes to
 * another room comes after whoever is there. A seat with another peer is that of
 * somebody who was lost, or is back.
 */
export const compare = (
  before: Audience,
  after: Audience,
  { came, left }: { readonly left: (seat: Seat<Peer>) => void; readonly came: (seat: Seat<Peer>) => void }
): void => {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start]?.peer === after[start]?.peer) start += 1
  let end = 0
  while (end < shorter - start && before[before.length - 1 - end]?.peer === after[after.length - 1 - end]?.peer) end += 1
  const were = before.slice(start, before.length - end)
  const are = after.slice(start, after.length - end)
  const still = new Set(are.map(({ peer }) => peer))
  for (const seat of were) if (!still.has(seat.peer)) left(seat)
  const already = new Set(were.map(({ peer }) => peer))
  for (const seat of are) if (!already.has(seat.peer)) came(seat)
}
