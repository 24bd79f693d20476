import type { MemberId, Reply } from "../../domain/Event.ts"
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

// A merge of two audiences in the order of joining: a seat that is missing has left, and one that is new has come, a newcomer
// at the end, and who is back in between. A seat with another peer is that of somebody who was lost, or is back.
// In audiences of another order, those who changed places count as gone and come again, and are still told every line.
const compare = (
  before: Audience,
  after: Audience,
  { came, left }: { readonly left: (seat: Seat<Peer>) => void; readonly came: (seat: Seat<Peer>) => void }
): void => {
  let next = 0
  for (const seat of before) {
    let other = after[next]
    while (other !== undefined && other.peer !== seat.peer && isBefore(other, seat)) {
      came(other)
      other = after[next += 1]
    }
    if (other === undefined || (other.peer !== seat.peer && other.id !== seat.id)) left(seat)
    else {
      next += 1
      if (other.peer === seat.peer) continue
      left(seat)
      came(other)
    }
  }
  for (; next < after.length; next += 1) {
    const seat = after[next]
    if (seat !== undefined) came(seat)
  }
}

// Whether a member came in before another one, by the numbers in their ids: looked at only where two audiences differ.
const isBefore = ({ id: one }: Seat<Peer>, { id: other }: Seat<Peer>): boolean =>
  one !== undefined && other !== undefined && Number(one.slice(1)) < Number(other.slice(1))
