import { describe, expect, it } from "@effect/vitest"
import { answer, apply } from "../../src/domain/apply.ts"
import * as Chat from "../../src/domain/Chat.ts"
import { makeIrc } from "../../src/server/dialect/irc/irc.ts"
import { defaults } from "../../src/server/ServerConfig.ts"
import { Allowance, weight } from "../../src/server/session/Allowance.ts"
import { utf8 } from "../support/bytes.ts"
import { join, settings } from "../support/chat.ts"
import { yardstick } from "../support/yardstick.ts"

const irc = makeIrc(defaults)
const sender = 1

/** So many people are in the lobby, and in as many rooms as one may be in there is one of them alone. */
const people = 3000
const rooms = 16
const address = "127.0.0.1:1"

const crowd: Chat.Chat<undefined> = Array.from({ length: people }, (_, n) => n + 2).reduce(
  (chat, client) => apply(chat, { _tag: "Command", at: 1, client, address, command: join(`user${client}`) }, () => undefined).chat,
  Chat.empty<undefined>(settings)
)

/** What a line has cost. */
interface Cost {
  /** How much of its allowance the client pays for it, in messages. */
  readonly charged: number
  /** How long it was worked at, and how long without a turn of the event loop for others, ms. */
  readonly millis: number
  readonly longest: number
}

/** A client of IRC, and what becomes of each line that it sends; what it has sent before is not counted. */
class Sender {
  readonly #interpreter = irc.open(defaults, true)
  #chat: Chat.Chat<undefined> = crowd

  sends(line: string): Cost {
    const bytes = utf8(`${line}\r\n`)
    let messages = 0
    let answered = 0
    let longest = 0
    const start = performance.now()
    let last = start
    for (const item of this.#interpreter.hear(bytes)) {
      if (item._tag === "Hello" || item._tag === "Command" || item._tag === "Sealed") {
        messages += 1
        const command = item._tag === "Hello" ? item.join : item.command
        const { chat, told } = apply(this.#chat, { _tag: "Command", at: 1, client: sender, address, command }, () => undefined)
        this.#chat = chat
        for (const { event } of told) this.#interpreter.told(event, () => true, chat)
      } else if (item._tag === "Look") {
        const { effort = 0, size, turn, words } = item.look({ chat: this.#chat, me: Chat.personOf(this.#chat, sender), at: 1 })
        words()
        turn?.()
        answered += new Allowance({ perSecond: 1, burst: 0 }, 0).answered(size + effort, 0).wait / 1000
      } else if (item._tag === "Question") {
        messages += 1
        answer(this.#chat, { client: sender, address }, Chat.personOf(this.#chat, sender), item.question)
      } else messages += 1
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
    return { charged: Math.max(messages, weight(bytes)) + answered, longest, millis: performance.now() - start }
  }
}

const entered = (): Sender => {
  const one = new Sender()
  one.sends("CAP REQ :message-tags server-time multi-prefix")
  one.sends("NICK op")
  one.sends("USER op 0 * :op")
  one.sends("CAP END")
  one.sends("JOIN #lobby")
  for (let n = 1; n < rooms; n += 1) one.sends(`JOIN #r${n}`)
  return one
}

/** A line that is as long as may be, of these parts. */
const filled = (head: string, unit: string, tail = "", longest = 510): string =>
  head + unit.repeat(Math.floor((longest - utf8(head + tail).length) / utf8(unit).length)) + tail

const several = (count: number, of: (n: number) => string, between = ","): string => Array.from({ length: count }, (_, n) => of(n)).join(between)

const lines: ReadonlyArray<string> = [
  "NAMES", "NAMES #lobby", filled("NAMES ", "#lobby,"), `NAMES ${several(rooms, (n) => `#r${n}`)},#lobby`,
  "WHO", "WHO #lobby", "WHO #lobby %tcuihsnfdlaor,152", "WHO *", "WHO user?*", "WHO nobody", filled("WHO ", "*u"), filled("WHO *", "?*"),
  "LIST", filled("LIST ", "*a*,"), filled("LIST ", "#r1,"), filled("LIST ", "!*b,"), filled("LIST ", "C>1,"),
  filled("MONITOR + ", "a,"), `MONITOR + ${several(60, (n) => `user${n + 2}`)}`, filled("MONITOR - ", "a,"), "MONITOR S", "MONITOR L",
  filled("WHOIS ", "user5,"), filled("WHOIS ", "*,"), filled("WHOIS *", "*a"), filled("WHOWAS ", "a,"), filled("USERHOST ", "user5 "), filled("ISON :", "u5 "),
  "MODE #r1", "MODE #r1 b", "MODE #lobby b", `MODE #r1 +${"b".repeat(14)} ${several(14, () => "*?*?*?*?!*@*", " ")}`, filled("MODE #r1 +", "b", " *"),
  `MODE #r1 +${"o".repeat(20)} ${several(20, () => "user3", " ")}`, filled("MODE op +", "iw"), filled("MODE #r1 +", "imnst"),
  filled("JOIN ", "#x1,"), `JOIN ${several(60, (n) => `#z${n}`)}`, filled("PART ", "#r1,"), filled("KICK #r1 ", "user5,"), filled("INVITE user5 #", "a"),
  filled("PRIVMSG ", "user5,", " :hi"), filled("PRIVMSG ", "#r1,", " :hi"), filled("NOTICE ", "user5,", " :hi"), filled("PRIVMSG #lobby :\u0003", "1,1\u0002"),
  ...["PRIVMSG #lobby :", "PRIVMSG ", "NICK ", "JOIN #", "INVITE ", "TOPIC #r1 :", "AWAY :", "SETNAME :", "KICK #r1 ", "WHO ", "WHOIS ", "MONITOR + ", "MODE #r1 +b ", "LIST "].flatMap(
    (head) => ["\ufdfa", "a\u0301\u0323\u0308\u0330", "👨\u200d", "["].map((unit) => filled(head, unit))
  ),
  filled("@", "+a=b;", " TAGMSG #lobby", 4096), filled("@", "a=b;", " PRIVMSG #lobby :hi", 4096), filled("@", "+a=\\:\\s;", " TAGMSG #lobby", 4096), filled("@+a=", "\\:", " TAGMSG #lobby", 4096),
  "HELP", "MOTD", "LUSERS", "INFO", "CAP LS 302", filled("CAP REQ :", "sts "), "OPER a b", filled("NOTHING ", "a ")
]

/** How much more than the yardstick a message may cost, in a room of this size and while others use the machine. */
const most = 1.5

/** How many yardsticks others may have to wait for their turn: about ten milliseconds. */
const longestTurn = 20

describe(`Where ${people} are in the room, a client of IRC pays for what a line of it costs:`, () => {
  it.each(lines.map((line) => [line.slice(0, 40), line] as const))("%s", (_, line) => {
    let half = Math.min(...Array.from({ length: 10 }, yardstick))
    let ratio = Infinity
    let longest = Infinity
    for (let times = 0; times < 30 && (ratio > most || longest > longestTurn); times += 1) {
      const one = entered()
      const cost = one.sends(line)
      half = Math.min(half, yardstick())
      ratio = Math.min(ratio, cost.millis / cost.charged / half)
      longest = Math.min(longest, cost.longest / half)
    }
    expect({ ratio: Math.max(ratio, most), longest: Math.max(longest, longestTurn) }).toEqual({ ratio: most, longest: longestTurn })
  })
})
