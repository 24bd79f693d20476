import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { membershipIn } from "../Chat.ts"
import { notJoined } from "../Decision.ts"
import { type Answers, messageForm, question, type QuestionForm } from "./Definition.ts"
import { refusal } from "./refusal.ts"

/** Ask which rooms there are. */
export const Rooms = Schema.TaggedStruct("Rooms", {})
export type Rooms = typeof Rooms.Type

/** How many rooms are listed at most. */
const mostListed = 100

/** The question `/rooms`, answered with a `RoomList`. */
export const rooms: QuestionForm<Rooms> = {
  message: messageForm("Rooms", Rooms, question),
  line: { name: "/rooms", args: "", help: "shows the rooms", takesName: false, read: () => question({ _tag: "Rooms" }) },
  send: (rooms) => rooms
}

/** Its answer. */
export const answerRooms: Answers<Rooms> = (chat, { person }) => {
  if (person === undefined) return refusal(chat, notJoined("see the rooms"))
  const all = [...HashMap.values(chat.rooms)]
    .map((room) => ({ room, yours: membershipIn(person, room.key) !== undefined }))
    .filter(({ room, yours }) => yours || !room.hidden)
    // One's own first, then by how many are there.
    .sort((one, other) => Number(other.yours) - Number(one.yours) || other.room.seats.length - one.room.seats.length || (one.room.key < other.room.key ? -1 : 1))
  return {
    _tag: "RoomList",
    at: chat.at,
    rooms: all.slice(0, mostListed).map(({ room: { lock, name, seats, topic }, yours }) => ({
      room: name,
      here: seats.length,
      ...(topic === undefined ? {} : { topic }),
      locked: lock !== undefined,
      yours
    })),
    more: Math.max(0, all.length - mostListed)
  }
}
