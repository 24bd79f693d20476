import * as HashSet from "effect/HashSet"
import * as Schema from "effect/Schema"
import { meant, refused, silenceIn, tellRoom } from "../Decision.ts"
import { authorIn, without } from "../history.ts"
import { Refusal } from "../Refusal.ts"
import { MessageId } from "../RoomEvent.ts"
import { AskedRoom } from "../RoomName.ts"
import { Text } from "../Text.ts"
import { isAtLeast } from "../Role.ts"
import type { Decides } from "./Definition.ts"

/** Take back what was said in a room, by its author or by one of those who rule the room: it is not kept any more. Clients of IRC ask for it. */
export const Redact = Schema.TaggedStruct("Redact", { room: AskedRoom, of: MessageId, reason: Schema.optional(Text) })
export type Redact = typeof Redact.Type

const notKept = new Refusal({ code: "not-kept", message: "Nothing is kept of that message: it cannot be taken back." })

/** The command by which what was said is taken back, where what is said is kept. */
export const decideRedact: Decides<Redact> = (chat, asker, { of, reason, room: named }) => {
  const where = meant(chat, asker, named, { what: "take something back" })
  if (where instanceof Refusal) return refused(chat, asker, where)
  const { membership, person, room } = where
  const { member } = person
  const target = authorIn(room, of)
  if (target === undefined) return refused(chat, asker, notKept)
  const mayRule = isAtLeast(HashSet.has(chat.operators, member.id) ? "server" : membership.role, "operator")
  if (target.id !== member.id && !mayRule) {
    return refused(chat, asker, new Refusal({ code: "not-allowed", message: `Only the owner and the operators of #${room.name} can take back what somebody else has said.` }))
  }
  const words = reason === undefined || silenceIn(chat, person, room.key) !== undefined ? {} : { reason }
  return tellRoom(without(chat, room, of), asker.origin, room.key, ({ at, n, room, seq }) => ({
    _tag: "Moderated", n, seq, at, room, by: member, deed: "redact", target, of, ...words
  }))
}
