import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { withPerson } from "../Chat.ts"
import { andThen, notJoined, refused, silenceInAny, tellFew, tellPerson } from "../Decision.ts"
import { Refusal } from "../Refusal.ts"
import * as Text from "../Text.ts"
import { tellWatchers } from "../watch.ts"
import { command, type CommandForm, type Decides, messageForm, type Request } from "./Definition.ts"

/** Say that one is not there, and why; without a reason, that one is there again. */
export const Away = Schema.TaggedStruct("Away", { reason: Schema.optional(Text.Text) })
export type Away = typeof Away.Type

/** An `Away` as programs send it: the reason is not checked yet. */
export const AwayMessage = Schema.TaggedStruct("Away", { reason: Schema.optional(Schema.String) })

/** How long a reason may be, bytes. */
export const longestReason = 390

/** What a room is told in place of a reason, where somebody is muted. */
const withoutWords = Text.clean("away")

const utf8 = new TextEncoder()

const parse = (raw: string): Request | Refusal => {
  const reason = Text.lenient(raw)
  return reason !== undefined && utf8.encode(reason).length > longestReason
    ? new Refusal({ code: "line-too-long", message: `A reason has at most ${longestReason} bytes: this one was longer and was not taken.` })
    : command({ _tag: "Away", ...(reason === undefined ? {} : { reason }) })
}

/** The command `/away`. Nobody reads a line of it: it is shown to who asks who is here. */
export const away: CommandForm<Away> = {
  message: messageForm("Away", AwayMessage, ({ reason = "" }) => parse(reason)),
  line: {
    name: "/away",
    args: "[REASON]",
    help: "says that you are not there, or are again",
    takesName: false,
    read: parse
  },
  send: ({ reason }) => ({ _tag: "Away", reason })
}

/** What comes of it. */
export const decideAway: Decides<Away> = (chat, asker, { reason }) => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("say that you are not there"))
  const { member, rooms, seat, status } = person
  const next = withPerson(chat, { ...person, status: { ...Struct.omit(status, "away"), ...(reason === undefined ? {} : { away: reason }) } })
  const noted = tellFew(next, origin, [seat], ({ at, n }) => ({ _tag: "AwaySet", n, at, reason }))
  const seen = tellWatchers(noted, person, reason === undefined ? { is: "back" } : { is: "away", reason }, "sharing")
  if (rooms.length === 0) return seen
  const words = reason === undefined || silenceInAny(chat, person) === undefined ? reason : withoutWords
  return andThen(seen, (chat) => tellPerson(chat, origin, rooms, ({ at, n, room, seq }) => ({ _tag: "Away", n, seq, at, room, member, reason: words })))
}
