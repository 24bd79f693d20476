import { membershipIn, personNamed, roomWith } from "../../../../domain/Chat.ts"
import type { Room } from "../../../../domain/Room.ts"
import type { AskedRoom } from "../../../../domain/RoomName.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client, Numeric } from "../Client.ts"
import { channelOf, isChannel, keyOf, nickOf, roomOf } from "../tokens.ts"
import { rule } from "./rule.ts"

/** One change of a mode: whether it is set, its letter, and its parameter where it takes one. */
interface Change {
  readonly isSet: boolean
  readonly letter: string
  readonly param: string | undefined
}

const takesParam = (letter: string, isSet: boolean): boolean => "beIov".includes(letter) || ("kl".includes(letter) && (isSet || letter === "k"))

/** How many changes one message has at most. */
const mostChanges = 20

const changesOf = ([letters = "", ...params]: ReadonlyArray<string>): ReadonlyArray<Change> => {
  const changes: Array<Change> = []
  let isSet = true
  let next = 0
  for (const letter of letters) {
    if (letter === "+" || letter === "-") {
      isSet = letter === "+"
      continue
    }
    const param = takesParam(letter, isSet) ? params[next] : undefined
    if (param !== undefined) next += 1
    changes.push({ isSet, letter, param })
  }
  return changes.slice(0, mostChanges)
}

/** The command `MODE`: what a room or its asker is like, and changes of that. */
export function* mode(client: Client, [target = "", ...rest]: ReadonlyArray<string>): Iterable<Heard> {
  if (!isChannel(target)) {
    yield client.numerics(({ chat, nick }) => [keyOf(target) === keyOf(nick) ? ["221", ["+"]] : personNamed(chat, keyOf(target)) === undefined ? ["401", [target], "No such nick/channel"] : ["502", [], "Can't change mode for other users"]])
    return
  }
  const room = roomOf(target)
  const isThere = room !== undefined && (yield* client.see(({ chat }) => roomWith(chat, room.key) !== undefined))
  if (room === undefined || isThere !== true) {
    yield client.numeric("403", [target], "No such channel")
    return
  }
  if (rest.length === 0) {
    yield client.numerics(({ chat, me }) => {
      const found = roomWith(chat, room.key)
      return found === undefined ? [] : modesOf(found, me !== undefined && membershipIn(me, room.key) !== undefined)
    })
    return
  }
  for (const change of changesOf(rest)) yield* apply(client, target, room, change)
}

const modesOf = ({ hidden, lock, name }: Room<unknown>, isMine: boolean): ReadonlyArray<Numeric> => {
  const word = lock?.word
  const letters = `+nt${hidden ? "s" : ""}${lock !== undefined && word === undefined ? "i" : ""}${word === undefined ? "" : "k"}`
  return [
    ["324", [channelOf(name), letters, ...(word !== undefined && isMine ? ["*"] : [])]],
    ["329", [channelOf(name), "0"]]
  ]
}

function* apply(client: Client, channel: string, room: AskedRoom, { isSet, letter, param }: Change): Iterable<Heard> {
  switch (letter) {
    case "o":
      if (param !== undefined) yield* rule(client, channel, room, { _tag: "Moderate", room, deed: isSet ? "op" : "deop", target: { _tag: "Name", key: keyOf(param) } }, param)
      return
    case "b":
      if (param === undefined) yield* bans(client, room)
      else {
        const nick = param.replace(/!.*$/su, "")
        yield* rule(client, channel, room, { _tag: "Moderate", room, deed: isSet ? "ban" : "unban", target: { _tag: "Name", key: keyOf(nick) } }, nick)
      }
      return
    case "i":
      yield* rule(client, channel, room, { _tag: isSet ? "Lock" : "Unlock", room })
      return
    case "s":
      yield* rule(client, channel, room, { _tag: isSet ? "Hide" : "Show", room })
      return
    case "k":
      if (!isSet) yield* rule(client, channel, room, { _tag: "Unlock", room })
      else if (param !== undefined) yield* client.do({ _tag: "Sealed", word: param, command: { _tag: "Lock", room } })
      return
    case "n":
    case "t":
    case "m":
    case "l":
    case "C":
    case "e":
    case "I":
    case "v":
      return
    default:
      yield client.numeric("472", [letter], "is unknown mode char to me")
  }
}

function* bans(client: Client, { key, name }: AskedRoom): Iterable<Heard> {
  yield client.numerics(({ chat }) => [
    ...(roomWith(chat, key)?.bans ?? []).map(({ member }): Numeric => ["367", [channelOf(name), `${nickOf(member.name)}!*@*`]]),
    ["368", [channelOf(name)], "End of channel ban list"]
  ])
}
