/** Names that are claimed: how one is, and how it is shown that one has. */
import * as Effect from "effect/Effect"
import type { Credentials } from "../../domain/Account.ts"
import { openedBy } from "../../domain/accounts.ts"
import { type ClientId, personOf } from "../../domain/Chat.ts"
import { wrongWords } from "../../domain/command/authenticate.ts"
import type { Command } from "../../domain/command/index.ts"
import { passwordRequired } from "../../domain/command/join.ts"
import type { Reply } from "../../domain/Reply.ts"
import type { AskedName } from "../../domain/nameIndex.ts"
import { type NameKey, oneWord } from "../../domain/Nickname.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import type { ReadError } from "../../net/Errors.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import type { Evidence, Heard } from "../dialect/Dialect.ts"
import type { Guesser, Guessing } from "./guessing.ts"
import type { Gate } from "./Password.ts"

/** What a connection has shown before its client has come in: the account whose words it has said, if any. */
export class Identity {
  credentials: Credentials | undefined
}

/** A client that says whose name it has. */
interface Sayer extends Guesser {
  readonly id: ClientId
  /** What counts as one address, for the limits on places and claimed names. */
  readonly neighbourhood: string
  readonly identity: Identity
  readonly gate: Gate | undefined
}

interface Ways<Client> {
  readonly submit: (client: Client, command: Command) => Effect.Effect<ReadonlyArray<Envelope>, ReadError>
  readonly refuse: (client: Client, why: Refusal) => Effect.Effect<void>
  /** Tells the client alone, what comes of no entry. */
  readonly tell: (client: Client, reply: (at: number) => Reply) => Effect.Effect<void>
}

/** What the hash of the words of an account is salted with. */
export const accountSalt = (key: NameKey): string => `account ${oneWord(key)}`

// That of its certificate: no words are taken for a certificate, whose fingerprint others may know.
const certificateSalt = (key: NameKey): string => `certificate ${oneWord(key)}`

/**
 * Makes the function that takes the words of claimed names: they are hashed here, and get into no entry. Whether there is such a
 * name or not, the same is done, and takes the same time.
 */
export const makeAccounts = <Client extends Sayer>({ refuse, submit, tell }: Ways<Client>, { hash, isTooSoon, wrong }: Guessing<Client>) =>
  Effect.gen(function* () {
    const registry = yield* Registry

    const authenticate = Effect.fnUntraced(function* (client: Client, key: NameKey, { kind, text }: Evidence) {
      const thing = accountSalt(key)
      if (yield* isTooSoon(client, thing)) return
      const proof = yield* hash(client, text, kind === "words" ? thing : certificateSalt(key))
      if (yield* isTooSoon(client, thing)) return
      const credentials = { key, proof, neighbourhood: client.neighbourhood }
      const chat = yield* registry.chat
      const account = openedBy(chat, credentials)
      if (account === undefined) {
        yield* wrong(client, thing)
        return yield* refuse(client, wrongWords)
      }
      if (personOf(chat, client.id) !== undefined) {
        yield* submit(client, { _tag: "Authenticate", account: credentials })
        return
      }
      client.identity.credentials = credentials
      yield* tell(client, (at) => ({ _tag: "AccountSet", at, account: account.name.name }))
    })

    // Where there is a password, nobody claims a name who has not said it.
    const claim = Effect.fnUntraced(function* (client: Client, name: AskedName, words: string, shown: string | undefined) {
      const isIn = personOf(yield* registry.chat, client.id) !== undefined
      if (!isIn && client.gate !== undefined) return yield* refuse(client, passwordRequired)
      const { neighbourhood } = client
      const proof = yield* hash(client, words, accountSalt(name.key))
      const certificate = shown === undefined ? {} : { certificate: yield* hash(client, shown, certificateSalt(name.key)) }
      const told = yield* submit(client, { _tag: "ClaimName", name, proof, ...certificate, neighbourhood })
      if (!isIn && told.some(({ event }) => event._tag === "AccountSet")) client.identity.credentials = { key: name.key, proof, neighbourhood }
    })

    return (client: Client, said: Extract<Heard, { readonly _tag: "Authenticate" | "ClaimName" }>) =>
      said._tag === "Authenticate" ? authenticate(client, said.key, said.by) : claim(client, said.name, said.words, said.certificate)
  })
