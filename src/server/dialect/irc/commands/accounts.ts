/** Claimed names: `REGISTER` claims one, `AUTHENTICATE` shows that one has. */
import { asked } from "../../../../domain/nameIndex.ts"
import type { Refused } from "../../../../domain/Event.ts"
import type { Evidence, Heard } from "../../Dialect.ts"
import { nameLimits } from "../../Dialect.ts"
import type { Client, IrcCommands, Numeric } from "../Client.ts"
import { longestPiece, mechanismsFor, SaslResponse } from "../sasl.ts"
import { keepLetters } from "./chathistory.ts"
import { cloak, keyOf, nameOf, nickOf, sourceOf } from "../tokens.ts"

/** How long the words of a claimed name may be, bytes. */
const longestWords = 400

/** How long they have to be, in characters: whoever says them is who has claimed it. Guesses are slow, and people choose for themselves. */
const leastWords = 3

/** Says that a client is taken for who has claimed a name, and has said its words. */
const loggedIn = (client: Client): ReadonlyArray<Heard> => {
  const account = client.hears("AccountSet")?.account
  if (account === undefined) return []
  return [
    client.numerics(({ me, nick }): ReadonlyArray<Numeric> => {
      const source = me === undefined ? `${nick}!~u@${cloak}` : sourceOf(me.member)
      return [["900", [source, nickOf(account)], `You are now logged in as ${nickOf(account)}`]]
    })
  ]
}

const failed = (client: Client, refused: Refused | undefined): Heard => client.numeric("904", [], refused?.message ?? "SASL authentication failed")

/** Begins with a mechanism, and takes the response to it. */
function* authenticate(client: Client, [word = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const { sasl } = client
  client.sasl = undefined
  if (word === "*") yield client.numeric("906", [], "SASL authentication aborted")
  else if (word.length > longestPiece) yield client.numeric("905", [], "SASL message too long")
  else if (sasl !== undefined) yield* respond(client, sasl, word)
  else if (isMechanism(word.toUpperCase(), client)) {
    client.sasl = new SaslResponse(word.toUpperCase() === "PLAIN" ? "PLAIN" : "EXTERNAL")
    yield client.look(() => ["AUTHENTICATE +"])
  } else {
    yield client.numeric("908", [mechanismsFor(client.hearing)], "are available SASL mechanisms")
    yield failed(client, undefined)
  }
}

const isMechanism = (word: string, { hearing }: Client): boolean => mechanismsFor(hearing).split(",").includes(word)

function* respond(client: Client, sasl: SaslResponse, piece: string): Iterable<Heard> {
  const response = sasl.take(piece)
  if (response === "more") {
    client.sasl = sasl
    return
  }
  if (response === undefined) {
    yield failed(client, undefined)
    return
  }
  const said = response.name ?? (client.me === undefined ? client.registration.nick : nickOf(client.me.name))
  const name = said === undefined ? undefined : nameOf(said, nameLimits(client.hearing))
  const certificate = client.hearing.encryption?.certificate
  const by: Evidence | undefined = response.words !== undefined ? { kind: "words", text: response.words } : certificate === undefined ? undefined : { kind: "certificate", text: certificate }
  if (said === undefined || name === undefined || by === undefined) {
    yield failed(client, undefined)
    return
  }
  yield* identify(client, said, by)
  if (client.refused !== undefined) {
    yield failed(client, client.refused)
    return
  }
  yield* loggedIn(client)
  yield client.numeric("903", [], "SASL authentication successful")
  yield* keepLetters(client)
}

/** Shows to have claimed a name. */
export function* identify(client: Client, name: string, by: Evidence): Iterable<Heard> {
  yield* client.do({ _tag: "Authenticate", key: keyOf(name), by })
  known(client)
}

// Who has come in is known by its account from here on.
const known = (client: Client): void => {
  const account = client.hears("AccountSet")?.account
  if (client.me !== undefined && account !== undefined) client.me = { ...client.me, account }
}


/** Ends what has begun and is not complete: the client comes in without it. */
export function* abort(client: Client): Iterable<Heard> {
  if (client.sasl === undefined) return
  client.sasl = undefined
  yield client.numeric("906", [], "SASL authentication aborted")
}

const fail = (client: Client, code: string, account: string, words: string): Heard => client.fail("REGISTER", code, [account], words)

function* register(client: Client, [account = "", , words = ""]: ReadonlyArray<string>): Iterable<Heard> {
  const wanted = account === "*" ? (client.me === undefined ? client.registration.nick : nickOf(client.me.name)) : account
  if (wanted === undefined) {
    yield fail(client, "NEED_NICK", "*", "Say which nick you want before you register an account, or name the account")
    return
  }
  const name = nameOf(wanted, nameLimits(client.hearing))
  const bytes = Buffer.byteLength(words)
  if (name === undefined) yield fail(client, "BAD_ACCOUNT_NAME", wanted, "Nobody can be called that")
  else if (words.length < leastWords) yield fail(client, "WEAK_PASSWORD", wanted, `A password has at least ${leastWords} characters, and should be nothing that others guess`)
  else if (bytes > longestWords) yield fail(client, "UNACCEPTABLE_PASSWORD", wanted, `A password has at most ${longestWords} bytes`)
  else {
    yield* client.do({ _tag: "ClaimName", name: asked(name), words, certificate: client.hearing.encryption?.certificate })
    const { refused } = client
    if (refused !== undefined) {
      yield fail(client, codeOf(refused), wanted, refused.message)
      return
    }
    client.hasClaimed(keyOf(nickOf(name)))
    known(client)
    yield client.look(() => [client.fromServer(`REGISTER SUCCESS ${nickOf(name)} :The name is yours until the server ends`)])
    yield* loggedIn(client)
    yield* keepLetters(client)
  }
}

const codeOf = ({ code }: Refused): string => {
  switch (code) {
    case "name-taken":
      return "ACCOUNT_EXISTS"
    case "name-reserved":
      return "BAD_ACCOUNT_NAME"
    case "no-change":
      return "ALREADY_AUTHENTICATED"
    case "password-required":
      return "COMPLETE_CONNECTION_REQUIRED"
    default:
      return "TEMPORARILY_UNAVAILABLE"
  }
}

// No account waits to be verified.
function* verify(client: Client, [account = ""]: ReadonlyArray<string>): Iterable<Heard> {
  yield client.fail("VERIFY", "INVALID_CODE", [account], "There is nothing to verify: an account is yours once it is registered")
}

/** The commands about claimed names. */
export const accounts: IrcCommands = {
  AUTHENTICATE: { least: 1, isEarly: true, run: authenticate },
  REGISTER: { least: 3, isEarly: true, run: register },
  VERIFY: { least: 2, isEarly: true, run: verify }
}
