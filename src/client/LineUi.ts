import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Mailbox from "effect/Mailbox"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Event } from "../domain/Event.ts"
import type { ChatClient } from "./ChatClient.ts"
import type { Lost } from "./Errors.ts"
import * as Attention from "./screen/attention.ts"
import { intentOf, isResolved, resolve } from "./screen/intent.ts"

/** Input and output of the line mode: a terminal, a pipe, a test. */
export interface LineIo {
  /** The lines as they are entered; it ends with the input. */
  readonly lines: Mailbox.ReadonlyMailbox<string>
  /** Shows a line; waits while the output is not read (back-pressure). */
  readonly show: (line: string) => Effect.Effect<void>
  /** Shows an error about the user's own input. */
  readonly complain: (line: string) => Effect.Effect<void>
}

/** How lines are read and events are shown. */
export interface LineFormat {
  /** Whether every line is a message, whatever it looks like. */
  readonly isLiteral: boolean
  /** An event in words, without a line break at its end; `undefined` for one that is not shown. */
  readonly render: (event: Event) => string | undefined
  /** Whether an event is shown by `complain`, as an error, and not by `show`. */
  readonly isComplaint: (event: Event) => boolean
}

/** How long the server's goodbye is waited for after we have asked to leave, ms. */
const goodbyePatience = 2000

/**
 * The line mode: sends lines and shows events until the room or the user ends
 * the conversation. Returns whether it ended in an orderly way (the user left
 * or the server closed, not a removal). At the end of the input it waits for
 * the receipts of all messages before it leaves. Fails with `Lost`.
 */
export const converse = (client: ChatClient, io: LineIo, format: LineFormat): Effect.Effect<boolean, Lost, Scope.Scope> =>
  Effect.gen(function* () {
    const ended = yield* Ref.make(false)
    const attention = yield* Ref.make(Attention.none)
    const showing = yield* Effect.forkScoped(showEvents(client, io, format, { ended, attention }))
    const sending = yield* Effect.forkScoped(sendLines(client, io, format, attention))
    const left = Effect.zipRight(Fiber.join(sending), Effect.as(Effect.sleep(goodbyePatience), true))
    return yield* Effect.raceFirst(
      Effect.zipRight(Fiber.join(showing), Ref.get(ended)),
      left
    ).pipe(
      // Messages without a receipt may be lost: each is shown, so that nothing that was typed disappears silently.
      Effect.ensuring(
        Effect.flatMap(client.unanswered, (texts) => Effect.forEach(texts, (text) => io.complain(`No receipt for: ${text}`), { discard: true }))
      )
    )
  })

/** What is known while it goes on. */
interface State {
  /** Whether it has ended in an orderly way. */
  readonly ended: Ref.Ref<boolean>
  readonly attention: Ref.Ref<Attention.Attention>
}

const showEvents = (client: ChatClient, io: LineIo, { isComplaint, render }: LineFormat, state: State) =>
  Effect.gen(function* () {
    const show = Effect.fnUntraced(function* (event: Event) {
      const attention = yield* Ref.updateAndGet(state.attention, (before) => Attention.heard(before, event, client.welcome.you))
      const line = Attention.isIgnored(attention, event) ? undefined : render(event)
      if (line !== undefined) yield* isComplaint(event) ? io.complain(line) : io.show(line)
    })
    yield* show(client.welcome)
    yield* Stream.runForEach(client.events, (event) =>
      event._tag === "Goodbye"
        ? Effect.zipRight(Ref.set(state.ended, event.code === "quit" || event.code === "closing"), show(event))
        : show(event)
    )
  })

const sendLines = Effect.fnUntraced(function* (client: ChatClient, io: LineIo, { isLiteral }: LineFormat, attention: State["attention"]) {
  for (;;) {
    const line = yield* Effect.option(io.lines.take)
    if (line._tag === "None") break
    const read = intentOf(line.value, { isLiteral, hasScreen: false })
    // The member list can be thousands long: it is built only where a name has to be looked up.
    const intent = isResolved(read) ? read : resolve(read, { members: yield* client.members, attention: yield* Ref.get(attention), me: client.welcome.you })
    switch (intent._tag) {
      case "Nothing":
      case "Clear":
        break
      case "Show":
        yield* io.show(intent.lines.join("\n"))
        break
      case "Attend":
        yield* Ref.set(attention, intent.attention)
        yield* io.show(intent.told)
        break
      case "Wrong":
        yield* io.complain(intent.message)
        break
      case "Quit":
        return yield* client.quit(intent.reason)
      case "Ask":
        yield* client.ask(intent.question)
        break
      case "Send":
        yield* Effect.catchTag(client.perform(intent.command), "Refusal", ({ message }) => io.complain(message))
    }
  }
  yield* client.settled
  yield* client.quit()
})
