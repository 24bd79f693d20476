/** Who is lost, kept for a while, and back again or gone. */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import { used } from "./accounts.ts"
import { type Attachment, type Chat, type ClientId, type Decision, type Heard, membershipIn, type Origin, type Person, type Place, personOf, personWith, roomOf, roomWith, withPerson, withRoom } from "./Chat.ts"
import { withoutDuty } from "./command/duty.ts"
import * as Deadlines from "./Deadlines.ts"
import { departing } from "./departed.ts"
import { andThen, type Asker, nothing, refused, silenceInAny, tellAgain, tellFew, tellPerson } from "./Decision.ts"
import type { Event } from "./Event.ts"
import type { MemberId } from "./Member.ts"
import type { Resumption } from "./Reply.ts"
import type { LeaveCode } from "./LeaveCode.ts"
import { keepNothingFor, replayFor, trim } from "./keeping.ts"
import { aged } from "./history.ts"
import { aged as agedLetters } from "./letters.ts"
import { settle, stateOf, unseated } from "./membership.ts"
import { unnamed } from "./names.ts"
import type { Claim } from "./Place.ts"
import { Refusal } from "./Refusal.ts"
import * as Room from "./Room.ts"
import { clean, type Text } from "./Text.ts"
import { tellArrival, tellWatchers, unwatching } from "./watch.ts"

/** How many deadlines are met in one step: thousands may be lost at once, and each is told to all who stay. */
const dueAtOnce = 256

/** How a connection has ended. */
interface End {
  readonly client: ClientId
  readonly code: LeaveCode
  readonly reason?: Text | undefined
}

/** Somebody leaves for good, and the room is told; the parting words of who is muted in a room are not. A client that had not come in leaves without a word to anybody. */
export const leave = <Peer>(before: Chat<Peer>, { client, code, reason }: End): Decision<Peer> => {
  const chat = ended(before, client)
  const person = personOf(chat, client)
  return person === undefined ? nothing(chat) : leaveAs(chat, person, { code, reason: code === "quit" && silenceInAny(chat, person) !== undefined ? undefined : reason })
}

/**
 * The connection of a client is lost. Who can come back keeps name and place,
 * and nobody is told yet; everybody else leaves.
 */
export const drop = <Peer>(before: Chat<Peer>, end: End): Decision<Peer> => {
  const chat = ended(before, end.client)
  const person = personOf(chat, end.client)
  if (person === undefined) return nothing(chat)
  const { place } = person
  if (place === undefined || !hasRoomFor(chat, place)) return leaveAs(chat, person, end)
  const { code, reason } = end
  const seat = { id: person.seat.id, peer: undefined }
  const attachment: Attachment = { _tag: "Detached", since: chat.at, told: false, code, reason, heard: place.key === undefined && person.account === undefined ? undefined : heardBy(chat, person) }
  const lost = withPerson({ ...chat, clients: HashMap.remove(chat.clients, person.client) }, { ...person, seat, attachment })
  return nothing(waiting(count(inRooms(lost, person, (room) => Room.reseated(room, seat)), place, 1), person, toldOfAt(chat, place, chat.at)))
}

// When others are told of somebody who was lost at this time: not before its client could be back, which after it has just been back takes longer.
const toldOfAt = ({ keep }: Pick<Chat<unknown>, "keep">, { resumedAt = -Infinity }: Place, since: number): number =>
  Math.min(Math.max(since, resumedAt + keep.resumeEvery) + keep.quietFor, since + keep.for)

/** Somebody leaves for good, and the connection that it may have ends: its client goes on over another one, as somebody else. */
export const replaced = <Peer>(chat: Chat<Peer>, person: Person<Peer>, from: Origin): Decision<Peer> => {
  const ended = person.attachment._tag === "Here" ? superseded(chat, person, from) : nothing(chat)
  return andThen(ended, (chat) => leaveAs(chat, person, { code: "resumed", reason: clean("has come over another connection") }))
}

/** Somebody leaves for good whose id is known, connected or not. */
export const leaveAs = <Peer>(chat: Chat<Peer>, person: Person<Peer>, { code, reason }: Pick<End, "code" | "reason">): Decision<Peer> => {
  const { attachment, member } = person
  const wasTold = attachment._tag === "Detached" && attachment.told
  const told = tellPerson(without(chat, person), originOf(person), person.rooms, ({ at, n, room, seq }) => ({
    _tag: "Left",
    n,
    seq,
    at,
    room,
    member,
    code,
    reason,
    ...(wasTold ? { detached: true as const } : {})
  }))
  const seen = wasTold ? told : tellWatchers(told, person, { is: "gone" })
  return person.rooms.reduce((decision, membership) => andThen(decision, (chat) => settle(chat, membership)), seen)
}

/**
 * What is due by this time comes about: those who were lost a moment ago are told of,
 * those who have not come back in time are gone, and what is too old is not kept
 * any more. A bounded number at a time: `nextDeadline` says whether more is due.
 */
export const expire = <Peer>(before: Chat<Peer>, by: number): Decision<Peer> => {
  let decision = nothing(before)
  for (let n = 0; n < dueAtOnce; n += 1) {
    const deadline = Deadlines.first(decision.chat.deadlines)
    if (deadline === undefined || deadline.at > by) break
    decision = andThen(decision, (chat) => meet({ ...chat, deadlines: Deadlines.remove(chat.deadlines, deadline) }, deadline))
  }
  return decision
}

const meet = <Peer>(chat: Chat<Peer>, { at, due }: Deadlines.Deadline): Decision<Peer> => {
  if (due._tag === "Past") return nothing(aged(chat, due.room, Math.max(chat.at, at)))
  if (due._tag === "Letters") return nothing(agedLetters(chat, due.account, Math.max(chat.at, at)))
  if (due._tag !== "Place") return nothing(trim(chat, due, Math.max(chat.at, at)))
  const person = personWith(chat, due.id)
  if (person?.attachment._tag !== "Detached") return nothing(chat)
  const { attachment } = person
  return attachment.told ? leaveAs(chat, person, attachment) : tellDetached(chat, person, attachment)
}

// The others are told: from now on this person is not here.
const tellDetached = <Peer>(chat: Chat<Peer>, person: Person<Peer>, attachment: Extract<Attachment, { readonly _tag: "Detached" }>): Decision<Peer> => {
  const { code, reason, since } = attachment
  const until = since + chat.keep.for
  const away = waiting(withPerson(chat, { ...person, attachment: { ...attachment, told: true } }), person, until)
  const next = inRooms(away, person, (room) => Room.left(room, person.member.id, away.people))
  const told = tellPerson(next, originOf(person), person.rooms, ({ at, n, room, seq }) => ({ _tag: "Detached", n, seq, at, room, member: person.member, code, reason, until }))
  return tellWatchers(told, person, { is: "gone" })
}

/**
 * A client with the secret of this person takes the place up: as who the person
 * is, with all that it has missed. The connection before ends, if it was not lost.
 */
export const resume = <Peer>(before: Chat<Peer>, asker: Asker<Peer>, person: Person<Peer>, place: Place, claim: Claim): Decision<Peer> => {
  const hasty = tooSoon(before, place)
  if (hasty !== undefined) return refused(before, asker, hasty)
  // What a client has heard as somebody else, or at another start of the server, counts for nothing.
  const { seen } = claim
  const knows = seen?.id === person.member.id && seen.n <= before.seq
  // To a program that was started again, the marks of its commands before mean nothing. They are kept all the same: this hello
  // may be one that was long on its way, over a connection that the client has given up since.
  const last = knows ? place.last : undefined
  return comeBack(before, asker, person, { ...place, neighbourhood: claim.neighbourhood }, { heard: knows ? seen.n : place.since, last })
}

/** Why a place cannot be taken up now, by whoever it may be: it was a moment ago. */
export const tooSoon = ({ at, keep }: Pick<Chat<unknown>, "at" | "keep">, { resumedAt = -Infinity }: Place): Refusal | undefined => {
  const wait = resumedAt + keep.resumeEvery - at
  return wait > 0 ? new Refusal({ code: "too-soon", message: "You have just come back over another connection: try again in a moment.", wait }) : undefined
}

/** What is known of somebody who comes back. */
interface Known {
  /** The number up to which it has heard all. */
  readonly heard: number
  readonly last?: string | undefined
  /** How far it had heard each room, where the server counts what is lost. */
  readonly rooms?: Heard["rooms"]
  /** Who its connection was until now. */
  readonly was?: MemberId
}

/** The connection that asks is this person from now on, whose place is this one. */
export const comeBack = <Peer>(before: Chat<Peer>, asker: Asker<Peer>, person: Person<Peer>, place: Place, { heard, last, rooms, was }: Known): Decision<Peer> => {
  const { at, keep, settings: { instance, limits, server } } = before
  const { client, address } = asker.origin
  const { id } = person.member
  const from = { client, address, name: person.member.name }
  const seat = { id, peer: asker.seat.peer }
  const back: Person<Peer> = { ...person, client, address, seat, attachment: { _tag: "Here" }, place: { ...place, resumedAt: at } }
  const wasTold = person.attachment._tag === "Detached" && person.attachment.told

  const told = superseded(before, person, from)
  const chat = seated({ ...told.chat, clients: HashMap.set(told.chat.clients, client, id) }, back, wasTold)
  const { events, gaps } = replayFor(chat, back, heard)
  const lost = rooms === undefined ? 0 : lostOf(chat, back, rooms, events)
  const resumption: Resumption = {
    _tag: "Resumed",
    n: chat.seq,
    at,
    you: person.member,
    last,
    gaps,
    rooms: back.rooms.map(({ role, room: key }) => {
      const room = roomOf(chat, key)
      return { room: room.name, seq: room.seq, here: room.seats.length, ...stateOf(chat, room, role) }
    }),
    server,
    instance,
    limits,
    keep: keep.for,
    ...(lost > 0 ? { lost } : {}),
    replay: events,
    was
  }
  const decision = andThen({ chat, told: told.told }, (chat) => tellAgain(chat, from, seat, resumption))
  return wasTold
    ? tellArrival(andThen(decision, (chat) => tellPerson(chat, from, person.rooms, ({ at, n, room, seq }) => ({ _tag: "Returned", n, seq, at, room, member: person.member }))), person)
    : decision
}

const heardBy = <Peer>(chat: Chat<Peer>, { rooms }: Person<Peer>): Heard => ({ n: chat.seq, rooms: rooms.map(({ room }) => ({ room, seq: roomOf(chat, room).seq })) })

// How many numbers of these rooms are not among what is told again. Of a room that this person was put out of meanwhile, those until then count.
const lostOf = <Peer>(chat: Chat<Peer>, person: Person<Peer>, heard: Heard["rooms"], events: ReadonlyArray<Event>): number => {
  let lost = 0
  for (const { room: key, seq } of heard) {
    const room = roomWith(chat, key)
    const last = membershipIn(person, key) === undefined ? person.place?.stays.findLast((stay) => stay.room === key)?.last : room
    let told = 0
    for (const event of events) {
      if (!("seq" in event) || event.room !== room?.name || event._tag === "Entered" || event.seq <= seq) continue
      told += event._tag === "Presence" ? event.seq - Math.max(seq, event.first - 1) : 1
    }
    lost += Math.max(0, (last?.seq ?? seq) - seq - told)
  }
  return lost
}

// The connection that this person had is told that it ends, and is void from now on. It has no seat any more, so nothing of that is kept.
const superseded = <Peer>(chat: Chat<Peer>, person: Person<Peer>, from: Origin): Decision<Peer> => {
  if (person.attachment._tag === "Detached") return nothing(recalled(chat, person, person.attachment))
  const clients = HashMap.remove(chat.clients, person.client)
  const next = { ...chat, clients, superseded: HashSet.add(chat.superseded, person.client) }
  const seat = { id: undefined, peer: person.seat.peer }
  return tellFew(next, from, [seat], ({ at, n }) => ({ _tag: "Goodbye", n, at, code: "resumed", reason: clean("you have come back over another connection") }))
}

const seated = <Peer>(before: Chat<Peer>, person: Person<Peer>, wasTold: boolean): Chat<Peer> => {
  const chat = withPerson(before, person)
  return inRooms(chat, person, (room) => (wasTold ? Room.entered(room, person) : Room.reseated(room, person.seat)))
}

// The chat in which each room that this person is in is changed so.
const inRooms = <Peer>(chat: Chat<Peer>, { rooms }: Person<Peer>, change: (room: Room.Room<Peer>) => Room.Room<Peer>): Chat<Peer> =>
  rooms.reduce((next, { room }) => withRoom(next, change(roomOf(next, room))), chat)

const originOf = <Peer>({ address, client, member }: Person<Peer>): Origin => ({ client, address, name: member.name })

// A connection that has ended is not remembered.
const ended = <Peer>(chat: Chat<Peer>, client: ClientId): Chat<Peer> =>
  HashSet.has(chat.superseded, client) ? { ...chat, superseded: HashSet.remove(chat.superseded, client) } : chat

const without = <Peer>(before: Chat<Peer>, person: Person<Peer>): Chat<Peer> => {
  const { attachment, client, member: { id }, name } = person
  const chat = attachment._tag === "Detached" ? recalled(before, person, attachment) : before
  const people = HashMap.remove(chat.people, id)
  const next = keepNothingFor({ ...withoutDuty(unnamed(unwatching(departing(used(chat, person.account), person), person), id, name), id), people, clients: HashMap.remove(chat.clients, client) }, person)
  return person.rooms.reduce((chat, { room }) => unseated(chat, person, room), next)
}

// The chat in which a place is looked at again at this time.
const waiting = <Peer>(chat: Chat<Peer>, { member: { id } }: Person<Peer>, at: number): Chat<Peer> => ({
  ...chat,
  deadlines: Deadlines.add(chat.deadlines, { at, due: { _tag: "Place", id } })
})

// The chat in which the place of somebody who was detached is waited for no more.
const recalled = <Peer>(chat: Chat<Peer>, { member: { id }, place }: Person<Peer>, { since, told }: Extract<Attachment, { readonly _tag: "Detached" }>): Chat<Peer> => {
  if (place === undefined) return chat
  const at = told ? since + chat.keep.for : toldOfAt(chat, place, since)
  return count({ ...chat, deadlines: Deadlines.remove(chat.deadlines, { at, due: { _tag: "Place", id } }) }, place, -1)
}

const detachedOf = <Peer>({ detached }: Chat<Peer>, { neighbourhood }: Place): number => Option.getOrElse(HashMap.get(detached.by, neighbourhood), () => 0)

const hasRoomFor = <Peer>(chat: Chat<Peer>, place: Place): boolean => {
  const { most, mostOfNeighbourhood } = chat.keep
  return chat.detached.all < most && detachedOf(chat, place) < mostOfNeighbourhood
}

const count = <Peer>(chat: Chat<Peer>, place: Place, by: 1 | -1): Chat<Peer> => {
  const { all, by: before } = chat.detached
  const of = detachedOf(chat, place) + by
  const after = of === 0 ? HashMap.remove(before, place.neighbourhood) : HashMap.set(before, place.neighbourhood, of)
  return { ...chat, detached: { all: all + by, by: after } }
}
