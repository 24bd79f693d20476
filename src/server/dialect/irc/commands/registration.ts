/** Coming in, another name, capabilities, and leaving. */
import { asked } from "../../../../domain/nameIndex.ts"
import { clean, lenient } from "../../../../domain/Text.ts"
import { version } from "../../../../domain/version.ts"
import { type Heard, nameLimits, reject } from "../../Dialect.ts"
import { type Capabilities, listed, offered, requested } from "../Capabilities.ts"
import type { Client, IrcCommands } from "../Client.ts"
import { isupport } from "../isupport.ts"
import { nameOf } from "../tokens.ts"
import { motd } from "./asking.ts"
import { lusers } from "./operating.ts"

function* enter(client: Client): Iterable<Heard> {
  const { isNegotiating, name, password, real, user } = client.registration
  if (client.isIn || isNegotiating || name === undefined || user === undefined) return
  yield* client.do({
    _tag: "Hello",
    join: { _tag: "Join", name: asked(name), nowhere: true, profile: { user, real: clean(real ?? "") } },
    password
  })
  const { refused } = client
  if (refused === undefined) {
    client.me = client.hears("Admitted")?.you
    client.isIn = client.me !== undefined
    // A password is kept no longer than it is needed.
    client.registration = { ...client.registration, password: undefined }
    yield* welcome(client)
    return
  }
  switch (refused.code) {
    case "password-required":
    case "password-wrong":
    case "password-wait":
      yield client.numeric("464", [], refused.message)
      yield reject("wrong-password", "Password incorrect")
      return
    default:
      yield client.numeric(refused.code === "name-taken" ? "433" : "432", [client.registration.nick ?? "*"], refused.message)
      client.registration = { ...client.registration, name: undefined }
  }
}

function* welcome(client: Client): Iterable<Heard> {
  const { serverName } = client.hearing
  yield client.look(
    (asking) => {
      const { nick } = asking
      return [
        ...([
          ["001", [], `Welcome to brusio, ${nick}`],
          ["002", [], `Your host is ${serverName}, running brusio ${version}`],
          ["003", [], "This server knows of nothing from before it was started"],
          ["004", [serverName, `brusio-${version}`, "Biow", "beIiklmnostC", "beIklov"]],
          ...isupport(client.hearing).map((tokens): readonly [string, ReadonlyArray<string>, string] => ["005", tokens, "are supported by this server"]),
          ...lusers(client, asking),
          ...motd()
        ] as const).map((reply) => client.numericOf(nick, reply))
      ]
    },
    true
  )
}

function* nick(client: Client, [wanted = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const name = nameOf(wanted, nameLimits(client.hearing))
  if (wanted === "") {
    yield client.numeric("431", [], "No nickname given")
    return
  }
  if (name === undefined) {
    yield client.numeric("432", [wanted.replaceAll(" ", "_")], "Erroneous nickname")
    return
  }
  if (!client.isIn) {
    client.registration = { ...client.registration, nick: wanted, name }
    yield* enter(client)
    return
  }
  yield* client.perform({ _tag: "Rename", name: asked(name) })
  const { refused } = client
  if (refused !== undefined) {
    if (refused.code !== "no-change") yield client.numeric(refused.code === "name-taken" ? "433" : "432", [wanted], refused.message)
    return
  }
  client.registration = { ...client.registration, name }
  client.me = client.hears("Renamed")?.member ?? client.me
  // From here on, what is told to this client alone bears its new name.
  yield client.look(() => [], true)
}

function* user(client: Client, [name = "", , , real = ""]: ReadonlyArray<string>): Iterable<Heard> {
  if (client.isIn || client.registration.user !== undefined) {
    yield client.numeric("462", [], "You may not reregister")
    return
  }
  if (name === "" || real === "") {
    yield client.numeric("461", ["USER"], "Not enough parameters")
    return
  }
  const bare = name.replace(/[^\w.-]/gu, "").slice(0, 12)
  client.registration = { ...client.registration, user: bare === "" ? "user" : bare, real }
  yield* enter(client)
}

function* pass(client: Client, [password = ""]: ReadonlyArray<string>): Iterable<Heard> {
  if (client.isIn) yield client.numeric("462", [], "You may not reregister")
  else client.registration = { ...client.registration, password }
}

function* cap(client: Client, [subcommand = "", argument = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const answer = (...words: ReadonlyArray<string>): Heard => client.look(({ nick }) => [client.fromServer(`CAP ${nick} ${words.join(" ")}`)])
  const negotiating = () => {
    if (!client.isIn) client.registration = { ...client.registration, isNegotiating: true }
  }
  switch (subcommand.toUpperCase()) {
    case "LS": {
      negotiating()
      const is302 = Number(argument) >= 302
      if (is302) client.capabilities = new Set([...client.capabilities, "cap-notify"])
      yield* list("LS", [...offered].map(([name, value]) => (is302 && value !== "" ? `${name}=${value}` : name)), is302)
      return
    }
    case "LIST":
      yield* list("LIST", client.capabilities, true)
      return
    case "REQ": {
      negotiating()
      const next: Capabilities | undefined = requested(client.capabilities, argument)
      if (next === undefined) {
        yield answer("NAK", `:${argument}`)
        return
      }
      client.capabilities = next
      yield client.look(({ nick }) => [client.fromServer(`CAP ${nick} ACK :${argument}`)], true)
      return
    }
    case "END":
      if (client.isIn) return
      client.registration = { ...client.registration, isNegotiating: false }
      yield* enter(client)
      return
    default:
      yield client.numeric("410", [subcommand === "" ? "*" : subcommand], "Invalid CAP command")
  }

  function* list(word: string, names: Iterable<string>, isLong: boolean): Iterable<Heard> {
    const lines = listed(names)
    for (const [index, line] of lines.entries()) yield answer(word, ...(isLong && index < lines.length - 1 ? ["*"] : []), `:${line}`)
  }
}

function* quit(client: Client, [reason = ""]: ReadonlyArray<string>): Iterable<Heard> {
  client.quit = clean(reason)
  yield { _tag: "Quit", reason: lenient(reason) }
}

/** The commands by which a client comes in, and goes. */
export const registration: IrcCommands = {
  CAP: { least: 1, isEarly: true, run: cap },
  NICK: { least: 0, isEarly: true, run: nick },
  PASS: { least: 1, isEarly: true, run: pass },
  QUIT: { least: 0, isEarly: true, run: quit },
  USER: { least: 4, isEarly: true, run: user }
}
