import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { type Chat, membershipIn, type Person, roomWith, withPerson } from "../Chat.ts"
import { notJoined, refused } from "../Decision.ts"
import { lengthOf } from "../lengths.ts"
import { isMasked, isMaskedOut } from "../masks.ts"
import * as membership from "../membership.ts"
import { Proof } from "../Place.ts"
import { Refusal } from "../Refusal.ts"
import * as Room from "../Room.ts"
import { AskedRoom } from "../RoomName.ts"
import { parse as parseRoom } from "../roomNames.ts"
import { sanctionOn } from "../sanctions.ts"
import { type CommandForm, type Decides, messageForm, type Request } from "./Definition.ts"
import { withWord } from "./word.ts"

/** Enter a room, which is made where there is none yet; for who is in it already, it is the current one again. `word`: the proof of the room's word. */
export const Enter = Schema.TaggedStruct("Enter", { room: AskedRoom, word: Schema.optional(Proof) })
export type Enter = typeof Enter.Type

/** An `Enter` as programs send it. */
export const EnterMessage = Schema.TaggedStruct("Enter", { room: Schema.String, word: Schema.optional(Schema.String) })

const entering = (raw: string, word: string | undefined): Request | Refusal => {
  const room = parseRoom(raw)
  if (room instanceof Refusal) return room
  return withWord(word, { _tag: "Enter", room })
}

/** The command `/join`. */
export const enter: CommandForm<Enter> = {
  message: messageForm("Enter", EnterMessage, ({ room, word }) => entering(room, word)),
  line: {
    name: "/join",
    args: "ROOM [WORD]",
    help: "enters a room, or makes it",
    takesName: false,
    read: (rest) => {
      const [, room = "", word = ""] = /^(\S*)\s*(.*)$/su.exec(rest.trim()) ?? []
      return room === "" ? new Refusal({ code: "room-name", message: "Type /join ROOM, or /join ROOM WORD where the room is locked." }) : entering(room, word)
    }
  },
  send: ({ room }) => ({ _tag: "Enter", room: room.name })
}

/** What comes of it. */
export const decideEnter: Decides<Enter> = (chat, asker, { room: { key, name }, word }) => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("enter a room"))
  const room = roomWith(chat, key)
  const known = membershipIn(person, key)
  if (room !== undefined && known !== undefined) {
    return membership.tellEntered(withPerson(chat, { ...person, current: key }), origin, person, room, known.role, 0)
  }
  const why = room === undefined ? hindranceToMake(chat, person) : hindrance(chat, person, room, word)
  if (why !== undefined) return refused(chat, asker, why)
  const isNew = room === undefined
  return membership.enter(chat, origin, person, room ?? Room.empty({ key, name }, chat.seq, chat.at), isNew ? "owner" : "member")
}

const hindranceToMake = <Peer>(chat: Chat<Peer>, person: Person<Peer>): Refusal | undefined =>
  inTooMany(chat, person) ??
  (chat.bounds.rooms > roomCount(chat)
    ? undefined
    : new Refusal({ code: "too-many-rooms", message: `There are ${chat.bounds.rooms} rooms already, and no more are made here: /rooms shows them.` }))

const roomCount = ({ rooms }: Chat<unknown>): number => HashMap.size(rooms)

const inTooMany = <Peer>({ bounds }: Chat<Peer>, { rooms }: Person<Peer>): Refusal | undefined =>
  rooms.length < bounds.roomsOfPerson
    ? undefined
    : new Refusal({ code: "too-many-rooms", message: `You are in ${rooms.length} rooms, and can be in no more at once: leave one first, with /leave ROOM.` })

// Why this person cannot enter this room now.
const hindrance = <Peer>(chat: Chat<Peer>, person: Person<Peer>, room: Room.Room<Peer>, word: Proof | undefined): Refusal | undefined => {
  const ban = sanctionOn(room.bans, person, chat.at)
  if (ban !== undefined) {
    const wait = ban.until - chat.at
    return new Refusal({ code: "banned", message: `You cannot enter #${room.name} for ${lengthOf(wait)}: you are banned there.`, wait })
  }
  if (room.invited.some(({ id, until }) => id === person.member.id && until > chat.at)) return inTooMany(chat, person)
  if (isMaskedOut(room.masks, "ban", person)) return new Refusal({ code: "banned", message: `You cannot enter #${room.name}: you are banned there.` })
  const { limit, lock } = room
  const isAdmitted = lock?.word === undefined ? isMasked(room.masks, "invite-exception", person) : lock.word === word
  if (lock !== undefined && !isAdmitted) {
    const how = lock.word === undefined ? "ask somebody in it to invite you" : `type /join ${room.name} WORD, or be invited`
    return new Refusal({ code: "locked", message: `#${room.name} is locked${word === undefined || lock.word === undefined ? "" : ", and that is not its word"}: ${how}.` })
  }
  if (limit !== undefined && room.seats.length >= limit) return new Refusal({ code: "room-full", message: `#${room.name} is full: it takes no more than ${limit}.` })
  return inTooMany(chat, person)
}
