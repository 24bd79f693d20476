import * as HashSet from "effect/HashSet"
import * as Schema from "effect/Schema"
import { type Chat, type Decision, type Person, personWith } from "../Chat.ts"
import { type Asker, meant, notJoined, refused, silenceIn, tellFew, tellRoom } from "../Decision.ts"
import { authorIn, without } from "../history.ts"
import { Refusal } from "../Refusal.ts"
import { MessageId } from "../eventFields.ts"
import { type Member, MemberId } from "../Member.ts"
import { type Letter, letterOf, withoutLetter } from "../letters.ts"
import { hasIrc } from "../Profile.ts"
import { AskedRoom } from "../RoomName.ts"
import { Text } from "../Text.ts"
import { isAtLeast } from "../Role.ts"
import type { Decides } from "./Definition.ts"

/** Take back what was said in a room, by its author or by one of those who rule the room, or what was said to one alone, by its author: it is not kept any more. Clients of IRC ask for it. */
export const Redact = Schema.TaggedStruct("Redact", { room: Schema.optional(AskedRoom), to: Schema.optional(MemberId), of: MessageId, reason: Schema.optional(Text) })
export type Redact = typeof Redact.Type

const notKept = new Refusal({ code: "not-kept", message: "Nothing is kept of that message: it cannot be taken back." })

/** The command by which what was said is taken back, where what is said is kept. */
export const decideRedact: Decides<Redact> = (chat, asker, { of, reason, room: named, to }) => {
  if (to !== undefined) return takeBack(chat, asker, personWith(chat, to), of, reason)
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

// What was said to one alone, its author alone can take back. Those of the two are told who have clients of IRC.
const takeBack = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, to: Person<Peer> | undefined, of: MessageId, reason: Text | undefined): Decision<Peer> => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("take something back"))
  const letter = to === undefined ? undefined : letterOf(chat, [person, to], of)
  if (to === undefined || letter === undefined || !isBetween(letter, person, to)) return refused(chat, asker, notKept)
  if (!isOf(authorOfLetter(letter), person)) return refused(chat, asker, new Refusal({ code: "not-allowed", message: "What is said by somebody else is not yours to take back." }))
  const audience = [...new Set([to, person].filter(hasIrc).map(({ seat }) => seat))]
  return tellFew(withoutLetter(chat, [person, to], letter), origin, audience, ({ at, n }) => ({
    _tag: "Signalled", n, at, by: person.member, target: to.member, of, ...(reason === undefined ? {} : { reason })
  }))
}

const authorOfLetter = (letter: Letter): Member => (letter._tag === "Whispered" ? letter.from : letter.by)

const readerOfLetter = (letter: Letter): Member | undefined => (letter._tag === "Whispered" ? letter.to : letter.target)

// Somebody who comes again has another id, and has said the words of the same name.
const isOf = ({ account, id }: Member, { member }: Person<unknown>): boolean => id === member.id || (account !== undefined && account === member.account)

const isBetween = (letter: Letter, one: Person<unknown>, other: Person<unknown>): boolean => {
  const [author, reader] = [authorOfLetter(letter), readerOfLetter(letter)]
  return reader !== undefined && ((isOf(author, one) && isOf(reader, other)) || (isOf(author, other) && isOf(reader, one)))
}
