import * as HashSet from "effect/HashSet"
import * as Schema from "effect/Schema"
import type { Chat } from "../Chat.ts"
import { notJoined, refused, tellFew } from "../Decision.ts"
import type { MemberId } from "../Member.ts"
import type { Decides } from "./Definition.ts"

/**
 * Be an operator of the server, or be one no more; hear what operators say to all who want to, or hear it no more. What is absent
 * stays as it is. Who may be an operator is known to the session, which makes this command where the secret was right: nobody can send it.
 */
export const SetDuty = Schema.TaggedStruct("SetDuty", { operates: Schema.optional(Schema.Boolean), listens: Schema.optional(Schema.Boolean) })
export type SetDuty = typeof SetDuty.Type

/** Operators of the server rule every room that they are in, as the server itself does. */
export const decideSetDuty: Decides<SetDuty> = (chat, asker, { listens, operates }) => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("do that"))
  const { member: { id }, seat } = person
  const operators = after(chat.operators, id, operates)
  const listeners = after(chat.listeners, id, listens)
  const duty = { operates: HashSet.has(operators, id), listens: HashSet.has(listeners, id) }
  return tellFew({ ...chat, operators, listeners }, origin, [seat], ({ at, n }) => ({ _tag: "DutySet", n, at, ...duty }))
}

const after = (all: HashSet.HashSet<MemberId>, id: MemberId, is: boolean | undefined): HashSet.HashSet<MemberId> =>
  is === undefined ? all : is ? HashSet.add(all, id) : HashSet.remove(all, id)

/** The chat in which somebody who is gone has no duty. */
export const withoutDuty = <Peer>(chat: Chat<Peer>, id: MemberId): Chat<Peer> =>
  HashSet.has(chat.operators, id) || HashSet.has(chat.listeners, id) ? { ...chat, operators: HashSet.remove(chat.operators, id), listeners: HashSet.remove(chat.listeners, id) } : chat
