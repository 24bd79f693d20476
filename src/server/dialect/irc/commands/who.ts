/** `WHO`, with the fields of WHOX. */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import { type Chat, membershipIn, type Person, personNamed, personWith, roomWith } from "../../../../domain/Chat.ts"
import type { Room } from "../../../../domain/Room.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client, IrcCommands, Numeric } from "../Client.ts"
import { trailing } from "../lines.ts"
import { isMask, meansKey } from "../finding.ts"
import { marksOf } from "../names.ts"
import { isHere, realOf, userOf } from "../person.ts"
import { channelOf, cloak, isChannel, keyOf, nickOf, roomOf } from "../tokens.ts"

/** Somebody who is found, and the room in which it is; none where it was asked for by name. */
interface Found {
  readonly person: Person<unknown>
  readonly room: Room<unknown> | undefined
  /** Whether it is an operator of the server. */
  readonly operates: boolean
}

/** How many people one answer names at most where a mask finds them. */
const most = 1000

/** What it costs to look whether a mask means somebody, in bytes of an answer that costs as much. */
const lookBytes = 16

/** The command `WHO`. */
export const who: IrcCommands[string]["run"] = function* (client: Client, [mask = "*", options = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const fields = /%([a-z]*)(?:,(\d{1,3}))?$/iu.exec(options)
  const asking = yield* client.see((asking) => asking)
  if (asking === undefined) return
  const { at, chat, me } = asking
  const found = isChannel(mask) ? inRoom(chat, me, mask) : named(chat, me, mask)
  let left = isChannel(mask) ? found.among.length : most
  yield* client.numericsAbout(found.among, found.room === undefined ? lookBytes : 0, (people) => {
    const meant = left === 0 ? [] : people.filter(found.isMeant).slice(0, left)
    left -= meant.length
    return meant.map((person) => {
      const one = { person, room: found.room, operates: HashSet.has(chat.operators, person.member.id) }
      return fields === null ? reply(client, one) : special(client, one, at, { fields: fields[1] ?? "", token: fields[2] ?? "0" })
    })
  })
  yield client.numeric("315", [mask], "End of WHO list")
}

/** Those among whom somebody looks, and who of them is meant and may be seen. */
interface Search {
  readonly among: ReadonlyArray<Person<unknown>>
  readonly isMeant: (person: Person<unknown>) => boolean
  readonly room: Room<unknown> | undefined
}

const nobody: Search = { among: [], isMeant: () => false, room: undefined }

const inRoom = (chat: Chat<unknown>, me: Person<unknown> | undefined, channel: string): Search => {
  const asked = roomOf(channel)
  const room = asked === undefined ? undefined : roomWith(chat, asked.key)
  const isMine = me !== undefined && room !== undefined && membershipIn(me, room.key) !== undefined
  if (room === undefined || (room.hidden && !isMine)) return nobody
  return {
    among: room.seats.flatMap(({ id }) => (id === undefined ? [] : personWith(chat, id) ?? [])),
    isMeant: ({ status }) => isMine || status.invisible !== true,
    room
  }
}

const named = (chat: Chat<unknown>, me: Person<unknown> | undefined, mask: string): Search => {
  const word = mask === "0" || mask === "" ? "*" : mask
  if (!isMask(word)) {
    const person = personNamed(chat, keyOf(word))
    return person === undefined ? nobody : { among: [person], isMeant: isHere, room: undefined }
  }
  const isMeant = meansKey(word)
  const isKnown = (person: Person<unknown>): boolean =>
    person.status.invisible !== true || person.member.id === me?.member.id || me?.rooms.some(({ room }) => membershipIn(person, room) !== undefined) === true
  return { among: [...HashMap.values(chat.people)], isMeant: (person) => isKnown(person) && isHere(person) && isMeant(person.name.key), room: undefined }
}

const flagsOf = ({ capabilities }: Client, { operates, person: { member, rooms, status }, room }: Found): string => {
  const membership = room === undefined ? undefined : rooms.find((one) => one.room === room.key)
  return `${status.away === undefined ? "H" : "G"}${operates ? "*" : ""}${member.bot === true ? "B" : ""}${marksOf(membership, capabilities)}`
}

const channelFor = ({ room }: Found): string => (room === undefined ? "*" : channelOf(room.name))

const reply = (client: Client, found: Found): Numeric => {
  const { person } = found
  return ["352", [channelFor(found), userOf(person), cloak, client.hearing.serverName, nickOf(person.member.name), flagsOf(client, found)], `0 ${realOf(person)}`]
}

/** What a letter of WHOX asks for. */
type Field = (client: Client, found: Found, at: number, token: string) => string

/** The fields, in the order in which they are answered, whatever the order in which they are asked for. */
const allFields: ReadonlyArray<readonly [letter: string, field: Field]> = [
  ["t", (_client, _found, _at, token) => token],
  ["c", (_, found) => channelFor(found)],
  ["u", (_, { person }) => userOf(person)],
  ["i", () => "255.255.255.255"],
  ["h", () => cloak],
  ["s", ({ hearing }) => hearing.serverName],
  ["n", (_, { person }) => nickOf(person.member.name)],
  ["f", flagsOf],
  ["d", () => "0"],
  ["l", (_, { person: { status } }, at) => String(Math.max(0, Math.floor((at - status.spoke) / 1000)))],
  ["a", (_, { person: { member: { account } } }) => (account === undefined ? "0" : nickOf(account))],
  ["o", () => "n/a"],
  ["r", (_, { person }) => trailing(realOf(person))]
]

const special = (client: Client, found: Found, at: number, { fields, token }: { readonly fields: string; readonly token: string }): Numeric => [
  "354",
  allFields.flatMap(([letter, field]) => (fields.includes(letter) ? [field(client, found, at, token)] : []))
]
