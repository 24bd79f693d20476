import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { replaced } from "../attachment.ts"
import { type Chat, type Decision, type Person, personNamed, personWith, roomOf, withRoom } from "../Chat.ts"
import { andThen, type Asker, type InRoom, notJoined, refused, tellFew, tellPerson } from "../Decision.ts"
import { departing } from "../departed.ts"
import type { Event } from "../Event.ts"
import { AskedName, asked } from "../nameIndex.ts"
import { hindrance, lookalike, named, unnamed } from "../names.ts"
import * as Nickname from "../Nickname.ts"
import { oneWord } from "../Nickname.ts"
import { Refusal } from "../Refusal.ts"
import * as Room from "../Room.ts"
import { lobby } from "../RoomName.ts"
import { tellArrival, tellWatchers } from "../watch.ts"
import { command, type CommandForm, type Decides, messageForm, type Request } from "./Definition.ts"
import { warn } from "./lookalikes.ts"

/** Bear another name from now on. */
export const Rename = Schema.TaggedStruct("Rename", { name: AskedName })
export type Rename = typeof Rename.Type

/** A `Rename` as programs send it: the name is not checked yet. */
export const RenameMessage = Schema.TaggedStruct("Rename", { nickname: Schema.String })

const parse = (raw: string, limits: Nickname.NameLimits): Request | Refusal => {
  const nickname = Nickname.parse(raw, limits)
  return nickname instanceof Refusal ? nickname : command({ _tag: "Rename", name: asked(nickname) })
}

/** The command `/nick`. */
export const nick: CommandForm<Rename> = {
  message: messageForm("Rename", RenameMessage, ({ nickname }, limits) => parse(nickname, limits)),
  line: {
    name: "/nick",
    args: "NEW",
    help: "changes your name",
    takesName: false,
    read: (rest, limits) => (rest.trim() === "" ? new Refusal({ code: "name-empty", message: "Type /nick NEW" }) : parse(rest, limits))
  },
  send: ({ name }) => ({ _tag: "Rename", nickname: name.name })
}

/** What comes of it. */
export const decideNick: Decides<Rename> = (chat, asker, { name }) => {
  const { person } = asker
  if (person === undefined) return refused(chat, asker, notJoined("change your name"))
  const bearer = openBearer(chat, person, name)
  if (bearer === undefined) return rename(chat, asker, person, name)
  // A room that the other one ruled may come to this one.
  return andThen(replaced(chat, bearer, { ...asker.origin, name: name.name }), (chat) => rename(chat, asker, personWith(chat, person.member.id) ?? person, name))
}

// Who bears the claimed name that somebody asks for who has said the words of that one: it is the same, over a connection of before.
const openBearer = <Peer>(chat: Chat<Peer>, { account, member }: Person<Peer>, { key }: AskedName): Person<Peer> | undefined => {
  const bearer = account === oneWord(key) ? personNamed(chat, key) : undefined
  return bearer === undefined || bearer.account !== account || bearer.member.id === member.id ? undefined : bearer
}

/** Somebody bears another name from now on, if it can. */
export const rename = <Peer>(chat: Chat<Peer>, asker: Asker<Peer>, person: Person<Peer>, name: AskedName): Decision<Peer> => {
  const { id, name: was } = person.member
  const freed = departing(unnamed(chat, id, person.name), person)
  const why = hindrance(freed, name, person.account)
  if (why !== undefined) return refused(chat, asker, why)
  const member = { ...person.member, name: name.name }
  const renamed = named({ ...freed, people: HashMap.set(freed.people, id, { ...person, member, name }) }, id, name)
  const next = person.rooms.reduce((chat, { room }) => withRoom(chat, Room.renamed(roomOf(chat, room), member)), renamed)
  const origin = { ...asker.origin, name: name.name }
  const renaming = ({ at, n, room, seq }: InRoom): Event => ({ _tag: "Renamed", n, seq, at, room, member, was })
  // Nobody else hears of who is in no room: that one is told all the same that it bears another name.
  const told =
    person.rooms.length > 0
      ? tellPerson(next, origin, person.rooms, renaming)
      : tellFew(next, origin, [person.seat], (at) => renaming({ ...at, room: lobby, seq: roomOf(next, lobby).seq }))
  const seen = name.key === person.name.key ? told : tellArrival(tellWatchers(told, person, { is: "gone" }), { ...person, member, name })
  return andThen(seen, (chat) => warn(chat, person.rooms, name.name, lookalike(freed, name)))
}
