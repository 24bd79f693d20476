/** The modes of rooms: what they are, and changes of that. */
import { type Chat, membershipIn, type Person, personNamed, roomWith } from "../../../../domain/Chat.ts"
import { mostChanges, type ModeChange, type SetModes } from "../../../../domain/command/modes.ts"
import { longestWord } from "../../../../domain/Place.ts"
import type { Room } from "../../../../domain/Room.ts"
import type { AskedRoom } from "../../../../domain/RoomName.ts"
import { lasting } from "../../../../domain/sanctions.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client, Numeric } from "../Client.ts"
import { letterOf, maskOf, readMask } from "../masks.ts"
import { channelOf, isChannel, keyOf, roomOf, sourceOf } from "../tokens.ts"
import { notThere } from "./rule.ts"
import { userMode } from "./userMode.ts"

/** One change of a mode: whether it is set, its letter, and its parameter where it takes one. */
interface Change {
  readonly isSet: boolean
  readonly letter: string
  readonly param: string | undefined
}

const takesParam = (letter: string, isSet: boolean): boolean => "beIkov".includes(letter) || (letter === "l" && isSet)

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
    yield* userMode(client, target, rest)
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
  const changes: Array<ModeChange> = []
  let word: string | undefined
  for (const change of changesOf(rest)) {
    if (isList(change)) {
      yield client.numerics(({ at, chat }) => listOf(roomWith(chat, room.key), channelOf(room.name), change.letter, at))
      continue
    }
    const read = changeOf(change)
    if (read === undefined) continue
    if (!("deed" in read)) {
      yield client.numerics(({ chat, me }) => (read.code === "472" || isOperator(chat, me, room) ? [[read.code, [...(read.code === "696" ? [target] : []), ...read.params], read.words]] : [notOperator(target)]))
      continue
    }
    if (read.target?._tag === "Name") {
      const key = read.target.key
      const why = yield* client.see(({ chat, me }) => absence(chat, me, room, key))
      if (why !== undefined) {
        yield client.numeric(why, why === "441" ? [change.param ?? "", target] : [change.param ?? ""], why === "441" ? "They aren't on that channel" : "No such nick/channel")
        continue
      }
    }
    if (read.deed === "lock" && read.hasWord === true) word = change.param
    changes.push(read)
  }
  if (changes.length > 0) yield* apply(client, target, room, { _tag: "SetModes", room, changes }, word)
}

function* apply(client: Client, channel: string, room: AskedRoom, command: SetModes, word: string | undefined): Iterable<Heard> {
  yield* word === undefined ? client.perform(command) : client.do({ _tag: "Sealed", word, command })
  for (const event of client.told) {
    if (event._tag !== "Refused") continue
    if (event.code === "not-in-room") yield* notThere(client, channel, room)
    else if (event.code === "too-many-masks") yield client.numeric("478", [channel, "b"], event.message)
    else if (event.code !== "no-change" && event.code !== "no-such-member") yield client.numeric("482", [channel], event.message)
  }
}

const isList = ({ letter, param }: Change): boolean => "beI".includes(letter) && param === undefined

const isOperator = (chat: Chat<unknown>, me: Person<unknown> | undefined, { key }: AskedRoom): boolean => {
  const role = me === undefined ? undefined : membershipIn(me, key)?.role
  return roomWith(chat, key) !== undefined && (role === "owner" || role === "operator")
}

const notOperator = (channel: string): Numeric => ["482", [channel], "You're not channel operator"]

// Why somebody cannot be given a mode, which only who may give it is told; the chat refuses all others.
const absence = (chat: Chat<unknown>, me: Person<unknown> | undefined, room: AskedRoom, key: ReturnType<typeof keyOf>): "401" | "441" | undefined => {
  const person = personNamed(chat, key)
  if (!isOperator(chat, me, room) || (person !== undefined && membershipIn(person, room.key) !== undefined)) return undefined
  return person === undefined ? "401" : "441"
}

/** What is wrong with a change. */
interface Wrong {
  readonly code: "461" | "472" | "696"
  readonly params: ReadonlyArray<string>
  readonly words: string
}

const wrong = (code: Wrong["code"], params: ReadonlyArray<string>, words: string): Wrong => ({ code, params, words })

const invalid = (letter: string, param: string, words: string): Wrong => (wrong("696", [letter, param === "" || /\s/u.test(param) ? "*" : param], words))

const flags: Readonly<Record<string, readonly [set: ModeChange["deed"], unset: ModeChange["deed"]]>> = {
  C: ["no-machines", "machines"],
  i: ["lock", "unlock"],
  m: ["moderate", "unmoderate"],
  n: ["inside", "outside"],
  s: ["hide", "show"],
  t: ["fix-topic", "free-topic"]
}

/** What a change of a mode is in the chat; `undefined` for what changes nothing. */
const changeOf = ({ isSet, letter, param }: Change): ModeChange | Wrong | undefined => {
  const flag = Object.hasOwn(flags, letter) ? flags[letter] : undefined
  if (flag !== undefined) return { deed: flag[isSet ? 0 : 1] }
  switch (letter) {
    case "o":
    case "v":
      if (param === undefined) return wrong("461", ["MODE"], "Not enough parameters")
      return { deed: letter === "o" ? (isSet ? "op" : "deop") : isSet ? "voice" : "devoice", target: { _tag: "Name", key: keyOf(param) } }
    case "k":
      if (!isSet) return { deed: "unlock", hasWord: true }
      if (param === undefined) return wrong("461", ["MODE"], "Not enough parameters")
      if (param === "" || param.length > longestWord || /[\s,]/u.test(param)) return invalid(letter, "*", `A key has 1 to ${longestWord} characters, without blanks and commas`)
      return { deed: "lock", hasWord: true }
    case "l": {
      if (!isSet) return { deed: "unlimit" }
      if (param === undefined) return wrong("461", ["MODE"], "Not enough parameters")
      const limit = /^\d{1,6}$/u.test(param) ? Number(param) : 0
      return limit > 0 ? { deed: "limit", limit } : invalid(letter, param, "A limit is a number from 1 to 999999")
    }
    case "b":
    case "e":
    case "I": {
      const asked = readMask(param ?? "")
      if (asked === undefined) return invalid(letter, param ?? "", "A mask is nick!user@host, with * and ? in it, and at most 200 characters long")
      return { deed: deedOf(letter, asked.isMute, isSet), mask: asked.mask }
    }
    default:
      return wrong("472", [letter], "is unknown mode char to me")
  }
}

const deedOf = (letter: "b" | "e" | "I", isMute: boolean, isSet: boolean): ModeChange["deed"] => {
  if (letter === "I") return isSet ? "admit" : "unadmit"
  if (letter === "b") return isMute ? (isSet ? "mute" : "unmute") : isSet ? "ban" : "unban"
  return isMute ? (isSet ? "except-mute" : "unexcept-mute") : isSet ? "except" : "unexcept"
}

const modesOf = ({ hidden, limit, lock, made, manner, name }: Room<unknown>, isMine: boolean): ReadonlyArray<Numeric> => {
  const hasWord = lock?.word !== undefined
  const { isMachineless, isModerated, isOutsideHeard, isTopicFree } = manner
  const letters = [
    isMachineless && "C",
    lock !== undefined && !hasWord && "i",
    isModerated && "m",
    !isOutsideHeard && "n",
    hidden && "s",
    !isTopicFree && "t",
    hasWord && "k",
    limit !== undefined && "l"
  ].filter((letter) => letter !== false).join("")
  return [
    // Nobody is told the word: only its hash is known.
    ["324", [channelOf(name), `+${letters}`, ...(hasWord && isMine ? ["*"] : []), ...(limit === undefined ? [] : [String(limit)])]],
    // The lobby was made by nobody.
    ...(made === 0 ? [] : [["329", [channelOf(name), secondsOf(made)]] as const])
  ]
}

const secondsOf = (at: number): string => String(Math.floor(at / 1000))

const lists: Readonly<Record<string, readonly [item: string, end: string, words: string]>> = {
  b: ["367", "368", "End of channel ban list"],
  e: ["348", "349", "End of channel exception list"],
  I: ["346", "347", "End of channel invite exception list"]
}

const listOf = (room: Room<unknown> | undefined, channel: string, letter: string, now: number): ReadonlyArray<Numeric> => {
  const [item, end, words] = lists[letter] ?? ["", "", ""]
  if (room === undefined) return [[end, [channel], words]]
  // Who has set those by name is not kept.
  const namesIn = (all: Room<unknown>["bans"], before: string) => lasting(all, now).map(({ member }) => `${before}${maskOf(member.name)}`)
  const masks = room.masks.filter(({ kind }) => letterOf(kind) === letter).map(({ at, by, mask }): Numeric => [item, [channel, mask.text, by === undefined ? "*" : sourceOf(by), secondsOf(at)]])
  const names = letter === "b" ? [...namesIn(room.bans, ""), ...namesIn(room.mutes, "m:")].map((mask): Numeric => [item, [channel, mask]]) : []
  return [...names, ...masks, [end, [channel], words]]
}
