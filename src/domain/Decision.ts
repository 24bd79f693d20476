import { type Audience, type Chat, type Decision, type Envelope, type Origin, type Person, roomOf, type Seat } from "./Chat.ts"
import type { Event, Member, Resumption } from "./Event.ts"
import { keepOwn, keepRoom } from "./keeping.ts"
import { Refusal } from "./Refusal.ts"
import type { RoomName } from "./RoomName.ts"
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
  readonly room: RoomName
}

/** Nothing happens: nobody is told anything. */
export const nothing = <Peer>(chat: Chat<Peer>): Decision<Peer> => ({ chat, told: [] })

/** Two decisions in sequence: the second starts from the state that the first leaves. */
export const andThen = <Peer>({ chat, told }: Decision<Peer>, next: (chat: Chat<Peer>) => Decision<Peer>): Decision<Peer> => {
  const then = next(chat)
  return { chat: then.chat, told: [...told, ...then.told] }
}

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
  name: RoomName,
  event: (at: InRoom) => Event,
  audience?: Audience<Peer>
): Decision<Peer> => {
  const room = roomOf(chat, name)
  const n = chat.seq + 1
  const seq = room.seq + 1
  const told = event({ n, seq, at: chat.at, room: name })
  return tell(keepRoom(chat, { ...room, seq }, n, told), {
    seq: n,
    event: told,
    audience: audience ?? room.seats,
    room: name,
    from
  })
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

/** Tells a room what a member says or does there; a client that has not come in is refused. */
export const speak = <Peer>(
  chat: Chat<Peer>,
  asker: Asker<Peer>,
  room: RoomName,
  { ref, what }: { readonly what: string; readonly ref?: string | undefined },
  event: (from: Member, at: InRoom) => Event
): Decision<Peer> => {
  const { person } = asker
  return person === undefined
    ? refused(chat, asker, notJoined(what, ref))
    : tellRoom(chat, asker.origin, room, (at) => event(person.member, at))
}
