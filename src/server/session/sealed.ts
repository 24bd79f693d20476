/** Commands that go by a word which only some know, such as that of a locked room. */
import * as Effect from "effect/Effect"
import { accountOf } from "../../domain/accounts.ts"
import { type ClientId, membershipIn, personNamed, personOf, roomWith } from "../../domain/Chat.ts"
import type { Enter } from "../../domain/command/enter.ts"
import type { NamedWords } from "../../domain/command/Definition.ts"
import type { Command } from "../../domain/command/index.ts"
import { keepsNoPlace, unknown } from "../../domain/command/key.ts"
import type { Refusal } from "../../domain/Refusal.ts"
import type { ReadError } from "../../net/Errors.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import type { Heard } from "../dialect/Dialect.ts"
import { accountSalt } from "./accounts.ts"
import type { Guesser, Guessing } from "./guessing.ts"

/** A client that says a word. */
interface Sayer extends Guesser {
  readonly id: ClientId
  /** What counts as one address, for the limit on places. */
  readonly neighbourhood: string
}

// A room may have the same key as a name.
const saltOf = (name: string): string => `name ${name}`

/** What a session does for its client. */
interface Ways<Client> {
  readonly submit: (client: Client, command: Command) => Effect.Effect<ReadonlyArray<Envelope>, ReadError>
  readonly refuse: (client: Client, why: Refusal) => Effect.Effect<void>
}

/**
 * Makes the function that submits a command with the hash of its word in place of
 * the word.
 */
export const makeSealed = <Client extends Sayer>({ refuse, submit }: Ways<Client>, { hash, isTooSoon, wrong }: Guessing<Client>) =>
  Effect.gen(function* () {
    const registry = yield* Registry

    // Nothing is hashed where there is no word to compare it with. Many may guess at once from one address: the pause that the
    // first wrong word costs holds for those too that are hashed by then.
    const enter = Effect.fnUntraced(function* (client: Client, word: string, command: Enter) {
      const chat = yield* registry.chat
      const { key } = command.room
      const person = personOf(chat, client.id)
      const isIn = person === undefined || membershipIn(person, key) !== undefined
      if (isIn || roomWith(chat, key)?.lock?.word === undefined) {
        yield* submit(client, command)
        return
      }
      const thing = `room ${key}`
      if (yield* isTooSoon(client, thing)) return
      const proof = yield* hash(client, word, key)
      if (yield* isTooSoon(client, thing)) return
      const told = yield* submit(client, { ...command, word: proof })
      if (told.some(({ event }) => event._tag === "Refused" && event.code === "locked")) yield* wrong(client, thing)
    })

    // Why this client can neither keep a place nor take one up; nothing is hashed then.
    const placeless = Effect.map(registry.chat, (chat) => (client: Client): Refusal | undefined =>
      personOf(chat, client.id) === undefined ? unknown() : chat.keep.for === 0 ? keepsNoPlace : undefined
    )

    // The salt is the name at this moment; the place remembers it, as its bearer may have another one when the words are said.
    const setKey = Effect.fnUntraced(function* (client: Client, words: string) {
      const why = (yield* placeless)(client)
      if (why !== undefined) return yield* refuse(client, why)
      const name = personOf(yield* registry.chat, client.id)?.name.key
      if (name === undefined) return yield* refuse(client, unknown())
      yield* submit(client, { _tag: "SetKey", proof: yield* hash(client, words, saltOf(name)), name, neighbourhood: client.neighbourhood })
    })

    // Whether there is such a place or not, the same is done, and takes the same time.
    const back = Effect.fnUntraced(function* (client: Client, readings: readonly [NamedWords, ...ReadonlyArray<NamedWords>]) {
      const chat = yield* registry.chat
      const { key: name, words } = readings.findLast(({ key }) => personNamed(chat, key) !== undefined || accountOf(chat, key) !== undefined) ?? readings[0]
      // Under a claimed name one comes back by the words that it was claimed with, also where nobody is there to come back to.
      const isClaimed = accountOf(chat, name) !== undefined
      const why = isClaimed && personOf(chat, client.id) !== undefined ? undefined : (yield* placeless)(client)
      if (why !== undefined) return yield* refuse(client, why)
      const thing = isClaimed ? accountSalt(name) : `name ${name}`
      if (yield* isTooSoon(client, thing)) return
      const proof = yield* hash(client, words, isClaimed ? thing : saltOf(personNamed(chat, name)?.place?.key?.name ?? name))
      if (yield* isTooSoon(client, thing)) return
      const told = yield* submit(client, { _tag: "Back", name, proof, neighbourhood: client.neighbourhood })
      if (told.some(({ event }) => event._tag === "Refused" && event.code === "no-such-place")) yield* wrong(client, thing)
    })

    return Effect.fnUntraced(function* (client: Client, said: Extract<Heard, { readonly _tag: "Sealed" | "SetKey" | "Back" }>) {
      if (said._tag === "SetKey") return yield* setKey(client, said.words)
      if (said._tag === "Back") return yield* back(client, said.readings)
      const { command, word } = said
      if (command._tag === "Enter") {
        yield* enter(client, word, command)
        return
      }
      // A command that names no room means the current one, also if that changes meanwhile.
      const chat = yield* registry.chat
      const current = personOf(chat, client.id)?.current
      const room = command.room ?? (current === undefined ? undefined : roomWith(chat, current))
      if (room === undefined) {
        // The chat refuses it, as who is in no room means none.
        yield* submit(client, command)
        return
      }
      const { key, name } = room
      yield* submit(client, { ...command, room: { key, name }, word: yield* hash(client, word, key) })
    })
  })
