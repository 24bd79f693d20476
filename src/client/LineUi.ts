import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Mailbox from "effect/Mailbox"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { isReceipted } from "../domain/command/index.ts"
import type { Event, Resumed, Welcome } from "../domain/Event.ts"
import type { Member, MemberId } from "../domain/Member.ts"
import { isOrderly } from "../domain/LeaveCode.ts"
import { clean } from "../domain/Text.ts"
import type { ChatClient } from "./ChatClient.ts"
import type { Lost } from "./Errors.ts"
import { Moving } from "./Moving.ts"
import { lostBefore, none, roomOf, roomsAfter } from "./roomsHeard.ts"
import * as Attention from "./screen/attention.ts"
import { intentOf, isResolved, onlyRoom, resolve } from "./screen/intent.ts"
import { keyOf } from "./screen/rooms.ts"

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
  /** An event for `show`, as the reader `me` reads it, without a line break at its end; `undefined` for one that is not shown there. `of` is the room that it is of, where one is in several. */
  readonly render: (event: Event, me: Member, of: string | undefined) => string | undefined
  /** That so many events are gone before one of this room, of those that were missed; `undefined` where that is not shown. */
  readonly lost: (count: number, of: string | undefined) => string | undefined
  /** What is said where the server was started anew; `undefined` where that is not shown. */
  readonly startedAnew: string | undefined
  /** An event for `complain`: an error in words, without a line break at its end; `undefined` for one that is no error. */
  readonly complaint: (event: Event) => string | undefined
  /** What is said once, behind the first word of a room that is sent; `undefined` where nobody could read it on the way, or nobody types. */
  readonly exposure?: string | undefined
  /** Whether a complaint also quotes the line that it is about, as where nobody sees what is typed. */
  readonly quotes: boolean
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
    const answer = yield* Ref.make<Welcome | Resumed>(client.welcome)
    const state: State = { ended, attention, answer, moving: new Moving(), sent: new Map<string, string>() }
    const showing = yield* Effect.forkScoped(showEvents(client, io, format, state))
    const sending = yield* Effect.forkScoped(sendLines(client, io, format, state))
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
  /** The answer to the last hello. */
  readonly answer: Ref.Ref<Welcome | Resumed>
  readonly moving: Moving
  /** The lines that wait for their receipt, by correlation id, so that a refusal can quote its own: no more than the client itself holds of them. */
  readonly sent: Map<string, string>
}

/** The longest quotation of a line in a complaint, UTF-16 code units. */
const longestQuote = 200

const quote = (words: string, line: string): string => {
  const whole = clean(line).trim()
  return `${words} It was: ${whole.length > longestQuote ? `${whole.slice(0, longestQuote)}...` : whole}`
}

const showEvents = (client: ChatClient, io: LineIo, { complaint, lost, quotes, render, startedAnew }: LineFormat, state: State) =>
  Effect.gen(function* () {
    const me = Effect.map(Ref.get(state.answer), ({ you }) => you)
    let rooms = none
    const take = (event: Event, id: MemberId): string | undefined => {
      const isAnswer = "ref" in event && (event._tag === "Refused" || ("from" in event && event.from.id === id))
      if (!isAnswer || event.ref === undefined) return undefined
      const line = state.sent.get(event.ref)
      state.sent.delete(event.ref)
      return line
    }
    const show = Effect.fnUntraced(function* (event: Event) {
      const you = yield* me
      const attention = yield* Ref.updateAndGet(state.attention, (before) => Attention.heard(before, event, you))
      const line = take(event, you.id)
      state.moving.heard(event)
      if (Attention.isIgnored(attention, event)) return
      const missing = lostBefore(rooms, event)
      rooms = roomsAfter(rooms, event)
      const gap = missing === 0 ? undefined : lost(missing, roomOf(rooms, event))
      if (gap !== undefined) yield* io.show(gap)
      const shown = render(event, you, roomOf(rooms, event))
      if (shown !== undefined) yield* io.show(shown)
      const wrong = complaint(event)
      if (wrong !== undefined) yield* io.complain(line === undefined || !quotes ? wrong : quote(wrong, line))
    })
    // Back over another connection: as somebody else, where the place was not kept, and then no receipt of before comes any more.
    // Ids are of one start of the server: another one may give the same to others.
    const again = Effect.fnUntraced(function* (event: Welcome | Resumed) {
      const before = yield* Ref.getAndSet(state.answer, event)
      const isSameStart = before.instance === event.instance
      if (!isSameStart && startedAnew !== undefined) yield* io.show(startedAnew)
      const { ignored } = isSameStart ? Attention.none : yield* Ref.getAndSet(state.attention, Attention.none)
      if (ignored.length > 0) yield* io.show(`You see again what these say: ${ignored.map(({ name }) => name).join(", ")}.`)
      if (event._tag === "Resumed" && isSameStart && before.you.id === event.you.id) return
      rooms = none
      const lines = [...state.sent.values()]
      state.sent.clear()
      yield* Effect.forEach(lines, (line) => io.complain(`No receipt for: ${line}`), { discard: true })
    })
    yield* show(client.welcome)
    yield* Stream.runForEach(client.events, (event) => {
      switch (event._tag) {
        case "Welcome":
        case "Resumed":
          return Effect.zipRight(again(event), show(event))
        case "Goodbye":
          return Effect.zipRight(Ref.set(state.ended, isOrderly(event)), show(event))
        default:
          return show(event)
      }
    })
  })

const sendLines = Effect.fnUntraced(function* (client: ChatClient, io: LineIo, { exposure, isLiteral, quotes }: LineFormat, { answer, attention, moving, sent }: State) {
  let count = 0
  let isWarned = false
  for (;;) {
    const line = yield* Effect.option(io.lines.take)
    if (line._tag === "None") break
    const read = intentOf(line.value, { isLiteral, hasScreen: false })
    const wrong = (words: string) => io.complain(quotes ? quote(words, line.value) : words)
    // The member list can be thousands long: it is built only where a name has to be looked up.
    const intent = isResolved(read) ? read : resolve(read, { members: [...(yield* client.members), ...(yield* client.away)], attention: yield* Ref.get(attention), me: (yield* Ref.get(answer)).you })
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
        yield* wrong(intent.message)
        break
      case "Quit":
        return yield* client.quit(intent.reason)
      case "Ask":
        yield* client.ask(intent.question)
        break
      case "Send": {
        const { command } = intent
        // How many rooms one is in is known once all that was typed before is answered.
        if (command._tag === "Exit") yield* moving.answered
        const [only, ...others] = command._tag === "Exit" ? yield* client.rooms : []
        if (command._tag === "Exit" && only !== undefined && others.length === 0 && (command.room === undefined || command.room.key === keyOf(only.room))) {
          yield* wrong(onlyRoom(only.room))
          break
        }
        const isMove = command._tag === "Enter" || command._tag === "Exit"
        if (isMove) moving.sent()
        count += 1
        const ref = String(count)
        if (isReceipted(command)) sent.set(ref, line.value)
        yield* Effect.catchTag(client.perform(command, ref, intent.word), "Refusal", ({ message }) => {
          sent.delete(ref)
          if (isMove) moving.unsent()
          return wrong(message)
        })
        if (intent.word !== undefined && exposure !== undefined && !isWarned) {
          isWarned = true
          yield* io.show(exposure)
        }
      }
    }
  }
  yield* client.settled
  yield* client.quit()
})
