/** What the commands have in common that rule a room. */
import { personNamed, roomWith } from "../../../../domain/Chat.ts"
import type { RoomRule } from "../../../../domain/command/index.ts"
import type { AskedRoom } from "../../../../domain/RoomName.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client } from "../Client.ts"
import { keyOf } from "../tokens.ts"

/** Says why somebody cannot do something in a room that it is not in. */
export function* notThere(client: Client, channel: string, room: AskedRoom | undefined): Iterable<Heard> {
  yield client.numerics(({ chat }) => [
    room === undefined || roomWith(chat, room.key) === undefined ? ["403", [channel], "No such channel"] : ["442", [channel], "You're not on that channel"]
  ])
}

/** Has a room ruled, and says why where that cannot be. */
export function* rule(client: Client, channel: string, room: AskedRoom, command: RoomRule, nick = "*"): Iterable<Heard> {
  yield* client.perform(command)
  const { refused } = client
  if (refused === undefined) return
  switch (refused.code) {
    case "not-in-room":
      yield* notThere(client, channel, room)
      break
    case "no-such-member":
      yield client.numerics(({ chat }) => [
        personNamed(chat, keyOf(nick)) === undefined ? ["401", [nick], "No such nick/channel"] : ["441", [nick, channel], "They aren't on that channel"]
      ])
      break
    case "no-change":
      break
    default:
      yield client.numeric("482", [channel], refused.message)
  }
}

