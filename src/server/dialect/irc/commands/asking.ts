/** What a client asks about people and the server. */
import * as HashMap from "effect/HashMap"
import { type Chat, membershipIn, type Person, personNamed, roomWith } from "../../../../domain/Chat.ts"
import type { Heard } from "../../Dialect.ts"
import { version } from "../../../../domain/version.ts"
import type { Client, IrcCommands, Numeric } from "../Client.ts"
import { markOf } from "../names.ts"
import { channelOf, cloak, isChannel, keyOf, nickOf, roomOf } from "../tokens.ts"
import { lusers } from "./operating.ts"

/** The message of the day: there is none. */
export const motd = (): ReadonlyArray<Numeric> => [["422", [], "MOTD File is missing"]]

function* ping(client: Client, [token]: ReadonlyArray<string>): Iterable<Heard> {
  if (token === undefined || token === "") yield client.numeric("409", [], "No origin specified")
  else yield client.look(() => [client.fromServer(`PONG ${client.hearing.serverName} :${token}`)])
}

const userOf = ({ member, profile }: Person<unknown>): string => `~${profile?.user ?? member.id}`

const realOf = ({ member, profile }: Person<unknown>): string => profile?.real ?? member.name

function* who(client: Client, [mask = "*"]: ReadonlyArray<string>): Iterable<Heard> {
  yield client.numerics(({ chat, me }) => [
    ...(isChannel(mask) ? whoIn(client, chat, me, mask) : whoNamed(client, chat, mask)),
    ["315", [mask], "End of WHO list"]
  ])
}

const whoIn = (client: Client, chat: Chat<unknown>, me: Person<unknown> | undefined, channel: string): ReadonlyArray<Numeric> => {
  const asked = roomOf(channel)
  const room = asked === undefined ? undefined : roomWith(chat, asked.key)
  if (room === undefined || (room.hidden && (me === undefined || membershipIn(me, room.key) === undefined))) return []
  return room.seats.flatMap(({ id }) => {
    const person = id === undefined ? undefined : HashMap.get(chat.people, id)
    if (person === undefined || person._tag === "None") return []
    return [whoReply(client, person.value, channelOf(room.name), markOf(membershipIn(person.value, room.key)?.role))]
  })
}

const whoNamed = (client: Client, chat: Chat<unknown>, nick: string): ReadonlyArray<Numeric> => {
  const person = personNamed(chat, keyOf(nick))
  return person === undefined ? [] : [whoReply(client, person, "*", "")]
}

const whoReply = ({ hearing }: Client, person: Person<unknown>, channel: string, mark: string): Numeric => [
  "352",
  [channel, userOf(person), cloak, hearing.serverName, nickOf(person.member.name), `H${mark}`],
  `0 ${realOf(person)}`
]

function* whois(client: Client, params: ReadonlyArray<string>): Iterable<Heard> {
  const nick = params.at(-1) ?? ""
  yield client.numerics(({ chat, me }) => [...profileOf(client, chat, me, nick), ["318", [nick], "End of /WHOIS list"]])
}

const profileOf = ({ hearing }: Client, chat: Chat<unknown>, me: Person<unknown> | undefined, nick: string): ReadonlyArray<Numeric> => {
  const person = personNamed(chat, keyOf(nick))
  if (person === undefined) return [["401", [nick], "No such nick/channel"]]
  const word = nickOf(person.member.name)
  const rooms = person.rooms.flatMap(({ role, room: key }) => {
    const room = roomWith(chat, key)
    const isSeen = room !== undefined && (!room.hidden || (me !== undefined && membershipIn(me, key) !== undefined))
    return isSeen ? [`${markOf(role)}${channelOf(room.name)}`] : []
  })
  return [
    ["311", [word, userOf(person), cloak, "*"], realOf(person)],
    ...(rooms.length === 0 ? [] : [["319", [word], rooms.join(" ")] as const]),
    ["312", [word, hearing.serverName], `brusio ${version}`]
  ]
}

function* quietly(): Iterable<Heard> {
  // A sign of life, or what means nothing here: it is accepted without a word.
}

/** The commands that ask. */
export const asking: IrcCommands = {
  LUSERS: { least: 0, run: function* (client) { yield client.numerics((asking) => lusers(client, asking)) } },
  MOTD: { least: 0, run: function* (client) { yield client.numerics(motd) } },
  PING: { least: 0, isEarly: true, run: ping },
  PONG: { least: 0, isEarly: true, run: quietly },
  VERSION: { least: 0, run: function* (client) { yield client.numeric("351", [`brusio-${version}`, client.hearing.serverName], "a chat room") } },
  WHO: { least: 0, run: who },
  WHOIS: { least: 1, run: whois }
}
