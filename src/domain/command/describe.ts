import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { roomOf, withPerson, withRoom } from "../Chat.ts"
import { type InRoom, notJoined, refused, silenceInAny, tellFew, tellPerson } from "../Decision.ts"
import type { Event } from "../Event.ts"
import { Refusal } from "../Refusal.ts"
import * as Room from "../Room.ts"
import { lobby } from "../RoomName.ts"
import * as Text from "../Text.ts"
import { tellWatchers } from "../watch.ts"
import { command, type CommandForm, type Decides, messageForm } from "./Definition.ts"

/** Say of oneself what one is called in full, whether one is a program, and whether those who do not know one's name find one. What is absent stays as it is. */
export const Describe = Schema.TaggedStruct("Describe", { real: Schema.optional(Text.Text), bot: Schema.optional(Schema.Boolean), invisible: Schema.optional(Schema.Boolean) })
export type Describe = typeof Describe.Type

/** A `Describe` as programs send it: the name is not checked yet. */
export const DescribeMessage = Schema.TaggedStruct("Describe", { real: Schema.optional(Schema.String), bot: Schema.optional(Schema.Boolean), invisible: Schema.optional(Schema.Boolean) })

/** How long what one is called in full may be, bytes. */
const longestReal = 150

const utf8 = new TextEncoder()

/** What somebody is called in full; or the refusal of what nobody can be called. */
export const parseReal = (raw: string): Text.Text | Refusal => {
  const real = Text.parse(raw)
  if (real instanceof Refusal || utf8.encode(real).length <= longestReal) return real
  return new Refusal({ code: "line-too-long", message: `A name in full has at most ${longestReal} bytes: this one was longer and was not taken.` })
}

/** The command by which programs say what their users, or they, are. */
export const describe: CommandForm<Describe> = {
  message: messageForm("Describe", DescribeMessage, ({ bot, invisible, real: raw }) => {
    const real = raw === undefined ? undefined : parseReal(raw)
    return real instanceof Refusal ? real : command({ _tag: "Describe", real, bot, invisible })
  }),
  send: ({ bot, invisible, real }) => ({ _tag: "Describe", real, bot, invisible })
}

/** What comes of it. */
export const decideDescribe: Decides<Describe> = (chat, asker, { bot = asker.person?.member.bot === true, invisible = asker.person?.status.invisible === true, real }) => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("say who you are"))
  const { profile, rooms, seat } = person
  // All its rooms are told what it is called in full.
  const why = real === undefined ? undefined : silenceInAny(chat, person, "say what you are called in full")
  if (why !== undefined) return refused(chat, asker, why)
  const member = { ...Struct.omit(person.member, "bot"), ...(bot ? { bot } : {}) }
  const described = withPerson(chat, {
    ...person,
    member,
    profile: real === undefined ? profile : { ...profile, real },
    status: { ...Struct.omit(person.status, "invisible"), ...(invisible ? { invisible } : {}) }
  })
  const next = rooms.reduce((chat, { room }) => withRoom(chat, Room.renamed(roomOf(chat, room), member)), described)
  const description = ({ at, n, room, seq }: InRoom): Event => ({ _tag: "Described", n, seq, at, room, member, real })
  // Nobody else hears of who is in no room.
  const told = rooms.length > 0 ? tellPerson(next, origin, rooms, description) : tellFew(next, origin, [seat], (at) => description({ ...at, room: lobby, seq: roomOf(next, lobby).seq }))
  return real === undefined ? told : tellWatchers(told, { ...person, member }, { is: "described", real }, "sharing")
}
