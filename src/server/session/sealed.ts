/** Commands that go by a word which only some know, such as that of a locked room. */
import * as Effect from "effect/Effect"
import { type ClientId, membershipIn, personNamed, personOf, roomWith } from "../../domain/Chat.ts"
import type { Enter } from "../../domain/command/enter.ts"
import type { NamedWords } from "../../domain/command/Definition.ts"
import type { Command } from "../../domain/command/index.ts"
import { keepsNoPlace, unknown } from "../../domain/command/key.ts"
import { Refusal } from "../../domain/Refusal.ts"
import { wordsTooSoon, wordTooSoon } from "../../domain/wording.ts"
import { monotonicMillis } from "../../net/clock.ts"
import type { ReadError } from "../../net/Errors.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import type { Heard } from "../dialect/Dialect.ts"
import type { Allowance, Due } from "./Allowance.ts"
import { atOneThing, Guesses } from "./Guesses.ts"
import { Seal, sealCost } from "../chat/proof.ts"

/** A client that says a word. */
interface Sayer {
  readonly id: ClientId
  readonly allowance: Allowance | undefined
  /** What counts as one address, for what it has guessed. */
  readonly neighbours: string
  /** What counts as one address, for the limit on places. */
  readonly neighbourhood: string
}

// A room may have the same key as a name.
const saltOf = (name: string): string => `name ${name}`

/** What a session does for its client. */
interface Ways<Client> {
  readonly submit: (client: Client, command: Command) => Effect.Effect<ReadonlyArray<Envelope>, ReadError>
  readonly refuse: (client: Client, why: Refusal) => Effect.Effect<void>
  readonly waitForTurn: (client: Client, allowance: Allowance, due: Due) => Effect.Effect<void, ReadError>
}

/**
 * Makes the function that submits a command with the hash of its word in place of
 * the word. Wrong words cost their address a pause, as wrong passwords do, and a
 * hash costs the client more of its allowance than a message does.
 */
export const makeSealed = <Client extends Sayer>({ refuse, submit, waitForTurn }: Ways<Client>) =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const seal = yield* Seal
    // A right word makes no wrong one forgotten: whoever guesses could have a room whose word it knows.
    const guesses = new Guesses(yield* monotonicMillis)
    // Whatever addresses they come from: of the same room, and of the same name.
    const guessesAt = new Guesses(yield* monotonicMillis, atOneThing)

    // Refuses a word that comes during the pause which wrong ones cost; it is not looked at.
    const isTooSoon = Effect.fnUntraced(function* (client: Client, thing: string) {
      const now = yield* monotonicMillis
      const early = guesses.pauseOf(client.neighbours, now)
      const wait = Math.max(early, guessesAt.pauseOf(thing, now))
      if (wait > 0) yield* refuse(client, new Refusal({ code: "password-wait", message: early > 0 ? wordTooSoon(wait) : wordsTooSoon(wait), wait: Math.ceil(wait) }))
      return wait > 0
    })

    const wrong = Effect.fnUntraced(function* (client: Client, thing: string) {
      const now = yield* monotonicMillis
      guesses.wrong(client.neighbours, now)
      guessesAt.wrong(thing, now)
    })

    const hash = Effect.fnUntraced(function* (client: Client, word: string, key: string) {
      const { allowance } = client
      if (allowance !== undefined) yield* waitForTurn(client, allowance, allowance.worked(sealCost, yield* monotonicMillis))
      return yield* seal(word, key)
    })

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
      const why = (yield* placeless)(client)
      if (why !== undefined) return yield* refuse(client, why)
      const chat = yield* registry.chat
      const { key: name, words } = readings.findLast(({ key }) => personNamed(chat, key) !== undefined) ?? readings[0]
      const thing = `name ${name}`
      if (yield* isTooSoon(client, thing)) return
      const proof = yield* hash(client, words, saltOf(personNamed(chat, name)?.place?.key?.name ?? name))
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
