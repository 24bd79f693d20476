import * as Schema from "effect/Schema"
import { type Decision, personWith } from "../Chat.ts"
import { notJoined, refused, speaking, tellFew } from "../Decision.ts"
import { MemberId } from "../Member.ts"
import { remembered } from "../history.ts"
import { delivered } from "../letters.ts"
import { ircSeats } from "../metadata.ts"
import { hasIrc } from "../Profile.ts"
import { Refusal } from "../Refusal.ts"
import type { Room } from "../Room.ts"
import { AskedRoom } from "../RoomName.ts"
import { Tags } from "../Tags.ts"
import type { Decides } from "./Definition.ts"

/** Say something that clients of IRC understand and nobody reads, to a room or to one alone: tags, or the words of a machine. */
export const Signal = Schema.TaggedStruct("Signal", {
  room: Schema.optional(AskedRoom),
  to: Schema.optional(MemberId),
  tags: Schema.optional(Tags),
  words: Schema.optional(Schema.String),
  /** Whether the words are an answer. */
  notice: Schema.optional(Schema.Literal(true))
})
export type Signal = typeof Signal.Type

// The room keeps what it was told, where that is to be kept.
const keeping = <Peer>({ key }: Room<Peer>, { chat, told }: Decision<Peer>): Decision<Peer> => ({ chat: told.reduce((next, { event, seq }) => remembered(next, key, seq, event), chat), told })

/** The command by which clients of IRC signal to each other. It is told once, and never again to who comes back. */
export const decideSignal: Decides<Signal> = (chat, asker, { notice, room: named, tags, to: id, words }) => {
  const { origin, person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("say something"))
  const said = { by: person.member, ...(tags === undefined ? {} : { tags }), ...(words === undefined ? {} : { words }), ...(notice === true ? { notice } : {}) }
  if (id === undefined) {
    return speaking(chat, asker, named, { what: "say something" }, ({ room }) =>
      words !== undefined && room.manner.isMachineless
        ? refused(chat, asker, new Refusal({ code: "not-allowed", message: `You cannot ask programs anything in #${room.name}: that is not carried there.` }))
        : keeping(room, tellFew(chat, origin, ircSeats(chat, room), ({ at, n }) => ({ _tag: "Signalled", n, at, room: room.name, ...said })))
    )
  }
  const to = personWith(chat, id)
  if (to === undefined) return refused(chat, asker, new Refusal({ code: "no-such-member", message: "Nobody here has that name." }))
  const audience = to.member.id === person.member.id ? [person.seat] : [...(hasIrc(to) ? [to.seat] : []), person.seat]
  const told = tellFew(chat, origin, audience, ({ at, n }) => ({ _tag: "Signalled", n, at, target: to.member, ...said }))
  return delivered(told, [person, to])
}
