import type { MemberId } from "../../domain/Member.ts"
import { authorOf, type Reply } from "../../domain/Reply.ts"
import type { RoomName } from "../../domain/RoomName.ts"
import type { Seat } from "../../domain/Chat.ts"
import type { Held } from "./crowd.ts"
import { gather, type Told } from "./gather.ts"
import { type Difference, Frames, noShare, type Share, withStay } from "./frame.ts"
import type { Peer } from "../chat/Peer.ts"
import { Retold } from "./Retold.ts"
import { type Line, type Log, type Stay, staysIn } from "./stays.ts"

/** Something that was thrown in a fan-out. */
export interface Defect {
  readonly error: unknown
  /** Whose session is to end for it: the client that could not be written to, or the author of what could not be encoded; absent where it is nobody's. */
  readonly peer: Peer | undefined
}

/**
 * The fan-out of a batch: sends each client, in one write and in order, what of
 * the batch is for it. An event is encoded once for each dialect. A client
 * without echo gets the batch without its own messages.
 *
 * What is thrown meanwhile on the way to one client, or in encoding one event,
 * keeps nothing else from being sent: it is returned. `retold`: what batches
 * before this one have told again.
 */
export const deliver = (batch: ReadonlyArray<Held>, retold = new Retold()): ReadonlyArray<Defect> => {
  const defects: Array<Defect> = []
  let pending: Array<Told> = []
  for (const { also, audience, event, isTold, room } of batch) {
    if (event._tag === "Connected" || event._tag === "Disconnected") continue
    if (event._tag === "Goodbye") {
      send(pending, retold, defects)
      pending = []
      for (const { peer } of audience) {
        try {
          peer?.farewell(event)
        } catch (error) {
          defects.push({ error, peer })
        }
      }
    } else pending.push({ event, audience, also, room, isTold })
  }
  send(pending, retold, defects)
  return defects
}

const send = (all: ReadonlyArray<Told>, retold: Retold, defects: Array<Defect>): void => {
  // Moves without an audience are gathered too: they count in what the next newcomers are told.
  const told = gather(all).filter(({ also, audience, isTold }) => isTold !== true && (audience.length > 0 || also !== undefined))
  const rooms = logsOf(told).map((log) => ({ log, stays: staysIn(log) }))
  const frames = new Frames(retold, (event, error) => {
    defects.push({ error, peer: authorIn(told, event) })
  })
  const differences = forFew(told)
  const turns = turnsIn(told)
  const nothing = noShare()

  const tell = (outbox: Peer, share: Share) => {
    const apart = differences.size === 0 ? undefined : differences.get(outbox)
    if (apart !== undefined) differences.delete(outbox)
    const turning = turns.size === 0 ? undefined : turns.get(outbox)
    try {
      if (turning !== undefined) outbox.send(turned(outbox, turning, (from, to) => frames.apart(share, outbox.dialect, apart ?? [], from, to)))
      else outbox.send(apart === undefined ? frames.share(share, outbox.dialect) : frames.apart(share, outbox.dialect, apart))
    } catch (error) {
      defects.push({ error, peer: outbox })
    }
  }
  // Who came in a crowd, and is told things in a form of its own, is told of that crowd in that form: it knows of itself already.
  const tellNewcomer = ({ id, peer }: Seat<Peer>, { first, last, log }: Stay) => {
    if (log.newcomers.size === 0 || id === undefined || peer?.knowsItself !== true) return
    for (const index of log.newcomers.get(id) ?? []) {
      const line = log.lines[index]
      if (line !== undefined && index >= first && index <= last) add(differences, peer, { place: line.place, event: line.event })
    }
  }
  const leaveOutOwn = ({ id, peer }: Seat<Peer>, { first, last, log }: Stay) => {
    if (log.own.size === 0 || id === undefined || peer === undefined || !log.own.has(id) || wantsEcho(peer, defects)) return
    const own = log.own.get(id)
    if (own === undefined) return
    for (const index of own) {
      const line = log.lines[index]
      if (line !== undefined && index >= first && index <= last) add(differences, peer, { place: line.place, event: undefined })
    }
  }

  const [only, ...others] = rooms
  if (only !== undefined && others.length === 0 && !only.stays.isTwice) {
    // The fast path: with one room, and each client in it once, nothing is collected for each client.
    only.stays.each((stay, seats) => {
      const share = withStay(nothing, stay)
      for (const seat of seats) {
        if (seat.peer === undefined) continue
        leaveOutOwn(seat, stay)
        tellNewcomer(seat, stay)
        tell(seat.peer, share)
      }
    })
  } else {
    const shares = new Map<Peer, Share>()
    for (const { stays } of rooms) {
      stays.each((stay, seats) => {
        for (const seat of seats) {
          if (seat.peer === undefined) continue
          leaveOutOwn(seat, stay)
          tellNewcomer(seat, stay)
          shares.set(seat.peer, withStay(shares.get(seat.peer) ?? nothing, stay))
        }
      })
    }
    shares.forEach((share, outbox) => {
      tell(outbox, share)
    })
  }
  // Clients that are told something and are in none of these rooms.
  for (const outbox of [...differences.keys()]) tell(outbox, nothing)
}

/** A place in the batch from which on a client may be told things in another form, and the event that says so. */
interface Turn {
  readonly place: number
  readonly event: Reply
}

// Where the batch tells clients where they are whose dialect goes by that.
const turnsIn = (told: ReadonlyArray<Told>): ReadonlyMap<Peer, ReadonlyArray<Turn>> => {
  const turns = new Map<Peer, Array<Turn>>()
  told.forEach(({ audience, event, room }, place) => {
    if (room !== undefined || !saysWhere(event)) return
    // Who enters is told so in the form before, and who leaves in the form after: so a client that is in one room then reads as ever.
    const turn = { place: event._tag === "Entered" ? place + 1 : place, event }
    for (const { peer } of audience) if (peer?.follow !== undefined) add(turns, peer, turn)
  })
  return turns
}

const saysWhere = (event: Reply): boolean =>
  event._tag === "Verbatim" ? event.turn !== undefined : whereabouts.has(event._tag)

const whereabouts: ReadonlySet<Reply["_tag"]> = new Set(["Welcome", "Entered", "Exited", "Removed", "Resumed"])

// All that the batch tells a client, each part in the form of its place.
const turned = (outbox: Peer, turns: ReadonlyArray<Turn>, part: (from: number, to: number) => Buffer): Buffer => {
  const parts: Array<Buffer> = []
  let from = 0
  for (const { event, place } of turns) {
    parts.push(part(from, place))
    outbox.follow?.(event)
    from = place
  }
  return Buffer.concat([...parts, part(from, Infinity)])
}

const wantsEcho = (peer: Peer, defects: Array<Defect>): boolean => {
  try {
    return peer.echo
  } catch (error) {
    defects.push({ error, peer })
    return true
  }
}

/** Whose event this is: of its author, where it is told to the author too, or of the only one that it is for. */
const authorIn = (told: ReadonlyArray<Told>, event: Reply): Peer | undefined => {
  const audience = told.find((each) => each.event === event)?.audience ?? []
  const author = "from" in event ? event.from.id : undefined
  const [first, ...others] = audience
  return audience.find(({ id }) => id !== undefined && id === author)?.peer ?? (others.length === 0 ? first?.peer : undefined)
}

/** What the batch tells each room: a log for each. */
const logsOf = (told: ReadonlyArray<Told>): ReadonlyArray<Log> => {
  const logs = new Map<RoomName, { readonly lines: Array<Line>; readonly own: Map<MemberId, Array<number>>; readonly newcomers: Map<MemberId, Array<number>> }>()
  told.forEach(({ audience, event, room }, place) => {
    if (room === undefined) return
    const log = logs.get(room) ?? { lines: [], own: new Map<MemberId, Array<number>>(), newcomers: new Map<MemberId, Array<number>>() }
    const author = authorOf(event)
    if (author !== undefined) add(log.own, author, log.lines.length)
    if (event._tag === "Presence") for (const { id } of event.joined) add(log.newcomers, id, log.lines.length)
    log.lines.push({ place, event, audience })
    logs.set(room, log)
  })
  return [...logs.values()]
}

/** What is for one client alone or for a few, and what those are told who are not in the room that it is for. */
const forFew = (told: ReadonlyArray<Told>): Map<Peer, Array<Difference>> => {
  const few = new Map<Peer, Array<Difference>>()
  told.forEach(({ also, audience, event, room }, place) => {
    for (const { peer } of room === undefined ? audience : (also ?? [])) if (peer !== undefined) add(few, peer, { place, event })
  })
  return few
}

const add = <K, A>(all: Map<K, Array<A>>, key: K, value: A): void => {
  const known = all.get(key)
  if (known === undefined) all.set(key, [value])
  else known.push(value)
}
