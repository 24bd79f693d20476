/** What only operators of the server can do, and who becomes one. */
import * as HashSet from "effect/HashSet"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import { type ClientId, personOf, personWith } from "../../domain/Chat.ts"
import type { Command } from "../../domain/command/index.ts"
import { noOperator } from "../../domain/command/proclaim.ts"
import type { MemberId } from "../../domain/Member.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { Text } from "../../domain/Text.ts"
import { removal, wordTooSoon } from "../../domain/phrases.ts"
import { monotonicMillis } from "../../net/clock.ts"
import type { ReadError } from "../../net/Errors.ts"
import { type Envelope, Registry } from "../chat/Registry.ts"
import type { Heard } from "../dialect/Dialect.ts"
import { currentSecrets } from "../Secrets.ts"
import { atOneThing, Guesses } from "./Guesses.ts"
import { matches } from "./Password.ts"

/** A client that says who it is. */
interface Sayer {
  readonly id: ClientId
  /** What counts as one address, for what it has guessed. */
  readonly neighbours: string
}

interface Ways<Client> {
  readonly submit: (client: Client, command: Command) => Effect.Effect<ReadonlyArray<Envelope>, ReadError>
  readonly refuse: (client: Client, why: Refusal) => Effect.Effect<void>
}

const wrong = new Refusal({ code: "password-wrong", message: "Nobody here has that name and that secret." })

/**
 * Makes the function that takes what is said to become an operator, and what operators do to others. Wrong secrets cost their
 * address a pause, as wrong passwords do, and all of them together a short one.
 */
export const makeOperating = <Client extends Sayer>({ refuse, submit }: Ways<Client>) =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const secrets = yield* currentSecrets
    const guesses = new Guesses(yield* monotonicMillis)
    const guessesAtAll = new Guesses(yield* monotonicMillis, atOneThing)

    const operate = Effect.fnUntraced(function* (client: Client, name: string, secret: string) {
      const now = yield* monotonicMillis
      const wait = Math.max(guesses.pauseOf(client.neighbours, now), guessesAtAll.pauseOf("operator", now))
      if (wait > 0) return yield* refuse(client, new Refusal({ code: "password-wait", message: wordTooSoon(wait), wait: Math.ceil(wait) }))
      const operator = secrets.operator === undefined ? undefined : MutableRef.get(secrets.operator)
      // Both are looked at, whatever the name is: how long it takes tells nothing.
      const isRight = operator !== undefined && [matches(operator.name, name), matches(operator.secret, secret)].every((is) => is)
      if (isRight) {
        guesses.right(client.neighbours)
        yield* submit(client, { _tag: "SetDuty", operates: true })
        return
      }
      guesses.wrong(client.neighbours, now)
      guessesAtAll.wrong("operator", now)
      yield* refuse(client, wrong)
    })

    const remove = Effect.fnUntraced(function* (client: Client, id: MemberId, reason: Text | undefined) {
      const chat = yield* registry.chat
      const person = personOf(chat, client.id)
      if (person === undefined || !HashSet.has(chat.operators, person.member.id)) return yield* refuse(client, noOperator)
      if (personWith(chat, id) !== undefined) yield* registry.remove(id, removal(reason))
    })

    return (client: Client, said: Extract<Heard, { readonly _tag: "Operate" | "Remove" }>) =>
      said._tag === "Operate" ? operate(client, said.name, said.secret) : remove(client, said.id, said.reason)
  })
