import * as Schema from "effect/Schema"
import { membershipIn, roomWith } from "../Chat.ts"
import { notJoined } from "../Decision.ts"
import { Refusal } from "../Refusal.ts"
import { toldRole } from "../Role.ts"
import { type Answers, messageForm, question, type QuestionForm } from "./Definition.ts"
import { refusal } from "./refusal.ts"
import { fieldsOf, find, sent, Target, targetFields, typed } from "./target.ts"

/** Ask about somebody: who it is, where, and since when. */
export const Whois = Schema.TaggedStruct("Whois", { target: Target })
export type Whois = typeof Whois.Type

/** A `Whois` as programs send it. */
export const WhoisMessage = Schema.TaggedStruct("Whois", targetFields)

/** The question `/whois`, answered with a `Profile`. Hidden rooms are named to those in them. */
export const whois: QuestionForm<Whois> = {
  message: messageForm("Whois", WhoisMessage, (message, limits) => {
    const target = sent(message, limits)
    return target instanceof Refusal ? target : question({ _tag: "Whois", target })
  }),
  line: {
    name: "/whois",
    args: "NAME",
    help: "shows who somebody is",
    takesName: true,
    read: (rest, limits) => {
      const target = typed(rest, "/whois NAME", limits)
      return target instanceof Refusal ? target : question({ _tag: "Whois", target })
    }
  },
  send: ({ target }) => ({ _tag: "Whois", ...(fieldsOf(target) ?? { name: target._tag === "Words" ? target.words : "" }) })
}

/** Its answer. */
export const answerWhois: Answers<Whois> = (chat, asker, { target }) => {
  if (asker.person === undefined) return refusal(chat, notJoined("ask who somebody is"))
  const found = find(chat, target, [])
  if (found instanceof Refusal) return refusal(chat, found)
  const { person } = found
  if (person === undefined) return refusal(chat, new Refusal({ code: "no-such-member", message: "Nobody here has that name." }))
  const { attachment, member, profile, rooms, status: { away, came, spoke } } = person
  const me = asker.person
  return {
    _tag: "Profile",
    at: chat.at,
    member,
    real: profile?.real,
    ...(profile?.user === undefined ? {} : { irc: true as const }),
    came,
    spoke,
    away,
    ...(attachment._tag === "Detached" && attachment.told ? { lost: true as const } : {}),
    rooms: rooms.flatMap(({ role, room: key }) => {
      const room = roomWith(chat, key)
      return room === undefined || (room.hidden && membershipIn(me, key) === undefined) ? [] : [{ room: room.name, role: toldRole(role) }]
    })
  }
}
