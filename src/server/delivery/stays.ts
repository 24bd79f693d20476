import type { MemberId, Reply } from "../../domain/Event.ts"
import type { Seat } from "../../domain/Chat.ts"
import type { Peer } from "../chat/Peer.ts"

type Audience = ReadonlyArray<Seat<Peer>>

/** One thing that a batch tells a room. */
export interface Line {
  /** Where in the batch it stands. */
  readonly place: number
  readonly event: Reply
  readonly audience: Audience
}

/** All that a batch tells one room, in order. */
export interface Log {
  readonly lines: ReadonlyArray<Line>
  /** Which of the lines are whose own words. */
  readonly own: ReadonlyMap<MemberId, ReadonlyArray<number>>
}

/** What of a room's log one is told who is there from its first line to its last; both belong to it. */
export interface Stay {
  readonly log: Log
  readonly first: number
  readonly last: number
}

/** Who is told what of a room's log. */
export interface Stays {
  readonly each: (told: (stay: Stay, seats: Audience) => void) => void
  /** Whether somebody left and came again: then there are two stays of one client. */
  readonly isTwice: boolean
}

/**
 * Who is in a room for how much of a batch. A member list stays one array until
 * somebody joins or leaves, so only where it changes are two lists compared:
 * that costs a nanosecond a seat, and most batches have one list.
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
        gone.push([seat, stay(came.get(seat.peer) ?? 0, index - 1)])
        came.delete(seat.peer)
        left.add(seat.peer)
      },
      came: ({ peer }) => {
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
      else for (const seat of audience) told(stay(came.get(seat.peer) ?? 0, end), [seat])
    }
  }
}

// Members stand in the order of joining: whoever is missing has left, and newcomers stand at the end.
// Of a list in another order, those who moved count as gone and come again, which tells them the same.
const compare = (
  before: Audience,
  after: Audience,
  { came, left }: { readonly left: (seat: Seat<Peer>) => void; readonly came: (seat: Seat<Peer>) => void }
): void => {
  let next = 0
  for (const seat of before) {
    if (after[next]?.peer === seat.peer) next += 1
    else left(seat)
  }
  for (; next < after.length; next += 1) {
    const seat = after[next]
    if (seat !== undefined) came(seat)
  }
}
