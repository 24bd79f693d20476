import * as Schema from "effect/Schema"
import { roomOf } from "../Chat.ts"
import { notJoined } from "../Decision.ts"
import { MemberId } from "../Event.ts"
import * as Room from "../Room.ts"
import { lobby } from "../RoomName.ts"
import { messageForm, question, type QuestionDefinition } from "./Definition.ts"
import { refusal } from "./refusal.ts"

/** Ask who is here, a page at a time: `after` is the last member of the page before. */
export const Who = Schema.TaggedStruct("Who", { after: Schema.optional(MemberId) })
export type Who = typeof Who.Type

/** The question `/who`, answered with a page of `Members`. */
export const who: QuestionDefinition<Who> = {
  message: messageForm("Who", Who, question),
  line: { name: "/who", args: "", help: "shows who is here", takesName: false, read: () => question({ _tag: "Who" }) },
  send: (who) => who,
  answer: (chat, { person }, { after }) => {
    if (person === undefined) return refusal(chat, notJoined("see who is here"))
    const room = roomOf(chat, lobby)
    return { _tag: "Members", at: chat.at, here: room.seats.length, ...Room.pageAfter(room, after, chat.people) }
  }
}
