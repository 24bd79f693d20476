import * as HashMap from "effect/HashMap"
import { type Audience, type Chat, type Decision, type Envelope, type Origin, type Person, roomOf, type Seat } from "./Chat.ts"
import type { Event, Member } from "./Event.ts"
import { Refusal } from "./Refusal.ts"
import type { Room } from "./Room.ts"
import type { RoomName } from "./RoomName.ts"
import { Text } from "./Text.ts"

/** The one who asks: its connection, the way back to it, and who it is if it has come in. */
export interface Asker<Peer> {
  readonly origin: Origin
  readonly seat: Seat<Peer>
  readonly person: Person<Peer> | undefined
}

/** The fields that everything told to a whole room has. */
export interface InRoom {
  readonly seq: number
  readonly at: number
  readonly room: RoomName
}

/** Nothing happens: nobody is told anything. */
export const nothing = <Peer>(chat: Chat<Peer>): Decision<Peer> => ({ chat, told: [] })

/** One decision after another, the second in the state that the first leaves. */
export const andThen = <Peer>({ chat, told }: Decision<Peer>, next: (chat: Chat<Peer>) => Decision<Peer>): Decision<Peer> => {
  const then = next(chat)
  return { chat: then.chat, told: [...told, ...then.told] }
}

/** An event for a few, and for nobody else. */
export const tellFew = <Peer>(chat: Chat<Peer>, from: Origin | undefined, audience: Audience<Peer>, event: Event): Decision<Peer> =>
  tell(chat, { seq: chat.seq + 1, event, audience, from })

/**
 * An event for a whole room, under the room's next number. `audience` is the
 * room's seats but where it says otherwise: then it is a part of them.
 */
export const tellRoom = <Peer>(
  chat: Chat<Peer>,
  from: Origin | undefined,
  name: RoomName,
  event: (at: InRoom) => Event,
  audience?: Audience<Peer>
): Decision<Peer> => {
  const room = roomOf(chat, name)
  const seq = room.seq + 1
  return tell(withRoom(chat, { ...room, seq }), {
    seq: chat.seq + 1,
    event: event({ seq, at: chat.at, room: name }),
    audience: audience ?? room.seats,
    room: name,
    from
  })
}

const tell = <Peer>(chat: Chat<Peer>, envelope: Envelope<Peer>): Decision<Peer> => ({
  chat: { ...chat, seq: envelope.seq },
  told: [envelope]
})

/** The chat with this room as it is now. */
export const withRoom = <Peer>(chat: Chat<Peer>, room: Room<Peer>): Chat<Peer> => ({ ...chat, rooms: HashMap.set(chat.rooms, room.name, room) })

/** Nothing changes; the asker alone is told why. The words of a refusal that is decided are made of what is safe to show. */
export const refused = <Peer>(chat: Chat<Peer>, { origin, seat }: Asker<Peer>, { code, message, ref }: Refusal): Decision<Peer> =>
  tellFew(chat, origin, [seat], { _tag: "Refused", at: chat.at, code, message: Text.make(message), ref })

/** What one is told who has not come in, and wants what only members can do. */
export const notJoined = (what: string, ref?: string): Refusal =>
  new Refusal({ code: "not-joined", message: `Say hello with a name before you ${what}.`, ref })

/** What a member does before a whole room. */
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
