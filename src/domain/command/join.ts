import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { type Person, roomOf } from "../Chat.ts"
import { andThen, refused, tellFew, tellRoom, withRoom } from "../Decision.ts"
import { type Member, MemberId } from "../Event.ts"
import { asked, AskedName, sparesOf, SpareNames } from "../nameIndex.ts"
import { hindrance, lookalike, named, spareName } from "../names.ts"
import * as Nickname from "../Nickname.ts"
import { Refusal } from "../Refusal.ts"
import * as Room from "../Room.ts"
import { lobby } from "../RoomName.ts"
import { version } from "../wire/version.ts"
import { type CommandDefinition, messageForm } from "./Definition.ts"
import { warn } from "./lookalikes.ts"

/** Come in under a name. */
export const Join = Schema.TaggedStruct("Join", {
  name: AskedName,
  /** The names that stand in for a taken or reserved one; without them, such a name is refused. */
  spares: Schema.optional(SpareNames)
})
export type Join = typeof Join.Type

/** The first message of a program: the dialect's version, the name it wants, and the room's password where there is one. */
export const Hello = Schema.TaggedStruct("Hello", {
  v: Schema.Number,
  nickname: Schema.optional(Schema.String),
  password: Schema.optional(Schema.String)
})

/** The command to come in under this name; it is refused where the name is taken or reserved. */
export const joinOrRefuse = (nickname: Nickname.Nickname): Join => ({ _tag: "Join", name: asked(nickname) })

/** The command to come in under this name, or under one that is near to it where the name is taken or reserved. */
export const joinAnyway = (nickname: Nickname.Nickname, limits: Nickname.NameLimits): Join => {
  const name = asked(nickname)
  return { _tag: "Join", name, spares: sparesOf(name, limits) }
}

/** The command to come in. Programs send it as `Hello`; nobody types it. */
export const join: CommandDefinition<Join> = {
  message: messageForm("Hello", Hello, ({ nickname: raw = "", password, v }, limits) => {
    if (v !== version) return unsupportedVersion
    const nickname = Nickname.parse(raw, limits)
    return nickname instanceof Refusal ? nickname : { _tag: "Enter", join: joinOrRefuse(nickname), password }
  }),
  apply: (chat, asker, { name: wanted, spares }) => {
    if (asker.person !== undefined) {
      return refused(chat, asker, new Refusal({ code: "already-joined", message: `You are here as ${asker.person.member.name}.` }))
    }
    const why = hindrance(chat, wanted)
    if (why !== undefined && spares === undefined) return refused(chat, asker, why)
    const name = why !== undefined && spares !== undefined ? spareName(chat, spares) : wanted
    const id = MemberId.make(`m${chat.lastMember + 1}`)
    const member: Member = { id, name: name.name }
    const { address, client } = asker.origin
    const person: Person<(typeof asker.seat)["peer"]> = { member, name, client, address, seat: { id, peer: asker.seat.peer } }
    const before = roomOf(chat, lobby).seats
    const room = Room.entered(roomOf(chat, lobby), person)
    const next = named(
      withRoom(
        {
          ...chat,
          people: HashMap.set(chat.people, id, person),
          clients: HashMap.set(chat.clients, client, id),
          lastMember: chat.lastMember + 1
        },
        room
      ),
      id,
      name
    )
    const origin = { ...asker.origin, name: member.name }
    const { settings } = chat
    const welcomed = tellFew(next, origin, [person.seat], ({ at, n }) => ({
      _tag: "Welcome",
      n,
      // The number of the newcomer's own `Joined`, which only the others get: the newcomer is told everything after it.
      seq: room.seq + 1,
      at,
      room: lobby,
      you: member,
      asked: name.name === wanted.name ? undefined : wanted.name,
      here: room.seats.length,
      members: room.firstPage,
      server: settings.server,
      instance: settings.instance,
      limits: settings.limits
    }))
    const told = andThen(welcomed, (chat) => tellRoom(chat, origin, lobby, ({ at, n, room, seq }) => ({ _tag: "Joined", n, seq, at, room, member }), before))
    return andThen(told, (next) => warn(next, name.name, lookalike(chat, name)))
  }
}

const unsupportedVersion = new Refusal({
  code: "unsupported-version",
  message: `This server speaks version ${version}: send {"_tag":"Hello","v":${version},...}.`
})
