import * as HashSet from "effect/HashSet"
import * as Schema from "effect/Schema"
import { personWith } from "../Chat.ts"
import { notJoined, refused, tellFew } from "../Decision.ts"
import { Refusal } from "../Refusal.ts"
import { Text } from "../Text.ts"
import type { Decides } from "./Definition.ts"

/** Say something, as an operator of the server, to all operators and to all who want to hear that. */
export const Proclaim = Schema.TaggedStruct("Proclaim", { text: Text })
export type Proclaim = typeof Proclaim.Type

/** Its author is told too: that is the receipt. */
export const decideProclaim: Decides<Proclaim> = (chat, asker, { text }) => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("say something"))
  if (!HashSet.has(chat.operators, person.member.id)) return refused(chat, asker, noOperator)
  const seats = [...HashSet.union(chat.operators, chat.listeners)].flatMap((id) => personWith(chat, id)?.seat ?? [])
  return tellFew(chat, origin, seats, ({ at, n }) => ({ _tag: "Proclaimed", n, at, by: person.member, text }))
}

/** The refusal of what only operators of the server can do. */
export const noOperator = new Refusal({ code: "not-allowed", message: "You cannot do that: the operator of the server can." })
