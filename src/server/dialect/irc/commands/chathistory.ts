/** `CHATHISTORY`: what was said in rooms, and to one alone, as far as the server keeps that. See https://ircv3.net/specs/extensions/chathistory. */
import { membershipIn, roomWith } from "../../../../domain/Chat.ts"
import { type Remembered, rememberedOf } from "../../../../domain/history.ts"
import { type Letter, lettersOf } from "../../../../domain/letters.ts"
import type { Member } from "../../../../domain/Member.ts"
import type { Heard } from "../../Dialect.ts"
import { again } from "../again.ts"
import { batch } from "../batch.ts"
import type { Asking, Client } from "../Client.ts"
import { idIn } from "../msgid.ts"
import { partOf } from "../speech.ts"
import { channelOf, isChannel, keyOf, nickOf, roomOf } from "../tokens.ts"

/** How many messages one answer has at most. */
export const mostAnswered = 200

/** A message that is kept. */
type Message = Remembered | Letter

/** A place between messages, or one of them: by its time, and by its number where it is named by its id. */
interface Place {
  readonly at: number
  readonly n: number | undefined
}

/** What is asked for. */
type Asked = (all: ReadonlyArray<Message>) => ReadonlyArray<Message>

/** Why nothing is answered: a code of the specification, the parameter that is wrong, and words. */
type Wrong = readonly [code: string, param: string, words: string]

const isWrong = <A>(value: A | Wrong): value is Wrong => Array.isArray(value)

const placeOf = (word: string): Place | Wrong => {
  const id = word.startsWith("msgid=") ? idIn(word.slice("msgid=".length)) : undefined
  if (id !== undefined) return id
  const [, time = ""] = /^timestamp=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)$/u.exec(word) ?? []
  const millis = time === "" ? NaN : Date.parse(time)
  if (!Number.isNaN(millis)) return { at: millis, n: undefined }
  return /^(?:msgid|timestamp)=/u.test(word) ? ["INVALID_PARAMS", word, "No message has this id, or there is no such time"] : ["INVALID_MSGREFTYPE", word, "Name a message by msgid=ID or timestamp=TIME"]
}

// Negative for what comes before the place.
const compared = ({ at, n = 0 }: Message, place: Place): number => (at === place.at && place.n !== undefined ? n - place.n : at - place.at)

const limitOf = (word: string): number | Wrong => {
  const limit = /^\d{1,9}$/u.test(word) ? Number(word) : 0
  return limit > 0 ? Math.min(limit, mostAnswered) : ["INVALID_PARAMS", word, "How many messages is a number from 1 on"]
}

const first = (all: ReadonlyArray<Message>, limit: number): ReadonlyArray<Message> => all.slice(0, limit)
const last = (all: ReadonlyArray<Message>, limit: number): ReadonlyArray<Message> => all.slice(-limit)

const around = (all: ReadonlyArray<Message>, place: Place, limit: number): ReadonlyArray<Message> => {
  const found = all.findIndex((message) => compared(message, place) >= 0)
  const start = Math.max(0, (found < 0 ? all.length : found) - Math.floor(limit / 2))
  return all.slice(start, start + limit)
}

/** What is asked for with one place, by the name of the command. */
const byPlace: Readonly<Record<string, (all: ReadonlyArray<Message>, place: Place, limit: number) => ReadonlyArray<Message>>> = {
  LATEST: (all, place, limit) => last(all.filter((message) => compared(message, place) > 0), limit),
  BEFORE: (all, place, limit) => last(all.filter((message) => compared(message, place) < 0), limit),
  AFTER: (all, place, limit) => first(all.filter((message) => compared(message, place) > 0), limit),
  AROUND: around
}

const isBefore = (one: Place, other: Place): boolean => one.at < other.at || (one.at === other.at && (one.n ?? 0) < (other.n ?? 0))

const between = (one: Place, other: Place, limit: number): Asked => {
  const [from, to] = isBefore(one, other) ? [one, other] : [other, one]
  const part = from === one ? first : last
  return (all) => part(all.filter((message) => compared(message, from) > 0 && compared(message, to) < 0), limit)
}

const missing = (): Wrong => ["NEED_MORE_PARAMS", "", "Missing parameters"]

const askedFor = (command: string, [word, ...rest]: ReadonlyArray<string>): Asked | Wrong => {
  if (word === undefined) return missing()
  const [second = "", third] = rest
  const limit = command === "BETWEEN" ? third : rest[0]
  if (limit === undefined) return missing()
  const most = limitOf(limit)
  if (isWrong(most)) return most
  if (command === "LATEST" && word === "*") return (all) => last(all, most)
  const place = placeOf(word)
  if (isWrong(place)) return place
  if (command !== "BETWEEN") return (all) => byPlace[command]?.(all, place, most) ?? []
  const other = placeOf(second)
  return isWrong(other) ? other : between(place, other, most)
}

/** Who else a letter is of, for who has this account: itself, where it has said something to itself. */
const otherOf = (letter: Letter, account: string): Member | undefined => {
  const [from, to] = letter._tag === "Whispered" ? [letter.from, letter.to] : [letter.by, letter.target]
  return from.account === account ? to : from
}

// Clients that have not asked for more are shown only what is said.
const isShown = ({ capabilities }: Client, { _tag }: Message): boolean => _tag !== "TopicSet" && _tag !== "Signalled" ? true : capabilities.has("draft/event-playback")

/** What is kept that this target names, as far as who asks may know it. */
const keptOf = (client: Client, { chat, me }: Asking, target: string): ReadonlyArray<Message> | undefined => {
  if (isChannel(target)) {
    const asked = roomOf(target)
    const room = asked === undefined ? undefined : roomWith(chat, asked.key)
    return room === undefined || me === undefined || membershipIn(me, room.key) === undefined ? undefined : rememberedOf(room).filter((message) => isShown(client, message))
  }
  const account = me?.member.account
  if (me === undefined || account === undefined) return undefined
  const key = keyOf(target)
  return lettersOf(chat, me.account).filter((letter) => {
    const other = otherOf(letter, account)
    return other !== undefined && keyOf(nickOf(other.name)) === key && isShown(client, letter)
  })
}

// A message of several lines counts as one, which its first line stands for. It is answered as a whole.
const isHead = (message: Message): boolean => (partOf(message)?.index ?? 0) === 0

const wholeOf = (kept: ReadonlyArray<Message>, head: Message): ReadonlyArray<Message> =>
  partOf(head) === undefined ? [head] : kept.filter((message) => partOf(message)?.first === head.n)

const targets = (client: Client, asking: Asking, from: Place, to: Place, limit: number): ReadonlyArray<string> => {
  const { chat, me } = asking
  const latest = new Map<string, number>()
  for (const { room: key } of me?.rooms ?? []) {
    const room = roomWith(chat, key)
    const at = room === undefined ? undefined : rememberedOf(room).findLast((message) => isShown(client, message))?.at
    if (room !== undefined && at !== undefined) latest.set(channelOf(room.name), at)
  }
  const account = me?.member.account
  for (const letter of account === undefined ? [] : lettersOf(chat, me?.account)) {
    const other = otherOf(letter, account ?? "")
    if (other !== undefined && isShown(client, letter)) latest.set(nickOf(other.name), letter.at)
  }
  const [start, end] = from.at <= to.at ? [from.at, to.at] : [to.at, from.at]
  const found = [...latest].filter(([, at]) => at > start && at < end).sort(([, one], [, other]) => one - other)
  return (from.at <= to.at ? found.slice(0, limit) : found.slice(-limit)).map(([target, at]) => client.fromServer(`CHATHISTORY TARGETS ${target} ${new Date(at).toISOString()}`))
}

const fail = (client: Client, command: string, [code, param, words]: Wrong): Heard =>
  client.fail("CHATHISTORY", code, [command, ...(param === "" ? [] : [param])], words)

function* answerTargets(client: Client, [one = "", other = "", count]: ReadonlyArray<string>): Iterable<Heard> {
  const from = placeOf(one)
  const to = placeOf(other)
  const limit = count === undefined ? missing() : limitOf(count)
  if (isWrong(limit)) yield fail(client, "TARGETS", limit)
  else if (isWrong(from)) yield fail(client, "TARGETS", from)
  else if (isWrong(to)) yield fail(client, "TARGETS", to)
  else yield client.look((asking) => batch(client, "history", "draft/chathistory-targets", targets(client, asking, from, to, limit)))
}

/** The command `CHATHISTORY`. */
export function* chathistory(client: Client, [name = "", ...params]: ReadonlyArray<string>): Iterable<Heard> {
  const command = name.toUpperCase()
  if (client.hearing.history === undefined) yield client.numeric("421", ["CHATHISTORY"], "Unknown command: this server keeps nothing of what is said")
  else if (command === "TARGETS") yield* answerTargets(client, params)
  else if (command !== "BETWEEN" && !Object.hasOwn(byPlace, command)) yield fail(client, name, ["UNKNOWN_COMMAND", "", "Unknown command"])
  else {
    const [target = "", ...rest] = params
    const asked = askedFor(command, rest)
    if (isWrong(asked)) {
      yield fail(client, command, asked)
      return
    }
    yield client.look((asking) => {
      const kept = keptOf(client, asking, target)
      return kept === undefined
        ? [client.standardReply("FAIL", "CHATHISTORY", "INVALID_TARGET", [command, target], "Messages could not be retrieved")]
        : batch(client, "history", `chathistory ${target}`, asked(kept.filter(isHead)).flatMap((message) => wholeOf(kept, message)).flatMap((message) => again(client, message)))
    })
  }
}

/** Has what is said to a client alone be kept for it, which has claimed a name, and asks for history, or knows of taking something back. */
export function* keepLetters(client: Client): Iterable<Heard> {
  const { capabilities, hearing, isIn, me } = client
  if (isIn && hearing.history !== undefined && me?.account !== undefined && (capabilities.has("draft/chathistory") || capabilities.has("draft/message-redaction"))) yield* client.perform({ _tag: "KeepLetters" })
}
