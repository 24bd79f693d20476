import * as Schema from "effect/Schema"
import { personWith } from "../Chat.ts"
import { inSequence, notJoined, refused, speakLines, spoken, tellFew } from "../Decision.ts"
import { MemberId } from "../Member.ts"
import { Part } from "../eventFields.ts"
import { delivered } from "../letters.ts"
import { Refusal } from "../Refusal.ts"
import { AskedRoom } from "../RoomName.ts"
import { Tags } from "../Tags.ts"
import { Text } from "../Text.ts"
import type { Decides } from "./Definition.ts"

/** A line of a message of several lines, with the empty ones before it. */
export const SpokenLine = Schema.Struct({ text: Text, blanks: Part.fields.blanks, cuts: Part.fields.cuts })
export type SpokenLine = typeof SpokenLine.Type

/** Say a message of several lines, to a room or to one alone: clients of IRC do. */
export const SayLines = Schema.TaggedStruct("SayLines", {
  room: Schema.optional(AskedRoom),
  to: Schema.optional(MemberId),
  lines: Schema.Array(SpokenLine),
  notice: Schema.optional(Schema.Literal(true)),
  tags: Schema.optional(Tags)
})
export type SayLines = typeof SayLines.Type

/** It is decided as a whole: nobody else is heard in between, and either each line is told or none. */
export const decideSayLines: Decides<SayLines> = (chat, asker, { lines, notice, room: named, tags, to: id }) => {
  const { origin, person } = asker
  const first = chat.seq + 1
  const said = lines.map(({ blanks, cuts, text }, index) => ({
    text,
    ...(notice === true ? { notice } : {}),
    ...(tags === undefined ? {} : { tags }),
    part: { first, index, of: lines.length, ...(blanks === undefined ? {} : { blanks }), ...(cuts === undefined ? {} : { cuts }) }
  }))
  if (id === undefined) {
    return speakLines(chat, asker, named, { what: "say something" }, said.map((line) => (from, { at, n, room, seq }) => ({ _tag: "Said", n, seq, at, room, from, ...line })))
  }
  if (person === undefined) return refused(chat, asker, notJoined("say something"))
  const to = personWith(chat, id)
  if (to === undefined) return refused(chat, asker, new Refusal({ code: "no-such-member", message: "Nobody here has that name." }))
  const audience = to.member.id === person.member.id ? [person.seat] : [to.seat, person.seat]
  const told = inSequence(spoken(chat, person), said, (next, line) => tellFew(next, origin, audience, ({ at, n }) => ({ _tag: "Whispered", n, at, from: person.member, to: to.member, ...line })))
  return delivered(told, [person, to])
}
