/** `MONITOR`: watching for people, wherever they are. */
import { type Person, personNamed } from "../../../../domain/Chat.ts"
import type { Nickname } from "../../../../domain/Nickname.ts"
import { mostWatched } from "../../../../domain/watch.ts"
import { type Heard, nameLimits } from "../../Dialect.ts"
import type { Asking, Client, Numeric } from "../Client.ts"
import { draftOf } from "../metadata.ts"
import { isHere } from "../person.ts"
import { keyOf, nameOf, nickOf, sourceOf } from "../tokens.ts"
import { describedPeople } from "./subscriptions.ts"

/** How many bytes of targets one line of an answer has at most. */
const most = 400

/** The command `MONITOR`. */
export function* monitor(client: Client, [what = "", targets = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const nicks = targets.split(",").filter((nick) => nick !== "")
  switch (what.toUpperCase()) {
    case "+":
      yield* add(client, nicks)
      return
    case "-":
      for (const nick of nicks.slice(0, mostWatched)) yield* watch(client, nick, true)
      return
    case "C":
      for (const { name } of yield* watched(client)) yield* watch(client, nickOf(name), true)
      return
    case "L":
      yield client.numerics(({ me }) => [...lists("732", (me?.watched ?? []).map(({ name }) => nickOf(name))), ["733", [], "End of MONITOR list"]])
      return
    case "S":
      yield client.numerics((asking) => states(asking, (asking.me?.watched ?? []).map(({ name }) => name)))
      return
    default:
      yield client.numeric("461", ["MONITOR"], "Type MONITOR + NAMES, - NAMES, C, L or S")
  }
}

function* watched(client: Client): Generator<Heard, ReadonlyArray<{ readonly name: Nickname }>> {
  return (yield* client.see(({ me }) => me?.watched ?? [])) ?? []
}

function* watch(client: Client, nick: string, over: boolean): Iterable<Heard> {
  const name = nameOf(nick, nameLimits(client.hearing))
  if (name !== undefined) yield* client.perform({ _tag: "Watch", for: { name, key: keyOf(nick) }, ...(over ? { over } : {}) })
}

function* add(client: Client, nicks: ReadonlyArray<string>): Iterable<Heard> {
  const added: Array<Nickname> = []
  for (const [index, nick] of nicks.entries()) {
    const name = nameOf(nick, nameLimits(client.hearing))
    if (name === undefined) continue
    yield* watch(client, nick, false)
    if (client.refused !== undefined) {
      yield client.numeric("734", [String(mostWatched), nicks.slice(index).join(",")], "Monitor list is full.")
      break
    }
    added.push(name)
  }
  yield client.numerics((asking) => states(asking, added))
  if (draftOf(client.capabilities) !== undefined && client.subscriptions.size > 0) yield client.look((asking) => describedPeople(client, asking, hereOf(asking, added)))
}

const hereOf = ({ chat }: Asking, names: ReadonlyArray<Nickname>): ReadonlyArray<Person<unknown>> =>
  names.flatMap((name) => {
    const person = personNamed(chat, keyOf(name))
    return person === undefined || !isHere(person) ? [] : [person]
  })

const states = ({ chat }: Asking, names: ReadonlyArray<Nickname>): ReadonlyArray<Numeric> => {
  const here: Array<string> = []
  const gone: Array<string> = []
  for (const name of names) {
    const person = personNamed(chat, keyOf(name))
    if (person !== undefined && isHere(person)) here.push(sourceOf(person.member))
    else gone.push(nickOf(name))
  }
  return [...lists("730", here), ...lists("731", gone)]
}

const lists = (code: string, words: ReadonlyArray<string>): ReadonlyArray<Numeric> => {
  const lines: Array<string> = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || Buffer.byteLength(last) + Buffer.byteLength(word) >= most) lines.push(word)
    else lines[lines.length - 1] = `${last},${word}`
  }
  return lines.map((line) => [code, [], line])
}
