/** What is said, to rooms and to one alone. */
import { personNamed, roomWith } from "../../../../domain/Chat.ts"
import type { Command } from "../../../../domain/command/index.ts"
import type { SpokenLine } from "../../../../domain/command/sayLines.ts"
import type { Signal } from "../../../../domain/command/signal.ts"
import type { MemberId } from "../../../../domain/Member.ts"
import type { AskedRoom } from "../../../../domain/RoomName.ts"
import type { Tags } from "../../../../domain/Tags.ts"
import { lenient } from "../../../../domain/Text.ts"
import type { Heard } from "../../Dialect.ts"
import { again, isToSelf } from "../again.ts"
import type { Client, IrcCommands, Run } from "../Client.ts"
import { longestBody } from "../message.ts"
import { isChannel, keyOf, nickOf, roomOf, sourceOf } from "../tokens.ts"

/** How many targets one message has at most. */
const mostTargets = 4

// Bold, italic, underlined, struck through, monospaced, reversed, reset; and colours with their digits.
const formatting = /\u0003(?:\d{1,2}(?:,\d{1,2})?)?|\u0004(?:[\da-f]{6}(?:,[\da-f]{6})?)?|[\u0002\u000f\u0011\u0016\u001d-\u001f]/giu

/** What a client says as others read it, without its formatting; `undefined` where nothing of it can be seen. */
export const plainText = (raw: string) => lenient(raw.replace(formatting, ""))

const say = (isNotice: boolean): Run =>
  function* (client, [targets, raw = ""], tags) {
    if (targets === undefined) {
      if (!isNotice) yield client.numeric("411", [], "No recipient given (PRIVMSG)")
      return
    }
    if (raw === "") {
      if (!isNotice) yield client.numeric("412", [], "No text to send")
      return
    }
    const all = targets.split(",").filter((target) => target !== "")
    for (const target of all.slice(0, mostTargets)) yield* sayTo(client, target, { raw, isNotice, tags: clientTags(tags) })
    if (all.length > mostTargets) yield client.numeric("407", [all[mostTargets] ?? ""], `Too many targets: ${mostTargets} at most`)
  }

/** Something to say, as a client has sent it. */
interface Saying {
  readonly raw: string
  readonly isNotice: boolean
  readonly tags: Tags | undefined
}

/** The tags that a client says to other clients; those of its own to the server are not among them. */
export const clientTags = (tags: ReadonlyMap<string, string>): Tags | undefined => {
  const said = [...tags].filter(([name]) => /^\+[\w./-]+$/u.test(name))
  return said.length === 0 ? undefined : Object.fromEntries(said)
}

function* sayTo(client: Client, target: string, { isNotice, raw, tags }: Saying): Iterable<Heard> {
  const ctcp = /^\u0001(\S*)(?: (.*?))?\u0001?$/su.exec(raw)
  const isAction = ctcp?.[1]?.toUpperCase() === "ACTION"
  if (ctcp !== null && !isAction) {
    yield* machine(client, target, { isNotice, tags, raw: raw.replaceAll("\u0001", "") })
    return
  }
  // Others read it behind its author's name: what would be cut there is not said at all, so that nobody reads but a part.
  if (client.me !== undefined && Buffer.byteLength(`:${sourceOf(client.me)} PRIVMSG ${target} :${raw}`) > longestBody) {
    if (!isNotice) yield client.numeric("417", [], "Input line was too long")
    return
  }
  const text = plainText(isAction ? (ctcp[2] ?? "") : raw)
  if (text === undefined) {
    if (!isNotice) yield client.numeric("412", [], "No text to send")
    return
  }
  const notice = isNotice ? { notice: true as const } : {}
  const [, mark, channel = target] = /^([@+])(#.*)$/su.exec(target) ?? []
  if (isChannel(channel)) {
    yield* toRoom(client, target, channel, isNotice, (room) =>
      mark !== undefined ? { _tag: "Confide", room, role: mark === "@" ? "operator" : "voice", text, ...notice } : isAction ? { _tag: "Act", text, room, tags } : { _tag: "Say", text, room, ...notice, tags }
    )
  } else yield* toPerson(client, target, isNotice, (to) => ({ _tag: "Whisper", to, text, ...notice, tags }))
}

/** Says a message of several lines. */
export function* sayLines(client: Client, target: string, { isNotice, lines, tags }: Omit<Saying, "raw"> & { readonly lines: ReadonlyArray<SpokenLine> }): Iterable<Heard> {
  const said = { _tag: "SayLines", lines, ...(isNotice ? { notice: true as const } : {}), tags } as const
  if (isChannel(target)) yield* toRoom(client, target, target, isNotice, (room) => ({ ...said, room }))
  else yield* toPerson(client, target, isNotice, (to) => ({ ...said, to }))
}

// A notice is never answered by an error.
function* toRoom(client: Client, target: string, channel: string, isNotice: boolean, saying: (room: AskedRoom) => Command): Iterable<Heard> {
  const room = roomOf(channel)
  if (room === undefined) {
    if (!isNotice) yield client.numeric("403", [target], "No such channel")
    return
  }
  yield* client.perform(saying(room))
  const { refused } = client
  if (refused !== undefined && !isNotice) {
    yield client.numerics(({ chat }) => [[refused.code === "not-in-room" && roomWith(chat, room.key) === undefined ? "403" : "404", [target], refused.message]])
  }
}

function* toPerson(client: Client, target: string, isNotice: boolean, saying: (to: MemberId) => Command): Iterable<Heard> {
  const to = yield* client.see(({ chat }) => personNamed(chat, keyOf(target)))
  if (to === undefined) {
    if (!isNotice) yield client.numeric("401", [target], "No such nick/channel")
    return
  }
  yield* client.perform(saying(to.member.id))
  const { member, status: { away } } = to
  yield* echo(client)
  if (away !== undefined && !isNotice) yield client.numeric("301", [nickOf(member.name)], away)
}

// What a client has said to itself it is told, and echoed beside that where it wants to have its words echoed.
function* echo(client: Client): Iterable<Heard> {
  const said = client.told.filter(isToSelf)
  if (said.length > 0 && client.capabilities.has("echo-message")) yield client.look(() => said.flatMap((event) => again(client, event)))
}

// What machines ask each other, and answer: from IRC to IRC only. What would show an address is carried to nobody.
function* machine(client: Client, target: string, { isNotice, raw, tags }: Saying): Iterable<Heard> {
  if (/^DCC(?: |$)/iu.test(raw)) yield client.look(({ nick }) => [client.fromServer(`NOTICE ${nick} :DCC would show your address and is not carried`)])
  else yield* signal(client, target, { words: raw, tags, ...(isNotice ? { notice: true } : {}) }, isNotice)
}

function* signal(client: Client, target: string, what: Pick<Signal, "notice" | "tags" | "words">, isQuiet: boolean): Iterable<Heard> {
  if (isChannel(target)) {
    const room = roomOf(target)
    if (room !== undefined) yield* client.perform({ _tag: "Signal", room, ...what })
    const { refused } = client
    if (!isQuiet && (room === undefined || refused !== undefined)) {
      yield client.numerics(({ chat }) => [room === undefined || roomWith(chat, room.key) === undefined ? ["403", [target], "No such channel"] : ["404", [target], refused?.message ?? ""]])
    }
    return
  }
  const to = yield* client.see(({ chat }) => personNamed(chat, keyOf(target)))
  if (to !== undefined) {
    yield* client.perform({ _tag: "Signal", to: to.member.id, ...what })
    yield* echo(client)
  } else if (!isQuiet) yield client.numeric("401", [target], "No such nick/channel")
}

const tagmsg: Run = function* (client, [targets = ""], all) {
  const tags = clientTags(all)
  if (tags === undefined || !client.capabilities.has("message-tags")) return
  for (const target of targets.split(",").filter((target) => target !== "").slice(0, mostTargets)) yield* signal(client, target, { tags }, false)
}

/** The commands that say something. */
export const talking: IrcCommands = {
  NOTICE: { least: 0, run: say(true) },
  PRIVMSG: { least: 0, run: say(false) },
  TAGMSG: { least: 1, run: tagmsg }
}
