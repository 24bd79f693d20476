import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as ChatClient from "../../client/ChatClient.ts"
import type { Dial } from "../../client/Dial.ts"
import type { JoinError } from "../../client/Errors.ts"
import * as Form from "../../client/screen/form.ts"
import { Refusal } from "../../domain/Refusal.ts"
import type { Keyboard } from "./lines.ts"
import { explain, needsPassword } from "../password.ts"
import { Failed } from "../process.ts"

/** A form that knows what was given, and a name for who does not care. */
export const begin = (given: Form.Given): Effect.Effect<Form.Form> =>
  Effect.map(Random.nextIntBetween(1000, 10_000), (number) => Form.begin(given, `User${number}`))

/** Joins with what the form holds. */
export const connect = (form: Form.Form): Effect.Effect<ChatClient.ChatClient, JoinError, Dial | Scope.Scope> => {
  const { host, name, password, port } = form.answers
  let tries = 0
  return ChatClient.connect({
    host,
    port,
    nickname: name,
    password,
    retry: ({ code }) => {
      tries += 1
      return code === "name-taken" ? Form.anotherName(form, tries) : undefined
    }
  })
}

/**
 * Asks what the form asks, line by line, and joins. An attempt that fails says
 * why, and everything is asked again with the last answers as defaults.
 */
export const ask = (keyboard: Keyboard, form: Form.Form): Effect.Effect<ChatClient.ChatClient, Failed, Dial | Scope.Scope> =>
  Effect.gen(function* () {
    const question = Form.question(form)
    if (question === undefined) {
      yield* keyboard.prompt("")
      return yield* Effect.catchAll(connect(form), (error) =>
        // What is typed line by line is seen: a password is not asked for here.
        needsPassword(error)
          ? Effect.zipRight(keyboard.complain(explain(error)), new Failed())
          : Effect.zipRight(keyboard.complain(error.message), ask(keyboard, Form.again(form)))
      )
    }
    yield* keyboard.prompt(question)
    const line = yield* Effect.mapError(keyboard.lines.take, () => new Failed())
    const next = Form.answer(form, line)
    if (!(next instanceof Refusal)) return yield* ask(keyboard, next)
    yield* keyboard.complain(next.message)
    return yield* ask(keyboard, form)
  })
