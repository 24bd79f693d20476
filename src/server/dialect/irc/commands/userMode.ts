/** What a client says of itself by `MODE`: that it is a program, is not to be found by masks, or hears what operators say. */
import { personNamed } from "../../../../domain/Chat.ts"
import type { Heard } from "../../Dialect.ts"
import type { Asking, Client } from "../Client.ts"
import { keyOf } from "../tokens.ts"
import { dutyLetters, dutyOf } from "./operating.ts"

/** The modes of somebody, as letters. */
const lettersOf = (asking: Asking): string =>
  `+${asking.me?.member.bot === true ? "B" : ""}${asking.me?.status.invisible === true ? "i" : ""}${dutyLetters(asking)}`

/** What is set and what is not any more, by letter. */
const changesOf = (letters: string): ReadonlyMap<string, boolean> => {
  const changes = new Map<string, boolean>()
  let isSet = true
  for (const letter of letters) {
    if (letter === "+" || letter === "-") isSet = letter === "+"
    else changes.set(letter, isSet)
  }
  return changes
}

/** What means something here, and what clients set that means nothing: it is accepted without a word. */
const known = new Set(["B", "i", "o", "r", "s", "w", "x", "Z"])

/** The command `MODE` on oneself; those of others are nobody else's business. */
export function* userMode(client: Client, target: string, [letters, ...rest]: ReadonlyArray<string>): Iterable<Heard> {
  const whose = yield* client.see(({ chat, nick }) => (keyOf(target) === keyOf(nick) ? "mine" : personNamed(chat, keyOf(target)) === undefined ? "nobody" : "other"))
  if (whose === "nobody") yield client.numeric("401", [target], "No such nick/channel")
  else if (whose === "other") yield client.numeric("502", [], "Can't change mode for other users")
  else if (letters === undefined) yield client.numerics((asking) => [["221", [lettersOf(asking)]]])
  else yield* change(client, changesOf([letters, ...rest].join("")))
}

function* change(client: Client, changes: ReadonlyMap<string, boolean>): Iterable<Heard> {
  const before = yield* client.see((asking) => ({
    bot: asking.me?.member.bot === true,
    invisible: asking.me?.status.invisible === true,
    duty: dutyOf(asking, changes)
  }))
  if (before === undefined) return
  const { duty } = before
  const bot = changes.get("B") ?? before.bot
  const invisible = changes.get("i") ?? before.invisible
  if (bot !== before.bot || invisible !== before.invisible) yield* client.perform({ _tag: "Describe", bot, invisible })
  if (duty !== undefined) yield* client.perform({ _tag: "SetDuty", ...duty })
  const words = [
    ...(bot === before.bot ? [] : [`${bot ? "+" : "-"}B`]),
    ...(invisible === before.invisible ? [] : [`${invisible ? "+" : "-"}i`]),
    ...(duty?.operates === false ? ["-o"] : []),
    ...(duty?.listens === undefined ? [] : [duty.listens ? "+w" : "-w"])
  ].join("")
  if (words !== "") yield client.look(({ nick }) => [`:${nick} MODE ${nick} :${words}`])
  if ([...changes.keys()].some((letter) => !known.has(letter))) yield client.numeric("501", [], "Unknown MODE flag")
}
