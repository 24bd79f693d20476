import { type Audience, type Chat, type Decision, type Envelope, type Membership, membershipIn, type Origin, type Person, roomOf, roomWith, type Seat, withPerson } from "./Chat.ts"
import type { Event } from "./Event.ts"
import type { Member } from "./Member.ts"
import type { Resumption } from "./Reply.ts"
import { remembered } from "./history.ts"
import { keepAlso, keepOwn, keepRoom } from "./keeping.ts"
import { Refusal } from "./Refusal.ts"
import * as Room from "./Room.ts"
import { type AskedRoom, lobby, type RoomKey } from "./RoomName.ts"
import { isMaskedOut } from "./masks.ts"
import { isAtLeast } from "./Role.ts"
import { sanctionOn } from "./sanctions.ts"
import { lengthOf } from "./lengths.ts"
import { Text } from "./Text.ts"

/** The client that asks: its connection, the way to answer it, and the person it is once it has come in. */
export interface Asker<Peer> {
  readonly origin: Origin
  readonly seat: Seat<Peer>
  readonly person: Person<Peer> | undefined
}

/** The fields that everything has that an entry tells. */
export interface InLog {
  /** The number of the envelope. */
  readonly n: number
  readonly at: number
}

/** The fields that everything told to a whole room has. */
export interface InRoom extends InLog {
  readonly seq: number
  readonly room: Room.Room<unknown>["name"]
}

/** Nothing happens: nobody is told anything. */
export const nothing = <Peer>(chat: Chat<Peer>): Decision<Peer> => ({ chat, told: [] })

/** Two decisions in sequence: the second starts from the state that the first leaves. */
export const andThen = <Peer>({ chat, told }: Decision<Peer>, next: (chat: Chat<Peer>) => Decision<Peer>): Decision<Peer> => {
  const then = next(chat)
  return told.length === 0 ? then : { chat: then.chat, told: [...told, ...then.told] }
}

/** What comes of one thing after the other: each starts from the state that the one before leaves. */
export const inSequence = <Peer, A>(chat: Chat<Peer>, things: ReadonlyArray<A>, then: (chat: Chat<Peer>, thing: A) => Decision<Peer>): Decision<Peer> =>
  things.reduce((decision, thing) => andThen(decision, (next) => then(next, thing)), nothing(chat))

/** Tells an event to the clients in `audience` only, and to no room as a whole. */
export const tellFew = <Peer>(chat: Chat<Peer>, from: Origin | undefined, audience: Audience<Peer>, event: (at: InLog) => Event): Decision<Peer> => {
  const n = chat.seq + 1
  const told = event({ n, at: chat.at })
  return tell(keepOwn(chat, audience, n, told), { seq: n, event: told, audience, from })
}

/** Tells one who comes back what it has missed, in one piece; that itself is not kept to be told again. */
export const tellAgain = <Peer>(chat: Chat<Peer>, from: Origin, seat: Seat<Peer>, resumption: Resumption): Decision<Peer> =>
  tell(chat, { seq: chat.seq + 1, event: resumption, audience: [seat], from })

/**
 * Tells an event to a whole room, under the room's next number. `audience`
 * narrows the recipients to a part of the room's seats; without it, all get the event.
 */
export const tellRoom = <Peer>(
  chat: Chat<Peer>,
  from: Origin | undefined,
  key: RoomKey,
  event: (at: InRoom) => Event,
  audience?: Audience<Peer>
): Decision<Peer> => {
  const room = roomOf(chat, key)
  const n = chat.seq + 1
  const seq = room.seq + 1
  const told = event({ n, seq, at: chat.at, room: room.name })
  return {
    chat: remembered(keepRoom(chat, room, { n, seq }, told), key, n, told),
    told: [{ seq: n, event: told, audience: audience ?? room.seats, room: room.name, from }]
  }
}

/**
 * Tells what is of a person and not of a room, such as another name, once to all
 * who share one of these rooms with it. The event bears one of them, the lobby if
 * it is among them, and that room's next number.
 */
export const tellPerson = <Peer>(chat: Chat<Peer>, from: Origin | undefined, rooms: ReadonlyArray<Membership>, event: (at: InRoom) => Event): Decision<Peer> => {
  const key = (rooms.find(({ room }) => room === lobby) ?? rooms[0])?.room
  // Nobody shares a room with who is in none.
  if (key === undefined) return tellFew(chat, from, [], ({ at, n }) => event({ n, at, room: lobby, seq: roomOf(chat, lobby).seq }))
  const others = rooms.filter(({ room }) => room !== key)
  const { chat: next, told: [envelope] } = tellRoom(chat, from, key, event)
  if (envelope === undefined || others.length === 0) return { chat: next, told: envelope === undefined ? [] : [envelope] }
  const also = new Set<Seat<Peer>>()
  let kept = next
  for (const { room } of others) {
    const other = roomOf(kept, room)
    for (const seat of Room.seatsOutside(other.seats, envelope.audience)) also.add(seat)
    kept = keepAlso(kept, other, envelope.seq, envelope.event)
  }
  return { chat: kept, told: [also.size === 0 ? envelope : { ...envelope, also: [...also] }] }
}

const tell = <Peer>(chat: Chat<Peer>, envelope: Envelope<Peer>): Decision<Peer> => ({
  chat: { ...chat, seq: envelope.seq },
  told: [envelope]
})

/** Nothing changes; the asker alone is told why. Refusals that `apply` decides are worded from names and texts that are safe to show already. */
export const refused = <Peer>(chat: Chat<Peer>, { origin, seat }: Asker<Peer>, { code, message, ref, wait }: Refusal): Decision<Peer> =>
  tellFew(chat, origin, [seat], ({ at, n }) => ({ _tag: "Refused", n, at, code, message: Text.make(message), wait, ref }))

/** The refusal of a client that has not come in and asks for what only members can do: `what`, such as "say something". */
export const notJoined = (what: string, ref?: string): Refusal =>
  new Refusal({ code: "not-joined", message: `Say hello with a name before you ${what}.`, ref })

/** The refusal of who means a room and is not in it, or is in none. */
const notInRoom = (room: AskedRoom | undefined, ref?: string): Refusal =>
  new Refusal({
    code: "not-in-room",
    message: room === undefined ? "You are in no room: enter one first, with /join ROOM." : `You are not in #${room.name}: enter it first, with /join ${room.name}.`,
    ref
  })

/** A person, and the room that it means: the one it names, or else its current one. It is in that room. */
export interface Meant<Peer> {
  readonly person: Person<Peer>
  readonly room: Room.Room<Peer>
  readonly membership: Membership
}

/** What a client means that asks for something in a room; or the refusal of one that has not come in, or is not there. */
export const meant = <Peer>(
  chat: Chat<Peer>,
  { person }: Asker<Peer>,
  named: AskedRoom | undefined,
  { ref, what }: { readonly what: string; readonly ref?: string | undefined }
): Meant<Peer> | Refusal => {
  if (person === undefined) return notJoined(what, ref)
  const key = named === undefined ? person.current : named.key
  const membership = key === undefined ? undefined : membershipIn(person, key)
  return membership === undefined ? notInRoom(named, ref) : { person, membership, room: roomOf(chat, membership.room) }
}

/** The chat that remembers that this person has just said something. */
export const spoken = <Peer>(chat: Chat<Peer>, person: Person<Peer>): Chat<Peer> =>
  person.status.spoke === chat.at ? chat : withPerson(chat, { ...person, status: { ...person.status, spoke: chat.at } })

/** Tells a room what somebody says or does there, who is in it, or outside of it where also those are heard; a client that may not is refused. */
export const speak = <Peer>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  named: AskedRoom | undefined,
  { ref, what }: { readonly what: string; readonly ref?: string | undefined },
  event: (from: Member, at: InRoom) => Event
): Decision<Peer> => speakLines(chat, asker, named, { ref, what }, [event])

/** The same of what is told by several events, one behind the other. */
export const speakLines = <Peer>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  named: AskedRoom | undefined,
  { ref, what }: { readonly what: string; readonly ref?: string | undefined },
  events: ReadonlyArray<(from: Member, at: InRoom) => Event>
): Decision<Peer> =>
  speaking(chat, asker, named, { ref, what }, ({ membership, person, room }) => {
    const told = inSequence(spoken(chat, person), events, (next, event) => tellRoom(next, asker.origin, room.key, (at) => event(person.member, at)))
    return membership === undefined ? withAuthor(told, person.seat) : told
  })

/** Decides what somebody says who may speak in a room; a client that may not is refused. */
export const speaking = <Peer>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  named: AskedRoom | undefined,
  { ref, what }: { readonly what: string; readonly ref?: string | undefined },
  then: (who: Speaking<Peer>) => Decision<Peer>
): Decision<Peer> => {
  const where = meant(chat, asker, named, { ref, what })
  const place = where instanceof Refusal ? outside(chat, asker, named) : where
  if (place === undefined) return where instanceof Refusal ? refused(chat, asker, where) : nothing(chat)
  const why = silence(chat, place, what)
  return why === undefined ? then(place) : refused(chat, asker, new Refusal({ code: why.code, message: why.message, wait: why.wait, ref }))
}

/** Somebody who speaks to a room, which it need not be in. */
interface Speaking<Peer> extends Omit<Meant<Peer>, "membership"> {
  readonly membership: Membership | undefined
}

// Who speaks to a room from outside, where that is heard.
const outside = <Peer>(chat: Chat<Peer>, { person }: Asker<Peer>, named: AskedRoom | undefined): Speaking<Peer> | undefined => {
  const room = named === undefined ? undefined : roomWith(chat, named.key)
  return person === undefined || room?.manner.isOutsideHeard !== true ? undefined : { person, room, membership: undefined }
}

/**
 * Why words of this person may not be told to a room, such as the reason of its going: who is muted there is not
 * heard in any way. `what`: what it cannot do therefore, such as "set the topic". `undefined` where they may.
 */
export const silenceIn = <Peer>(chat: Chat<Peer>, person: Person<Peer>, key: RoomKey, what = "speak"): Refusal | undefined =>
  silence(chat, { membership: membershipIn(person, key), person, room: roomOf(chat, key) }, what)

/** The same of words that are told to all its rooms at once. */
export const silenceInAny = <Peer>(chat: Chat<Peer>, person: Person<Peer>, what?: string): Refusal | undefined =>
  person.rooms.map(({ room }) => silenceIn(chat, person, room, what)).find((why) => why !== undefined)

// Why somebody may not speak in a room.
const silence = <Peer>({ at }: Chat<Peer>, { membership, person, room }: Speaking<Peer>, what: string): Refusal | undefined => {
  const muted = sanctionOn(room.mutes, person, at)
  if (muted !== undefined) {
    const wait = muted.until - at
    return new Refusal({ code: "muted", message: `You cannot ${what} in #${room.name} for ${lengthOf(wait)}: you are muted there.`, wait })
  }
  const hasVoice = membership !== undefined && isAtLeast(membership.role, "voice")
  if (hasVoice) return undefined
  if (isMaskedOut(room.masks, "mute", person)) return new Refusal({ code: "muted", message: `You cannot ${what} in #${room.name}: you are muted there.` })
  if (room.manner.isModerated) return new Refusal({ code: "muted", message: `You cannot ${what} in #${room.name}: only those can whom its operators give a voice.` })
  const isBanned = membership === undefined && (sanctionOn(room.bans, person, at) !== undefined || isMaskedOut(room.masks, "ban", person))
  return isBanned ? new Refusal({ code: "banned", message: `You cannot ${what} in #${room.name}: you are banned there.` }) : undefined
}

// An author outside of the room is told, too: that is the receipt.
const withAuthor = <Peer>({ chat, told }: Decision<Peer>, seat: Seat<Peer>): Decision<Peer> => ({
  chat: told.reduce((next, { event, seq }) => keepOwn(next, [seat], seq, event), chat),
  told: told.map((envelope) => ({ ...envelope, also: [seat] }))
})
