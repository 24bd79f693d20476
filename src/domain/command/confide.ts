import * as Schema from "effect/Schema"
import { membershipIn, personWith } from "../Chat.ts"
import { speaking, tellFew } from "../Decision.ts"
import { isAtLeast } from "../Role.ts"
import { Among } from "../SpeechEvent.ts"
import { AskedRoom } from "../RoomName.ts"
import { Text } from "../Text.ts"
import type { Decides } from "./Definition.ts"

/** Say a line only to those in a room who have such a role, or a higher one: as clients of some dialects do. */
export const Confide = Schema.TaggedStruct("Confide", { room: AskedRoom, role: Among.fields.role, text: Text, notice: Schema.optional(Schema.Literal(true)) })
export type Confide = typeof Confide.Type

/** It is told to them alone, and to its author: the room keeps nothing of it for anybody. */
export const decideConfide: Decides<Confide> = (chat, asker, { notice, role, room, text }) =>
  speaking(chat, asker, room, { what: "say something" }, ({ person: from, room: { key, name, seats } }) => {
    const audience = seats.filter(({ id }) => {
      const person = id === undefined || id === from.member.id ? undefined : personWith(chat, id)
      const known = person === undefined ? undefined : membershipIn(person, key)
      return known !== undefined && isAtLeast(known.role, role)
    })
    const among = { room: name, role }
    return tellFew(chat, asker.origin, [...audience, from.seat], ({ at, n }) => ({ _tag: "Whispered", n, at, from: from.member, to: from.member, among, text, ...(notice === true ? { notice } : {}) }))
  })
