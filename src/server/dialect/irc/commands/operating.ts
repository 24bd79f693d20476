/** What operators of the server do, and how one becomes one. */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import { personNamed } from "../../../../domain/Chat.ts"
import { lenient } from "../../../../domain/Text.ts"
import type { Heard } from "../../Dialect.ts"
import type { Asking, Client, IrcCommands, Numeric } from "../Client.ts"
import { keyOf } from "../tokens.ts"

const isOperator = ({ chat, me }: Asking): boolean => me !== undefined && HashSet.has(chat.operators, me.member.id)

const notPermitted: Numeric = ["481", [], "Permission Denied- You're not an IRC operator"]

function* oper(client: Client, [name = "", secret = ""]: ReadonlyArray<string>): Iterable<Heard> {
  yield* client.do({ _tag: "Operate", name, secret })
  const { refused } = client
  if (refused !== undefined) {
    yield client.numeric("464", [], refused.message)
    return
  }
  yield client.look(({ nick }) => [client.numericOf(nick, ["381", [], "You are now an IRC operator"]), `:${nick} MODE ${nick} :+o`])
}

function* kill(client: Client, [nick = "", reason = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const seen = yield* client.see((asking) => ({ mayRemove: isOperator(asking), id: personNamed(asking.chat, keyOf(nick))?.member.id }))
  if (seen?.mayRemove !== true) yield client.numerics(() => [notPermitted])
  else if (seen.id === undefined) yield client.numeric("401", [nick], "No such nick/channel")
  else yield* client.do({ _tag: "Remove", id: seen.id, reason: lenient(reason) })
}

function* wallops(client: Client, [words = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const text = lenient(words)
  if (text === undefined) {
    yield client.numeric("461", ["WALLOPS"], "Not enough parameters")
    return
  }
  yield* client.perform({ _tag: "Proclaim", text })
  if (client.refused !== undefined) yield client.numerics(() => [notPermitted])
}

/** What of one's modes is about operators: `-o`, `+w`, `-w`; `undefined` where nothing changes. */
export const dutyOf = ({ chat, me }: Asking, changes: ReadonlyMap<string, boolean>): { readonly operates?: false; readonly listens?: boolean } | undefined => {
  if (me === undefined) return undefined
  const { id } = me.member
  const listens = changes.get("w")
  const duty = {
    ...(changes.get("o") === false && HashSet.has(chat.operators, id) ? { operates: false as const } : {}),
    ...(listens !== undefined && listens !== HashSet.has(chat.listeners, id) ? { listens } : {})
  }
  return Object.keys(duty).length === 0 ? undefined : duty
}

/** The modes of somebody that are about operators, as letters. */
export const dutyLetters = ({ chat, me }: Asking): string =>
  me === undefined ? "" : `${HashSet.has(chat.operators, me.member.id) ? "o" : ""}${HashSet.has(chat.listeners, me.member.id) ? "w" : ""}`

/** How many are here. How many have not come in is not told, as that is known of this server alone. */
export const lusers = (_: Client, { chat }: Asking): ReadonlyArray<Numeric> => {
  const here = HashMap.size(chat.clients)
  const most = String(chat.mostHere)
  return [
    ["251", [], `There are ${here} users and 0 invisible on 1 servers`],
    ["252", [String(HashSet.size(chat.operators))], "operator(s) online"],
    ["254", [String(HashMap.size(chat.rooms))], "channels formed"],
    ["255", [], `I have ${here} clients and 0 servers`],
    ["265", [String(here), most], `Current local users ${here}, max ${most}`],
    ["266", [String(here), most], `Current global users ${here}, max ${most}`]
  ]
}

/** The commands of operators. */
export const operating: IrcCommands = {
  KILL: { least: 1, run: kill },
  OPER: { least: 2, run: oper },
  WALLOPS: { least: 1, run: wallops }
}
