import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type { Scope } from "effect/Scope"
import type { ChatClient } from "../client/ChatClient.ts"
import type { Wish } from "../client/screen/step.ts"

/** A wish that is a request to the server. */
export type Saying = Extract<Wish, { readonly _tag: "Send" | "Ask" }>

/** Says in order what is offered to it, for as long as the scope: the back-pressure of a server that does not read blocks nothing else. `unsent` is told of a message that was not even sent. */
export const makeSayings = (client: ChatClient, unsent: (ref: string, reason: string) => void): Effect.Effect<(saying: Saying) => void, never, Scope> =>
  Effect.gen(function* () {
    const sayings = yield* Mailbox.make<Saying>()
    const say = (saying: Saying): Effect.Effect<unknown> => {
      if (saying._tag === "Ask") return client.ask(saying.question)
      const { command, ref, word } = saying
      return Effect.catchTag(client.perform(command, ref, word), "Refusal", ({ message }) =>
        Effect.sync(() => {
          if (ref !== undefined) unsent(ref, message)
        })
      )
    }
    yield* Effect.forkScoped(Effect.forever(Effect.flatMap(sayings.take, say)))
    return (saying) => {
      sayings.unsafeOffer(saying)
    }
  })
