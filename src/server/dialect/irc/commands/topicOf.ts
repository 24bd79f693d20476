import type { Room } from "../../../../domain/Room.ts"
import type { Numeric } from "../Client.ts"
import { channelOf, sourceOf } from "../tokens.ts"

/** What a room is about, who has said so, and when; nothing where nobody has. */
export const topicOf = (room: Room<unknown> | undefined): ReadonlyArray<Numeric> => {
  if (room?.topic === undefined) return []
  const channel = channelOf(room.name)
  const { topic, topicSet } = room
  return [["332", [channel], topic], ...(topicSet === undefined ? [] : [["333", [channel, topicSet.by === undefined ? "*" : sourceOf(topicSet.by), String(Math.floor(topicSet.at / 1000))]] as const])]
}
