import * as Schema from "effect/Schema"
import { type Chat, membershipIn, personWith, type Seat, withRoom } from "../Chat.ts"
import { tellFew } from "../Decision.ts"
import { isMaskedOut } from "../masks.ts"
import { ircSeats } from "../metadata.ts"
import { Refusal } from "../Refusal.ts"
import { isAtLeast } from "../Role.ts"
import type { Room } from "../Room.ts"
import { AskedRoom } from "../RoomName.ts"
import { mostSanctions, sanctionOn } from "../sanctions.ts"
import { command, type CommandForm, messageForm } from "./Definition.ts"
import { by, denied, noChange, notAllowed, type Ruling } from "./ruling.ts"
import { fieldsOf, find, sent, Target, targetFields, typed } from "./target.ts"
import { inRoom } from "./text.ts"

/** Invite somebody to a room, who may then enter it once, also where it is locked. */
export const Invite = Schema.TaggedStruct("Invite", { room: Schema.optional(AskedRoom), target: Target })
export type Invite = typeof Invite.Type

/** An `Invite` as programs send it. */
export const InviteMessage = Schema.TaggedStruct("Invite", { room: Schema.optional(Schema.String), ...targetFields })

/** How long an invitation holds, ms. */
const holds = 600_000

const usage = "/invite NAME"

/** The command `/invite`: everybody may invite to an open room, only those who rule it to a locked one. */
export const invite: CommandForm<Invite> = {
  message: messageForm("Invite", InviteMessage, ({ room, ...who }, limits) => {
    const target = sent(who, limits)
    return target instanceof Refusal ? target : inRoom(room, undefined, (room) => command({ _tag: "Invite", ...room, target }))
  }),
  line: {
    name: "/invite",
    args: "NAME",
    help: "asks somebody into the room",
    takesName: true,
    read: (rest, limits) => {
      const target = typed(rest, usage, limits)
      return target instanceof Refusal ? target : command({ _tag: "Invite", target })
    }
  },
  send: ({ room, target }) => {
    const who = fieldsOf(target)
    return who === undefined ? undefined : { _tag: "Invite", room: room?.name, ...who }
  }
}

// Those who rule a room, and have clients of IRC: these may have asked to be told who is invited.
const rulers = <Peer>(chat: Chat<Peer>, room: Room<Peer>): ReadonlyArray<Seat<Peer>> =>
  ircSeats(chat, room).filter(({ id }) => {
    const person = id === undefined ? undefined : personWith(chat, id)
    const known = person === undefined ? undefined : membershipIn(person, room.key)
    return known !== undefined && isAtLeast(known.role, "operator")
  })

/** What comes of it. */
export const ruleInvite: Ruling<Invite> = {
  what: "invite somebody",
  least: "member",
  rule: (chat, ruler, room, { target }) => {
    if (room.lock !== undefined && !isAtLeast(ruler.rank, "operator")) return denied(chat, ruler, notAllowed(room, "invite somebody while it is locked"))
    const found = find(chat, target, [])
    if (found instanceof Refusal) return denied(chat, ruler, found)
    const { person } = found
    if (person === undefined) return denied(chat, ruler, new Refusal({ code: "no-such-member", message: "Nobody here has that name." }))
    const { member: to, seat } = person
    if (membershipIn(person, room.key) !== undefined) return denied(chat, ruler, noChange(`${to.name} is in #${room.name} already.`))
    if (sanctionOn(room.bans, person, chat.at) !== undefined) return denied(chat, ruler, new Refusal({ code: "banned", message: `${to.name} is banned from #${room.name}: /unban ${to.name} first.` }))
    if (!isAtLeast(ruler.rank, "operator") && isMaskedOut(room.masks, "ban", person)) return denied(chat, ruler, notAllowed(room, `invite ${to.name}, who is banned`))
    const until = chat.at + holds
    const others = room.invited.filter((one) => one.id !== to.id && one.until > chat.at)
    if (others.length >= mostSanctions) return denied(chat, ruler, new Refusal({ code: "not-allowed", message: `#${room.name} has ${mostSanctions} invitations open: wait until some are taken.` }))
    const next = withRoom(chat, { ...room, invited: [...others, { id: to.id, until }] })
    const audience = new Set([seat, ...(ruler.person === undefined ? [] : [ruler.person.seat]), ...rulers(next, room)])
    return tellFew(next, ruler.origin, [...audience], ({ at, n }) => ({ _tag: "Invited", n, at, room: room.name, ...by(ruler), to, until }))
  }
}
