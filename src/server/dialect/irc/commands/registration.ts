/** Coming in, another name, capabilities, and leaving. */
import { accountOf } from "../../../../domain/accounts.ts"
import type { Refused } from "../../../../domain/Event.ts"
import { isResumption } from "../../../../domain/Reply.ts"
import { asked } from "../../../../domain/nameIndex.ts"
import { clean, lenient } from "../../../../domain/Text.ts"
import { version } from "../../../../domain/version.ts"
import { type Heard, nameLimits, reject } from "../../Dialect.ts"
import { type Capabilities, listed, offered, requested, transportPolicy } from "../Capabilities.ts"
import type { Client, IrcCommands } from "../Client.ts"
import { isupport } from "../isupport.ts"
import { keyOf, nameOf } from "../tokens.ts"
import { abort, identify } from "./accounts.ts"
import { motd } from "./asking.ts"
import { keepLetters } from "./chathistory.ts"
import { describeSelf } from "./metadata.ts"
import { lusers } from "./operating.ts"
import { comeBack } from "./returning.ts"
import { ownDescription } from "./subscriptions.ts"

function* enter(client: Client): Iterable<Heard> {
  const { isNegotiating, name, password, real, user } = client.registration
  if (client.isIn || isNegotiating || name === undefined || user === undefined) return
  yield* abort(client)
  yield* client.do({
    _tag: "Hello",
    join: { _tag: "Join", name: asked(name), nowhere: true, profile: { user, real: clean(real ?? "") } },
    password
  })
  const { refused } = client
  if (refused === undefined) {
    const resumed = client.told.find(isResumption)
    client.me = client.hears("Admitted")?.you ?? resumed?.you
    client.isIn = client.me !== undefined
    // A password is kept no longer than it is needed.
    client.registration = { ...client.registration, password: undefined }
    yield* describeSelf(client)
    yield* welcome(client)
    if (resumed !== undefined) yield* comeBack(client, resumed)
    yield* keepLetters(client)
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
      yield client.numeric(isTaken(refused) ? "433" : "432", [client.registration.nick ?? "*"], refused.message)
      client.registration = { ...client.registration, name: undefined }
  }
}

// Whether another name would do: this one is somebody's, or was taken up a moment ago.
const isTaken = ({ code }: Refused): boolean => code === "name-taken" || code === "too-soon"

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
          ...lusers(client, asking)
        ] as const).map((reply) => client.numericOf(nick, reply)),
        ...ownDescription(client, asking),
        ...motd().map((reply) => client.numericOf(nick, reply))
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
    if (refused.code !== "no-change") yield client.numeric(isTaken(refused) ? "433" : "432", [wanted], refused.message)
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
  if (client.isIn) {
    yield client.numeric("462", [], "You may not reregister")
    return
  }
  // `NAME:WORDS`, where the name is claimed: these are its words. It is the password all the same where no other is given.
  const [, name = "", words = ""] = /^([^:]+):(.+)$/su.exec(password) ?? []
  const isAccount = nameOf(name, nameLimits(client.hearing)) !== undefined && (yield* client.see(({ chat }) => accountOf(chat, keyOf(name)) !== undefined)) === true
  const known = client.registration.password
  client.registration = { ...client.registration, password: isAccount ? (known ?? password) : password }
  if (!isAccount) return
  yield* identify(client, name, { kind: "words", text: words })
  if (client.refused !== undefined) yield client.numeric("464", [], client.refused.message)
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
      const policy = is302 ? transportPolicy(client.hearing) : undefined
      const shown = [...offered(client.hearing), ...(policy === undefined ? [] : [["sts", policy] as const])]
      yield* list("LS", shown.map(([name, value]) => (is302 && value !== "" ? `${name}=${value}` : name)), is302)
      return
    }
    case "LIST":
      yield* list("LIST", client.capabilities, true)
      return
    case "REQ": {
      negotiating()
      const next: Capabilities | undefined = requested(client.capabilities, argument, offered(client.hearing))
      if (next === undefined) {
        yield answer("NAK", `:${argument}`)
        return
      }
      client.capabilities = next
      yield client.look(({ nick }) => [client.fromServer(`CAP ${nick} ACK :${argument}`)], true)
      yield* keepLetters(client)
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
