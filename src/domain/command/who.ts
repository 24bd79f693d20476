import * as Schema from "effect/Schema"
import { type Person, personWith } from "../Chat.ts"
import { meant } from "../Decision.ts"
import { MemberId } from "../Member.ts"
import type { Remark } from "../PersonEvent.ts"
import { Refusal } from "../Refusal.ts"
import * as Room from "../Room.ts"
import { AskedRoom } from "../RoomName.ts"
import { type Answers, messageForm, question, type QuestionForm } from "./Definition.ts"
import { refusal } from "./refusal.ts"
import { inRoom } from "./text.ts"

/** Ask who is in a room, a page at a time: `after` is the last member of the page before. */
export const Who = Schema.TaggedStruct("Who", { room: Schema.optional(AskedRoom), after: Schema.optional(MemberId) })
export type Who = typeof Who.Type

/** A `Who` as programs send it: the name of the room is not checked yet. */
export const WhoMessage = Schema.TaggedStruct("Who", { room: Schema.optional(Schema.String), after: Schema.optional(MemberId) })

/** The question `/who`, answered with a page of `Members`. Where a room is named, the answer names it too. */
export const who: QuestionForm<Who> = {
  message: messageForm("Who", WhoMessage, ({ after, room }) => inRoom(room, undefined, (room) => question({ _tag: "Who", ...room, after }))),
  line: { name: "/who", args: "", help: "shows who is here", takesName: false, read: () => question({ _tag: "Who" }) },
  send: ({ after, room }) => ({ _tag: "Who", room: room?.name, after })
}

/** Its answer. */
export const answerWho: Answers<Who> = (chat, asker, { after, room: named }) => {
  const where = meant(chat, asker, named, { what: "see who is here" })
  if (where instanceof Refusal) return refusal(chat, where)
  const { room } = where
  const page = Room.pageAfter(room, after, chat.people)
  const remarks = page.members.flatMap(({ id }) => remarkOn(personWith(chat, id)))
  return {
    _tag: "Members",
    at: chat.at,
    ...(named === undefined ? {} : { room: room.name }),
    here: room.seats.length,
    ...page,
    ...(after === undefined ? Room.awayFrom(room, chat.people) : {}),
    ...(remarks.length === 0 ? {} : { remarks })
  }
}

const remarkOn = (person: Person<unknown> | undefined): ReadonlyArray<Remark> => {
  if (person === undefined) return []
  const { member: { id }, profile, status: { away } } = person
  const isIrc = profile?.user !== undefined
  return away === undefined && !isIrc ? [] : [{ id, away, ...(isIrc ? { irc: true } : {}) }]
}
