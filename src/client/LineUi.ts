import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Mailbox from "effect/Mailbox"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Event } from "../domain/Event.ts"
import * as Commands from "../domain/commands.ts"
import type { ChatClient } from "./ChatClient.ts"
import type { Lost } from "./Errors.ts"
import { commands, type Input } from "./input.ts"

/** What a conversation needs of the place where it is held: a terminal, a pipe, a test. */
export interface Place {
  /** The lines as they are entered; it ends with the input. */
  readonly lines: Mailbox.ReadonlyMailbox<string>
  /** Shows a line; waits while its reader is slow. */
  readonly show: (line: string) => Effect.Effect<void>
  /** Tells what went wrong with the user's own input. */
  readonly complain: (line: string) => Effect.Effect<void>
}

/** How lines are read and events are shown. */
export interface Manner {
  readonly read: (line: string) => Input
  readonly render: (event: Event) => string | undefined
  /** Whether an event is told as what went wrong, not as what happened. */
  readonly isComplaint: (event: Event) => boolean
}

/** How long the server's goodbye is waited for after we have asked to leave, ms. */
const goodbyePatience = 2000

/**
 * Talks and listens until the room or the user ends it: whether it ended as
 * somebody asked. At the end of the input all that was said gets its receipt
 * before the goodbye.
 */
export const converse = (client: ChatClient, place: Place, manner: Manner): Effect.Effect<boolean, Lost, Scope.Scope> =>
  Effect.gen(function* () {
    const ended = yield* Ref.make(false)
    const listening = yield* Effect.forkScoped(listen(client, place, manner, ended))
    const talking = yield* Effect.forkScoped(talk(client, place, manner))
    const left = Effect.zipRight(Fiber.join(talking), Effect.as(Effect.sleep(goodbyePatience), true))
    return yield* Effect.raceFirst(
      Effect.zipRight(Fiber.join(listening), Ref.get(ended)),
      left
    ).pipe(
      // Nothing that was typed is lost unseen.
      Effect.ensuring(
        Effect.flatMap(client.unanswered, (texts) => Effect.forEach(texts, (text) => place.complain(`No receipt for: ${text}`), { discard: true }))
      )
    )
  })

const listen = (client: ChatClient, place: Place, { isComplaint, render }: Manner, endedWell: Ref.Ref<boolean>) =>
  Effect.gen(function* () {
    const show = (event: Event) => {
      const line = render(event)
      return line === undefined ? Effect.void : isComplaint(event) ? place.complain(line) : place.show(line)
    }
    yield* show(client.welcome)
    yield* Stream.runForEach(client.events, (event) =>
      event._tag === "Goodbye"
        ? Effect.zipRight(Ref.set(endedWell, event.code === "quit" || event.code === "closing"), show(event))
        : show(event)
    )
  })

const talk = Effect.fnUntraced(function* (client: ChatClient, place: Place, { read }: Manner) {
  for (;;) {
    const line = yield* Effect.option(place.lines.take)
    if (line._tag === "None") break
    const input = read(line.value)
    switch (input._tag) {
      case "Nothing":
        break
      case "Say":
        yield* Effect.catchTag(client.say(input.text), "Refusal", ({ message }) => place.complain(message))
        break
      case "Act":
        yield* Effect.catchTag(client.act(input.text), "Refusal", ({ message }) => place.complain(message))
        break
      case "Whisper":
        yield* whisper(client, place, input.words)
        break
      case "Rename":
        yield* client.rename(input.name)
        break
      case "Who":
        yield* client.who()
        break
      case "Help":
        yield* place.show(Commands.help(commands).join("\n"))
        break
      case "Clear":
        yield* place.complain("This screen scrolls: there is nothing to clear.")
        break
      case "Wrong":
        yield* place.complain(input.message)
        break
      case "Quit":
        return yield* client.quit(input.reason)
    }
  }
  yield* client.settled
  yield* client.quit()
})

const whisper = Effect.fnUntraced(function* (client: ChatClient, place: Place, words: string) {
  const found = Commands.addressee(words, Commands.among(yield* client.members))
  if (found === undefined) return yield* place.complain("Nobody here has that name: /who shows who is here.")
  yield* Effect.catchTag(client.whisper(found.to.id, found.text), "Refusal", ({ message }) => place.complain(message))
})
