/** What is said and asked about people: away, names in full, who is where. */
import * as HashSet from "effect/HashSet"
import { membershipIn, personNamed, roomWith, type Chat, type Person } from "../../../../domain/Chat.ts"
import { longestReason } from "../../../../domain/command/away.ts"
import { parseReal } from "../../../../domain/command/describe.ts"
import { departedOf } from "../../../../domain/departed.ts"
import { Refusal } from "../../../../domain/Refusal.ts"
import { lenient } from "../../../../domain/Text.ts"
import { version } from "../../../../domain/version.ts"
import type { Heard } from "../../Dialect.ts"
import type { Asking, Client, IrcCommands, Numeric } from "../Client.ts"
import { draftOf } from "../metadata.ts"
import { cut } from "../lines.ts"
import { markOf } from "../names.ts"
import { meansKey } from "../finding.ts"
import { channelOf, cloak, keyOf, nickOf } from "../tokens.ts"
import { isHere, realOf, userOf } from "../person.ts"
import { who } from "./who.ts"

/** How many people one message asks about at most. */
const mostAsked = 16

function* away(client: Client, [raw = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const reason = lenient(cut(raw, longestReason))
  yield* client.perform({ _tag: "Away", ...(reason === undefined ? {} : { reason }) })
  yield reason === undefined ? client.numeric("305", [], "You are no longer marked as being away") : client.numeric("306", [], "You have been marked as being away")
}

function* setname(client: Client, [raw = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const real = parseReal(raw)
  if (real instanceof Refusal) yield client.fail("SETNAME", "INVALID_REALNAME", [], real.message)
  else yield* client.perform({ _tag: "Describe", real })
}

function* whois(client: Client, params: ReadonlyArray<string>): Iterable<Heard> {
  const nick = params[1] ?? params[0] ?? ""
  if (nick === "") {
    yield client.numeric("431", [], "No nickname given")
    return
  }
  for (const each of nick.split(",").slice(0, 1)) yield client.numerics((asking) => [...profileOf(client, asking, each), ["318", [each], "End of /WHOIS list"]])
}

/** The rooms of a person as words, as far as who asks may know of them. */
const roomsOf = (chat: Chat<unknown>, me: Person<unknown> | undefined, { member, rooms, status }: Person<unknown>): ReadonlyArray<string> =>
  rooms.flatMap(({ role, room: key }) => {
    const room = roomWith(chat, key)
    const isShared = me !== undefined && (me.member.id === member.id || membershipIn(me, key) !== undefined)
    return room === undefined || ((room.hidden || status.invisible === true) && !isShared) ? [] : [`${markOf(role)}${channelOf(room.name)}`]
  })

const profileOf = ({ capabilities, hearing }: Client, { at, chat, me }: Asking, nick: string): ReadonlyArray<Numeric> => {
  const person = personNamed(chat, keyOf(nick))
  if (person === undefined || !isHere(person)) return [["401", [nick], "No such nick/channel"]]
  const { member, metadata, status: { away, came, spoke } } = person
  const word = nickOf(member.name)
  const rooms = roomsOf(chat, me, person)
  return [
    ["311", [word, userOf(person), cloak, "*"], realOf(person)],
    ...(rooms.length === 0 ? [] : [["319", [word], rooms.join(" ")] as const]),
    ["312", [word, hearing.serverName], `brusio ${version}`],
    ...(away === undefined ? [] : [["301", [word], away] as const]),
    ...(HashSet.has(chat.operators, member.id) ? [["313", [word], "is an IRC operator"] as const] : []),
    ...(member.account === undefined ? [] : [["330", [word, nickOf(member.account)], "is logged in as"] as const]),
    ...(member.bot === true ? [["335", [word], "is a bot"] as const] : []),
    ...(draftOf(capabilities) === undefined ? [] : metadata.map(({ key, value }) => ["760", [word, key, "*"], value] as const)),
    ["317", [word, seconds(at - spoke), seconds(came)], "seconds idle, signon time"]
  ]
}

const seconds = (millis: number): string => String(Math.max(0, Math.floor(millis / 1000)))

function* whowas(client: Client, [nick = "", count = "0"]: ReadonlyArray<string>): Iterable<Heard> {
  const most = Number(count) > 0 ? Number(count) : Infinity
  yield client.numerics(({ at, chat }) => {
    const found = departedOf(chat, at, meansKey(nick)).slice(0, most)
    const { serverName } = client.hearing
    return [
      ...(found.length === 0 ? [["406", [nick], "There was no such nickname"] as const] : []),
      ...found.flatMap(({ at, name, profile }): ReadonlyArray<Numeric> => [
        ["314", [nickOf(name), `~${profile?.user ?? "user"}`, cloak, "*"], profile?.real ?? name],
        ["312", [nickOf(name), serverName], new Date(at).toUTCString()]
      ]),
      ["369", [nick], "End of WHOWAS"]
    ]
  })
}

const asked = (params: ReadonlyArray<string>): ReadonlyArray<string> => params.flatMap((words) => words.split(" ")).filter((nick) => nick !== "").slice(0, mostAsked)

const found = (chat: Chat<unknown>, params: ReadonlyArray<string>): ReadonlyArray<Person<unknown>> =>
  asked(params).flatMap((nick) => {
    const person = personNamed(chat, keyOf(nick))
    return person === undefined || !isHere(person) ? [] : [person]
  })

function* userhost(client: Client, params: ReadonlyArray<string>): Iterable<Heard> {
  yield client.numerics(({ chat }) => [
    ["302", [], found(chat, params).map((person) => `${nickOf(person.member.name)}=${person.status.away === undefined ? "+" : "-"}${userOf(person)}@${cloak}`).join(" ")]
  ])
}

function* ison(client: Client, params: ReadonlyArray<string>): Iterable<Heard> {
  yield client.numerics(({ chat }) => [["303", [], found(chat, params).map(({ member }) => nickOf(member.name)).join(" ")]])
}

/** The commands about people. */
export const people: IrcCommands = {
  AWAY: { least: 0, run: away },
  ISON: { least: 1, run: ison },
  SETNAME: { least: 1, run: setname },
  USERHOST: { least: 1, run: userhost },
  WHO: { least: 0, isAskedOnComing: () => true, run: who },
  WHOIS: { least: 1, run: whois },
  WHOWAS: { least: 1, run: whowas }
}
