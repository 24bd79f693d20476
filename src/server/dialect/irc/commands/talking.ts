/** What is said, to rooms and to one alone. */
import { personNamed, roomWith } from "../../../../domain/Chat.ts"
import { lenient } from "../../../../domain/Text.ts"
import type { Heard } from "../../Dialect.ts"
import type { Client, IrcCommands, Run } from "../Client.ts"
import { isChannel, keyOf, roomOf } from "../tokens.ts"

/** How many targets one message has at most. */
const mostTargets = 4

// Bold, italic, underlined, struck through, monospaced, reversed, reset; and colours with their digits.
const formatting = /\u0003(?:\d{1,2}(?:,\d{1,2})?)?|\u0004(?:[\da-f]{6}(?:,[\da-f]{6})?)?|[\u0002\u000f\u0011\u0016\u001d-\u001f]/giu

const plainText = (raw: string) => lenient(raw.replace(formatting, ""))

const say = (isNotice: boolean): Run =>
  function* (client, [targets, raw = ""]) {
    if (targets === undefined) {
      if (!isNotice) yield client.numeric("411", [], "No recipient given (PRIVMSG)")
      return
    }
    if (raw === "") {
      if (!isNotice) yield client.numeric("412", [], "No text to send")
      return
    }
    const all = targets.split(",").filter((target) => target !== "")
    for (const target of all.slice(0, mostTargets)) yield* sayTo(client, target, raw, isNotice)
    if (all.length > mostTargets) yield client.numeric("407", [all[mostTargets] ?? ""], `Too many targets: ${mostTargets} at most`)
  }

function* sayTo(client: Client, target: string, raw: string, isNotice: boolean): Iterable<Heard> {
  const ctcp = /^\u0001(\S*)(?: (.*?))?\u0001?$/su.exec(raw)
  const isAction = ctcp?.[1]?.toUpperCase() === "ACTION"
  // What machines ask each other is carried to nobody yet.
  if (ctcp !== null && !isAction) return
  const text = plainText(isAction ? (ctcp[2] ?? "") : raw)
  if (text === undefined) {
    if (!isNotice) yield client.numeric("412", [], "No text to send")
    return
  }
  const notice = isNotice ? { notice: true as const } : {}
  const [, mark, channel = target] = /^([@+])(#.*)$/su.exec(target) ?? []
  if (isChannel(channel)) {
    const room = roomOf(channel)
    if (room === undefined) {
      if (!isNotice) yield client.numeric("403", [target], "No such channel")
      return
    }
    yield* client.perform(mark !== undefined ? { _tag: "Confide", room, role: mark === "@" ? "operator" : "voice", text, ...notice } : isAction ? { _tag: "Act", text, room } : { _tag: "Say", text, room, ...notice })
    const { refused } = client
    if (refused !== undefined && !isNotice) {
      yield client.numerics(({ chat }) => [[refused.code === "not-in-room" && roomWith(chat, room.key) === undefined ? "403" : "404", [target], refused.message]])
    }
    return
  }
  const to = yield* client.see(({ chat }) => personNamed(chat, keyOf(target)))
  if (to === undefined) {
    if (!isNotice) yield client.numeric("401", [target], "No such nick/channel")
    return
  }
  yield* client.perform({ _tag: "Whisper", to: to.member.id, text, ...notice })
}

/** The commands that say something. */
export const talking: IrcCommands = {
  NOTICE: { least: 0, run: say(true) },
  PRIVMSG: { least: 0, run: say(false) }
}
