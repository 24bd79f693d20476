import { type Chat, type Membership, membershipIn, type Person, personWith, roomWith } from "../../../domain/Chat.ts"
import type { Role } from "../../../domain/Role.ts"
import type { AskedRoom } from "../../../domain/RoomName.ts"
import type { Capabilities } from "./Capabilities.ts"
import type { Client, Numeric } from "./Client.ts"
import { longestBody } from "./message.ts"
import { channelOf, nickOf, sourceOf } from "./tokens.ts"

/** The mark before the name of who has this role in a room. Owners show as operators do, as clients know no mark for them. */
export const markOf = (role: Role | undefined): string => (role === "owner" || role === "operator" ? "@" : role === "voice" ? "+" : "")

/** The marks before the name of a member, the highest first: all that it has, for a client that asks for that, or the first. */
export const marksOf = (membership: Membership | undefined, capabilities: Capabilities): string =>
  `${markOf(membership?.role)}${membership?.hasVoice === true && capabilities.has("multi-prefix") ? "+" : ""}`

/** Who is in a room, for somebody who may see it: as many replies as it takes, and the end. */
export const namesOf = ({ capabilities, hearing }: Client, chat: Chat<unknown>, me: Person<unknown> | undefined, { key, name }: AskedRoom): ReadonlyArray<Numeric> => {
  const room = roomWith(chat, key)
  const isMine = me !== undefined && membershipIn(me, key) !== undefined
  const channel = channelOf(room?.name ?? name)
  const end: Numeric = ["366", [channel], "End of /NAMES list."]
  if (room === undefined || (room.hidden && !isMine)) return [end]
  const sign = room.hidden ? "@" : "="
  const most = longestBody - Buffer.byteLength(`:${hearing.serverName} 353 ${me === undefined ? "*" : nickOf(me.member.name)} ${sign} ${channel} :`)
  const replies: Array<Numeric> = []
  let line = ""
  let bytes = 0
  for (const { id } of room.seats) {
    const person = id === undefined ? undefined : personWith(chat, id)
    if (person === undefined) continue
    const word = `${marksOf(membershipIn(person, key), capabilities)}${capabilities.has("userhost-in-names") ? sourceOf(person.member) : nickOf(person.member.name)}`
    const size = Buffer.byteLength(word) + 1
    if (bytes + size > most) {
      replies.push(["353", [sign, channel], line])
      line = ""
      bytes = 0
    }
    line = line === "" ? word : `${line} ${word}`
    bytes += size
  }
  return [...replies, ...(line === "" ? [] : [["353", [sign, channel], line] as const]), end]
}
