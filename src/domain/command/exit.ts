import * as Schema from "effect/Schema"
import { type Chat, type Decision, type Membership, type Origin, type Person, roomOf } from "../Chat.ts"
import { andThen, meant, refused, silenceIn, tellFew, tellRoom } from "../Decision.ts"
import * as membership from "../membership.ts"
import { Refusal } from "../Refusal.ts"
import { AskedRoom } from "../RoomName.ts"
import { parse as parseRoom } from "../roomNames.ts"
import { Text } from "../Text.ts"
import { command, type CommandForm, type Decides, messageForm } from "./Definition.ts"
import { inRoom } from "./text.ts"

/** Leave a room, the current one where none is named, and stay in the others. `stays`: whether the last room is not left. */
export const Exit = Schema.TaggedStruct("Exit", { room: Schema.optional(AskedRoom), stays: Schema.optional(Schema.Boolean), reason: Schema.optional(Text) })
export type Exit = typeof Exit.Type

/** An `Exit` as programs send it. */
export const ExitMessage = Schema.TaggedStruct("Exit", { room: Schema.optional(Schema.String) })

/** The command `/leave`. People keep their last room; programs may be in none. */
export const exit: CommandForm<Exit> = {
  message: messageForm("Exit", ExitMessage, ({ room }) => inRoom(room, undefined, (room) => command({ _tag: "Exit", ...room }))),
  line: {
    name: "/leave",
    args: "[ROOM]",
    help: "leaves a room",
    takesName: false,
    read: (rest) => {
      if (rest.trim() === "") return command({ _tag: "Exit", stays: true })
      const room = parseRoom(rest.trim())
      return room instanceof Refusal ? room : command({ _tag: "Exit", room, stays: true })
    }
  },
  send: ({ room }) => ({ _tag: "Exit", room: room?.name })
}

/** What comes of it. */
export const decideExit: Decides<Exit> = (chat, asker, { reason, room: named, stays = false }) => {
  const where = meant(chat, asker, named, { what: "leave a room" })
  if (where instanceof Refusal) return refused(chat, asker, where)
  const { membership: left, person } = where
  if (stays && person.rooms.length === 1) {
    return refused(chat, asker, new Refusal({ code: "not-allowed", message: `#${where.room.name} is the only room that you are in. To leave the chat, type {quit}.` }))
  }
  return exitFrom(chat, asker.origin, person, left, silenceIn(chat, person, left.room) === undefined ? reason : undefined)
}

const exitFrom = <Peer>(before: Chat<Peer>, from: Origin, person: Person<Peer>, left: Membership, reason: Text | undefined): Decision<Peer> => {
  const { chat, person: after } = membership.without(before, person, left.room)
  const { name } = roomOf(before, left.room)
  const exited = tellFew(chat, from, [person.seat], ({ at, n }) => ({ _tag: "Exited", n, at, room: name, now: membership.currentOf(chat, after), ...(reason === undefined ? {} : { reason }) }))
  const told = andThen(exited, (chat) =>
    tellRoom(chat, from, left.room, ({ at, n, room, seq }) => ({ _tag: "Left", n, seq, at, room, member: person.member, code: "exited", reason }))
  )
  return andThen(told, (chat) => membership.settle(chat, left))
}
