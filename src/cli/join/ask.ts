import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as ChatClient from "../../client/ChatClient.ts"
import type { Dial } from "../../client/Dial.ts"
import type { JoinError } from "../../client/Errors.ts"
import * as Form from "../../client/screen/form.ts"
import { Refusal, type RefusalCode } from "../../domain/Refusal.ts"
import type { Keyboard } from "./lines.ts"
import { explain, needsPassword } from "../password.ts"
import { Failed, Left } from "../process.ts"

export { Left } from "../process.ts"

/** The form with the given answers, and a random default name: `User1000` to `User9999`. */
export const begin = (given: Form.Given): Effect.Effect<Form.Form> =>
  Effect.map(Random.nextIntBetween(1000, 10_000), (number) => Form.begin(given, `User${number}`))

/** For how long a client tries to come back by itself, ms: see `ConnectOptions`. */
interface Returning {
  readonly reconnect: number
  readonly afterRestart: number | undefined
}

/**
 * Connects and joins with the form's answers; if a generated name is taken, the next one is tried. With `tell`, a chosen name
 * that is taken gets a number as well, and `tell` is told of it. For `reconnect` ms after each loss of the connection the client
 * tries to come back by itself, with this `secret` or a new one.
 */
export const connect = (form: Form.Form, { afterRestart, numbersLater = false, reconnect, secret, tell }: Returning & {
  /** Whether a name gets a number that is taken by others once the server was started again, where it would not at first. */
  readonly numbersLater?: boolean
  readonly secret?: string | undefined
  readonly tell?: ((words: string) => Effect.Effect<void>) | undefined
}): Effect.Effect<ChatClient.ChatClient, JoinError, Dial | Scope.Scope> => {
  const { host, name, password, port } = form.answers
  let tries = 0
  let isIn = false
  const joined = ChatClient.connect({
    host,
    port,
    nickname: name,
    password,
    reconnect,
    ...(afterRestart === undefined ? {} : { afterRestart }),
    ...(secret === undefined ? {} : { secret }),
    retry: ({ code }) => {
      tries += 1
      return code === "name-taken" ? (Form.anotherName(form, tries) ?? (tell === undefined && !(isIn && numbersLater) ? undefined : Form.numberedName(name, tries))) : undefined
    }
  })
  const entered = Effect.tap(joined, () => {
    isIn = true
  })
  return tell === undefined || name === form.made
    ? entered
    : Effect.tap(entered, ({ welcome }) => (tries === 0 ? Effect.void : tell(`The name ${name} is taken: you are ${welcome.you.name}.`)))
}

/** The server's refusal that joining failed with; `undefined` when it failed in another way. */
export const refusalOf = (error: JoinError): RefusalCode | undefined => (error._tag === "JoinRefused" ? error.code : undefined)

/** Whoever is in the room, and the form with which they came. */
export interface Joined {
  readonly client: ChatClient.ChatClient
  readonly form: Form.Form
}

/**
 * Asks the form's questions line by line, and joins. If joining fails, the
 * reason is shown, and what was wrong is asked again: the name, or everything
 * with the last answers as defaults. Fails with `Left` when the user leaves, in words or with Ctrl-C or Ctrl-D, and with
 * `Failed` when the room wants a password.
 */
export const ask = (keyboard: Keyboard, form: Form.Form, returning: Returning): Effect.Effect<Joined, Failed | Left, Dial | Scope.Scope> =>
  Effect.gen(function* () {
    const question = Form.question(form)
    if (question === undefined) {
      yield* keyboard.prompt("")
      return yield* Effect.catchAll(Effect.map(connect(form, returning), (client) => ({ client, form })), (error) =>
        // Line mode echoes what is typed, so a password is not asked for here.
        needsPassword(error)
          ? Effect.zipRight(keyboard.complain(explain(error)), new Failed())
          : Effect.zipRight(keyboard.complain(error.message), ask(keyboard, Form.again(form, refusalOf(error)), returning))
      )
    }
    yield* keyboard.prompt(question, true)
    const line = yield* Effect.mapError(keyboard.lines.take, () => new Left())
    if (Form.isQuit(form, line)) return yield* new Left()
    const next = Form.answer(form, line)
    if (!(next instanceof Refusal)) return yield* ask(keyboard, next, returning)
    yield* keyboard.complain(next.message)
    return yield* ask(keyboard, form, returning)
  })
